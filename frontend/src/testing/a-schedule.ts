import type { JobSchedule } from '@job-manager/shared/contract/schedules';
import { ago } from './a-run';

export const scheduleId = (nr: number): string => `00000000-0000-4000-8000-${String(nr).padStart(12, '0')}`;

/** A time so many minutes from now, as the API writes it. */
export const inMinutes = (minutes: number): string => ago(-minutes * 60);

/** The schedule of this number, which comes due in as many hours. */
export const aSchedule = (nr: number, name: string, more: Partial<JobSchedule> = {}): JobSchedule => ({
  ...{ id: scheduleId(nr), name, jobName: 'trending', parameters: {}, cron: '0 3 * * *', everyMs: null },
  ...{ timing: 'At 03:00 (UTC)', timeZone: 'UTC', missed: 'once', overlap: 'skip', source: 'api', paused: null },
  ...{ problem: null, channel: null, priority: null },
  ...{ nextRunAt: inMinutes(nr * 60), lastDueAt: null, lastRunId: null, createdAt: ago(9_000), createdBy: 'ada' },
  ...{ skips: [], outcomes: [], rev: 'r1' },
  ...more,
});
