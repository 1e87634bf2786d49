/** Node's timers end here, after 24 days: one that is set for longer fires at once. */
const MAX_TIMER_MS = 2_147_483_647;

/**
 * Resolves after `ms` milliseconds, however many; never for Infinity. Rejects when `signal` is aborted. Throws
 * TypeError for what is no number.
 */
export async function longDelay(ms: number, signal?: AbortSignal): Promise<void> {
  if (typeof ms !== 'number' || Number.isNaN(ms)) throw new TypeError(`must be a number of milliseconds, not ${ms}`);
  let leftMs = Math.max(0, ms);
  do {
    const sliceMs = Math.min(leftMs, MAX_TIMER_MS);
    await delay(sliceMs, signal);
    leftMs -= sliceMs;
  } while (leftMs > 0);
}

/** Uses the global timer, which tests can replace; the promises of Node's module don't. */
function delay(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', abort, { once: true });
  });
}

/** Calls back after `ms` milliseconds, however many, unless it is cleared before. Does not keep the process running. */
export class LongTimer {
  #timer: NodeJS.Timeout;

  constructor(act: () => void, ms: number) {
    this.#timer = this.#set(act, ms);
  }

  clear(): void {
    clearTimeout(this.#timer);
  }

  #set(act: () => void, ms: number): NodeJS.Timeout {
    if (ms <= MAX_TIMER_MS) return setTimeout(act, ms).unref();
    return setTimeout(() => {
      this.#timer = this.#set(act, ms - MAX_TIMER_MS);
    }, MAX_TIMER_MS).unref();
  }
}
