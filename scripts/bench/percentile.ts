/**
 * The sample that `percent` of all samples don't exceed (nearest rank): always one that was measured, never
 * one made up between two. `percent` is above 0 and at most 100. Throws RangeError without samples.
 */
export function percentile(samples: readonly number[], percent: number): number {
  if (!(percent > 0 && percent <= 100)) throw new RangeError(`There is no percentile ${percent}`);
  const ascending = [...samples].sort((a, b) => a - b);
  const found = ascending[Math.ceil((percent / 100) * ascending.length) - 1];
  if (found === undefined) throw new RangeError('Without samples there are no percentiles');
  return found;
}

export interface Spread {
  samples: number;
  p50: number;
  p95: number;
  p99: number;
  most: number;
}

/** How samples are spread. Throws RangeError without any. */
export function spreadOf(samples: readonly number[]): Spread {
  const at = (percent: number) => percentile(samples, percent);
  return { samples: samples.length, p50: at(50), p95: at(95), p99: at(99), most: at(100) };
}

/** For people: `p50 12.1, p95 20.4, p99 31.0 ms of 200`. */
export function describeSpread({ samples, p50, p95, p99 }: Spread): string {
  return `p50 ${p50.toFixed(1)}, p95 ${p95.toFixed(1)}, p99 ${p99.toFixed(1)} ms of ${samples}`;
}
