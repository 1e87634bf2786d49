import type { Span } from '@job-manager/engine/store/metrics/span';
import { metricLimits } from '@job-manager/shared/metrics';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Nothing was counted before, and PostgreSQL has no year 0. */
const EARLIEST = Date.UTC(2000, 0, 1);

export interface RangeRequest {
  from?: string | undefined;
  to?: string | undefined;
  step?: number | undefined;
  /** Of the finest figures that exist of the requested measures. */
  finestMs?: number;
}

/** Why a range, or a filter, can't be read, and which field causes it. */
export class RangeProblem extends Error {
  constructor(
    readonly field: 'from' | 'to' | 'step' | 'jobName' | 'channel' | 'region' | 'groupBy',
    message: string,
  ) {
    super(message);
  }
}

/**
 * The range from a whole minute, hour or day to one, in steps; by UTC. Throws RangeProblem for one that is reversed,
 * out of reach or of too many steps.
 */
export function spanOf({ from, to, step, finestMs = MINUTE_MS }: RangeRequest, now: number): Span {
  const end = to === undefined ? now : Date.parse(to);
  const begin = from === undefined ? end - DAY_MS : Date.parse(from);
  if (begin >= end) throw new RangeProblem('from', 'must be before `to`');
  if (begin < EARLIEST) throw new RangeProblem('from', 'must not be before the year 2000');
  if (end > now + 366 * DAY_MS) throw new RangeProblem('to', 'must not be more than a year in the future');
  const stepMs = Math.max(step === undefined ? stepFor(begin, end, now) : checked(step), finestMs);
  const unitMs = unitOf(stepMs);
  const start = Math.floor(begin / unitMs) * unitMs;
  const points = Math.ceil((end - start) / stepMs);
  if (points > metricLimits.points) {
    const least = stepFor(begin, end, now);
    throw new RangeProblem(
      'step',
      `gives ${points.toLocaleString('en')} points; at most ${metricLimits.points} are answered, as with a step of ${least}`,
    );
  }
  return { from: new Date(start), to: new Date(start + points * stepMs), stepMs };
}

/** The period of the same length before. */
export const spanBefore = ({ from, to, stepMs }: Span): Span => ({
  from: new Date(2 * from.getTime() - to.getTime()),
  to: from,
  stepMs,
});

/** Figures of this resolution, and the steps that they are read in. */
const unitOf = (stepMs: number): number => {
  if (stepMs < HOUR_MS) return MINUTE_MS;
  return stepMs < DAY_MS ? HOUR_MS : DAY_MS;
};

function checked(step: number): number {
  if (step % unitOf(step) === 0) return step;
  throw new RangeProblem('step', 'must be whole minutes below an hour, whole hours below a day, or whole days');
}

const MINUTES = [1, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_MS);

/** Minutes of what ended are kept for 48 hours, so a range that begins before needs hours. */
function stepFor(begin: number, end: number, now: number): number {
  const fits = (stepMs: number) => end - begin + unitOf(stepMs) <= metricLimits.points * stepMs;
  const isRecent = begin > now - 2 * DAY_MS - HOUR_MS;
  const steps = [...(isRecent ? MINUTES : []), ...(end - begin <= 14 * DAY_MS ? [HOUR_MS] : []), DAY_MS];
  const days = Math.ceil((end - begin + DAY_MS) / DAY_MS / metricLimits.points);
  return steps.find(fits) ?? days * DAY_MS;
}
