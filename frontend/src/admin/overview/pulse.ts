import type { PulseAnswer, RunnerPulse } from '@job-manager/shared/contract/metrics';

/** A mark in the lane of a runner, by its place from 0, long ago, to 1, now. */
export interface PulseMark {
  x: number;
  /** How high, from 0 to 1; null for a heartbeat that did not come. */
  height: number | null;
}

/** A heartbeat comes up to a quarter later than it is due; after twice that, one is missing. */
const MISSED_AFTER = 2;
/** Latencies reach from below a millisecond to a second, so a lane is drawn by their logarithm. */
const TOP_MS = 1_000;

const heightOf = (latencyMs: number): number =>
  Math.min(1, Math.max(0.12, Math.log10(1 + latencyMs) / Math.log10(1 + TOP_MS)));

interface Lane {
  marks: PulseMark[];
  missed: number;
  /** In milliseconds; null where none was measured. */
  p95: number | null;
}

/** The lane of a runner over the last `spanMs` until `now`. */
export function laneOf(
  { beats, status }: Pick<RunnerPulse, 'beats' | 'status'>,
  { intervalMs, to }: Pick<PulseAnswer, 'intervalMs' | 'to'>,
  spanMs: number,
): Lane {
  const now = Date.parse(to);
  const from = now - spanMs;
  const times = beats.map(({ at }) => Date.parse(at));
  const placeOf = (at: number) => (at - from) / spanMs;
  const beaten = beats.flatMap(({ latencyMs }, index): PulseMark[] => {
    const at = times[index] ?? 0;
    return at < from ? [] : [{ x: placeOf(at), height: heightOf(latencyMs ?? 0) }];
  });
  // One that has stopped owes none.
  const ends = status === 'STOPPED' ? times : [...times, now];
  const gaps = ends.flatMap((at, index) => missedBetween(times[index - 1], at, intervalMs));
  const missed = gaps.filter((at) => at >= from);
  const latencies = beats.flatMap(({ latencyMs }) => latencyMs ?? []).sort((a, b) => a - b);
  return {
    marks: [...beaten, ...missed.map((at) => ({ x: placeOf(at), height: null }))],
    missed: missed.length,
    p95: latencies[Math.max(0, Math.ceil(latencies.length * 0.95) - 1)] ?? null,
  };
}

/** When heartbeats were due between two, where that is longer than one may be late. */
function missedBetween(before: number | undefined, at: number, intervalMs: number): number[] {
  if (before === undefined || at - before < MISSED_AFTER * intervalMs) return [];
  const count = Math.floor((at - before) / intervalMs) - 1;
  return Array.from({ length: count }, (_, index) => before + (index + 1) * intervalMs);
}
