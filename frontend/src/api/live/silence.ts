const ASK_AFTER_MS = 30_000;
const GIVE_UP_AFTER_MS = 10_000;
const CHECK_EVERY_MS = 2_500;

interface Options {
  /** Sends a ping to the server. */
  ping(): void;
  /** No answer came: the connection is broken, although it reports to be open. */
  giveUp(): void;
  isOpen(): boolean;
}

/** A lost network leaves a socket "open" for minutes; a server without a message for 30 s is pinged, then given up. */
export function watchSilence({ ping, giveUp, isOpen }: Options) {
  let receivedAt = Date.now();
  let pingedAt: number | null = null;

  const check = () => {
    const now = Date.now();
    if (!isOpen()) return;
    if (pingedAt === null && now - receivedAt >= ASK_AFTER_MS) {
      pingedAt = now;
      ping();
    } else if (pingedAt !== null && now - pingedAt >= GIVE_UP_AFTER_MS) {
      pingedAt = null;
      receivedAt = now;
      giveUp();
    }
  };
  const timer = setInterval(check, CHECK_EVERY_MS);

  return {
    received: () => {
      receivedAt = Date.now();
      pingedAt = null;
    },
    /** An event makes it doubtful that the connection is still open: pings now instead of after the silence. */
    doubt: () => {
      if (!isOpen() || pingedAt !== null) return;
      pingedAt = Date.now();
      ping();
    },
    stop: () => clearInterval(timer),
  };
}
