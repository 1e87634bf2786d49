import { Random } from '../random.js';
import { contentFeatures } from './bad-deploy.js';
import { dailyWork } from './daily-work.js';
import type { Draft } from './draft.js';
import type { Span } from './rhythm.js';
import { scheduledRuns } from './schedules.js';
import { uploads } from './uploads.js';

/** Invents the runs of a stretch of time, in the order in which they were queued; the same seed and stretch give the same. */
export function createHistory(span: Span, seed: number): Draft[] {
  const random = (story: string) => new Random(seed, `history/${story}`);
  return [
    ...scheduledRuns(span, random('schedules')),
    ...dailyWork(span, random('daily')),
    ...contentFeatures(span, random('features')),
    ...uploads(span, random('uploads')),
  ].sort((a, b) => a.queuedAt - b.queuedAt);
}
