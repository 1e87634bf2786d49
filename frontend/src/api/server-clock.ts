import { useSyncExternalStore } from 'react';

// One clock for the whole page: every relative time on screen follows the server's time, whatever the
// reader's own clock shows, and all of them tick from one timer.
let offsetMs = 0;
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

/** The server's time now, in milliseconds, by its last message. */
export const serverNow = (): number => Date.now() + offsetMs;

/** A moment of this machine's clock, by the server's. */
export const serverTimeOf = (at: number): number => at + offsetMs;

/** Learns how far this machine's clock is from the server's. */
export function learnServerTime(iso: string): void {
  offsetMs = Date.parse(iso) - Date.now();
}

function notifyAll(): void {
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(notifyAll, 1_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** Something that depends on the time; the part renders again only when `select` answers something new. */
export function useServerTime<Value extends string | number | boolean>(select: (now: number) => Value): Value {
  // Whole seconds, so that two readings within one render agree.
  return useSyncExternalStore(subscribe, () => select(Math.floor(serverNow() / 1_000) * 1_000));
}
