import type { Figure } from '../figure.js';
import { percentile } from '../percentile.js';

/** What one engine showed, a sample for each round. */
export interface Showing<Sample> {
  id: string;
  title: string;
  samples: Sample[];
  /** Why there are none, or no more; null where all went well. */
  failure: string | null;
}

/** How much better or worse we have to be than a peer. */
export interface Goal<Id extends string = string> {
  peer: Id;
  /** The figure's name. */
  name: string;
  /** Times the peer's. */
  least?: number;
  most?: number;
  aim: number;
}

export const median = (samples: readonly number[]): number => percentile(samples, 50);

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
 * A figure for each goal whose peer was measured beside us: the median of the rounds' ratios. A peer that isn't there
 * has none: nothing is claimed of it.
 */
export function figuresOf<Sample>(
  showings: readonly Showing<Sample>[],
  goals: readonly Goal[],
  read: (sample: Sample) => number,
): Figure[] {
  const samplesOf = (id: string) => showings.find((showing) => showing.id === id)?.samples ?? [];
  return goals.flatMap(({ peer, ...goal }) => {
    const ratios = ratiosOf(samplesOf('ours'), samplesOf(peer), read);
    return ratios.length === 0 ? [] : [figureOf(goal, ratios)];
  });
}

function figureOf({ name, ...bounds }: Omit<Goal, 'peer'>, ratios: number[]): Figure {
  const spread = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`;
  const details = [`median of ${ratios.length} rounds, ours and theirs in turn: ${spread}`];
  return { name, value: median(ratios), unit: '×', ...bounds, details };
}
