import type { Random } from '../random.js';
import { DAY_MS, MINUTE_MS } from '../time.js';
import type { Draft } from './draft.js';
import { dueTimes, type Span } from './rhythm.js';

/** A schedule of the sample. None runs a job that removes anything or keeps a machine busy. */
export interface SampleSchedule {
  name: string;
  jobName: string;
  cron: string;
  everyMs: number;
  /** Of the day, in minutes (UTC), as `cron` has it. */
  minute: number;
  /** So long before the end of the history it was paused. */
  pausedForMs?: number;
  workMs: number;
  metadata(random: Random): Record<string, unknown>;
}

export const SAMPLE_SCHEDULES: readonly SampleSchedule[] = [
  {
    name: 'nightly-trending',
    jobName: 'trending',
    cron: '0 3 * * *',
    everyMs: DAY_MS,
    minute: 180,
    pausedForMs: 3 * DAY_MS,
    workMs: 4_000,
    metadata: (random) => ({ postsScored: random.int(3_900, 4_300), hashtagsScored: random.int(180, 220) }),
  },
  {
    name: 'nightly-search-index',
    jobName: 'profile-search-index',
    cron: '15 2 * * *',
    everyMs: DAY_MS,
    minute: 135,
    workMs: 2_200,
    metadata: (random) => ({ profilesIndexed: random.int(985, 1_000), documentsRemoved: random.int(0, 2) }),
  },
  {
    name: 'quiz-statistics',
    jobName: 'quiz-answer-stats',
    cron: '*/10 * * * *',
    everyMs: 10 * MINUTE_MS,
    minute: 0,
    workMs: 320,
    metadata: (random) => ({ questionsProcessed: 48, answersCounted: random.int(31_000, 31_800) }),
  },
];

/** A run for each due time until the schedule was paused. */
export const scheduledRuns = (span: Span, random: Random): Draft[] =>
  SAMPLE_SCHEDULES.flatMap((schedule) =>
    dueTimes({ ...span, until: span.until - (schedule.pausedForMs ?? 0) }, schedule.everyMs, schedule.minute).map(
      (dueAt): Draft => ({
        jobName: schedule.jobName,
        trigger: 'CRON',
        queuedAt: dueAt + random.int(5, 60),
        waitMs: random.int(3, 40),
        workMs: random.logNormal(schedule.workMs, 0.2),
        status: 'SUCCESS',
        schedule: schedule.name,
        dueAt,
        metadata: schedule.metadata(random),
      }),
    ),
  );
