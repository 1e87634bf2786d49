interface CollectorOptions {
  /** How long values are collected before they are handed over together, in milliseconds. */
  collectMs: number;
  /** The shortest time between two hand-overs, in milliseconds; none by default. */
  intervalMs?: number;
}

export interface Collector<T> {
  add(values: T[]): void;
  /** Drops what has not been handed over. */
  stop(): void;
}

/** Hands values over in groups: `onValues` is called `collectMs` after the first of them, at most once per `intervalMs`. */
export function createCollector<T>(
  onValues: (values: T[]) => void,
  { collectMs, intervalMs = 0 }: CollectorOptions,
): Collector<T> {
  let collected: T[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let lastAt = Number.NEGATIVE_INFINITY;
  const handOver = () => {
    const values = collected;
    collected = [];
    timer = undefined;
    lastAt = Date.now();
    onValues(values);
  };
  return {
    add(values) {
      collected.push(...values);
      timer ??= setTimeout(handOver, Math.max(collectMs, lastAt + intervalMs - Date.now()));
    },
    stop() {
      clearTimeout(timer);
      timer = undefined;
      collected = [];
    },
  };
}
