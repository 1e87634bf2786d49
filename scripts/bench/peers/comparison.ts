import type { Figure } from '../figure.js';
import { percentile } from '../percentile.js';
import type { ContenderId } from './engines.js';

/** What one engine showed, a sample for each round. */
export interface Showing<Sample> {
  id: ContenderId;
  title: string;
  samples: Sample[];
  /** Why there are none, or no more; null where all went well. */
  failure: string | null;
}

/** How much better we have to be than a peer, or how little worse. */
export interface Goal {
  /** The settings of the peer that were measured; what counts is the one that does best. */
  peers: readonly ContenderId[];
  /** The figure's name. */
  name: string;
  /** Times the peer's: `least` where more is better, `most` where less is. */
  least?: number;
  most?: number;
  aim: number;
}

const median = (samples: readonly number[]): number => percentile(samples, 50);

/** The middle one of what was measured; NaN without samples. */
export function medianOf<Key extends string>(samples: readonly Record<Key, number>[], key: Key): number {
  return samples.length === 0 ? Number.NaN : median(samples.map((sample) => sample[key]));
}

/** Ours over theirs, round by round: what kept the machine busy in a round kept both from their best. */
export function ratiosOf<Sample>(
  ours: readonly Sample[],
  theirs: readonly Sample[],
  read: (sample: Sample) => number,
): number[] {
  return ours.flatMap((sample, round) => {
    const other = theirs[round];
    return other === undefined ? [] : [read(sample) / read(other)];
  });
}

/**
 * A figure for each goal: the median of the rounds' ratios, against the peer that makes it hardest. A goal whose peers
 * weren't measured has none: nothing is claimed of it.
 */
export function figuresOf<Sample>(
  showings: readonly Showing<Sample>[],
  goals: readonly Goal[],
  read: (sample: Sample) => number,
): Figure[] {
  const ours = showings.find(({ id }) => id === 'ours')?.samples ?? [];
  return goals.flatMap(({ peers, ...goal }) => {
    const beside = showings
      .filter(({ id }) => peers.includes(id))
      .map(({ title, samples }) => ({ title, ratios: ratiosOf(ours, samples, read) }))
      .filter(({ ratios }) => ratios.length > 0)
      .sort((a, b) => median(a.ratios) - median(b.ratios));
    const hardest = goal.most === undefined ? beside[0] : beside.at(-1);
    return hardest === undefined ? [] : [figureOf(goal, hardest)];
  });
}

function figureOf(
  { name, ...bounds }: Omit<Goal, 'peers'>,
  { title, ratios }: { title: string; ratios: number[] },
): Figure {
  const spread = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`;
  const details = [`beside ${title}: median of ${ratios.length} rounds in turn, ${spread}`];
  return { name, value: median(ratios), unit: '×', ...bounds, details };
}
