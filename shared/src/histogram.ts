/** What runs are measured by; in milliseconds, memory in KiB. */
export const histogramMeasures = ['duration', 'wait', 'cpu', 'memory', 'retry'] as const;
export type HistogramMeasure = (typeof histogramMeasures)[number];

const BUCKETS = 64;
/** Each bucket reaches 1.33 times as far as the one before: from a millisecond to a day. */
const FACTOR = 1.33;
const PER_LOG = 1 / Math.log(FACTOR);

/** How far each bucket reaches, that value included. */
export const bucketBounds: readonly number[] = Array.from({ length: BUCKETS }, (_, index) => FACTOR ** index);

/** The bucket that a value falls into; what is longer than a day falls into the last. */
export function bucketOf(value: number): number {
  if (!(value > 1)) return 0;
  return Math.min(BUCKETS - 1, Math.ceil(Math.log(value) * PER_LOG - 1e-9));
}

export const emptyBuckets = (): number[] => new Array<number>(BUCKETS).fill(0);

/**
 * About the value that this part of all (0 to 1) is at or below, interpolated within its bucket and never above `max`;
 * null where there is nothing. Off by less than 15 % where values are spread over several buckets.
 */
export function percentileOf(buckets: readonly number[], part: number, max: number): number | null {
  const runs = buckets.reduce((sum, count) => sum + count, 0);
  if (runs === 0) return null;
  const rank = part * runs;
  let before = 0;
  for (const [index, count] of buckets.entries()) {
    if (count > 0 && before + count >= rank) {
      const from = index === 0 ? 0 : (bucketBounds[index - 1] ?? 0);
      const to = Math.max(from, Math.min(index === BUCKETS - 1 ? max : (bucketBounds[index] ?? max), max));
      return from + (to - from) * Math.max(0, (rank - before) / count);
    }
    before += count;
  }
  return max;
}
