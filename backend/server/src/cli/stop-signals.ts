import { watchLauncher } from './launcher.js';

/** One press reaches us more than once: from the terminal, and again from the package manager above. */
const SAME_PRESS_MS = 400;

export interface StopHandlers {
  /** The first request to stop: by signal, or, without one, because the package manager above was killed. */
  stop(signal?: NodeJS.Signals): void;
  /** Any later one, when waiting takes too long. */
  force(): void;
}

/** Listens for Ctrl-C, SIGTERM and SIGHUP until the returned function is called. */
export function onStopSignals({ stop, force }: StopHandlers): () => void {
  let firstAt: number | undefined;
  const onSignal = (signal?: NodeJS.Signals) => {
    const now = performance.now();
    if (firstAt === undefined) {
      firstAt = now;
      stop(signal);
    } else if (now - firstAt > SAME_PRESS_MS) force();
  };
  const signals: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, onSignal);
  // A closed terminal takes no more text; the error must not interrupt the shutdown.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const unwatch = watchLauncher(() => onSignal());
  return () => {
    for (const signal of signals) process.off(signal, onSignal);
    unwatch();
  };
}
