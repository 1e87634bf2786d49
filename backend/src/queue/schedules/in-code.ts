import { type ScheduleSettings, scheduleSettings } from '@job-manager/shared/contract/schedules';
import type { AnyJob, CodeSchedule } from '../job.js';
import { findTimingFault } from './check.js';

/** What is wrong with a schedule in the code of a job, its parameters apart; undefined for nothing. */
export function findCodeScheduleFault(schedule: CodeSchedule, now: Date): string | undefined {
  const parsed = scheduleSettings.omit({ jobName: true }).safeParse(schedule);
  const [issue] = parsed.error?.issues ?? [];
  const fault = issue
    ? `${issue.path.join('.')}: ${issue.message}`
    : findTimingFault(parsed.data ?? never(), now)?.message;
  return fault === undefined ? undefined : `schedule "${schedule.name}": ${fault}`;
}

function never(): never {
  throw new Error('A schedule that failed to parse has no issue');
}

/** The schedules of a job that has been checked. */
export const codeSchedulesOf = (job: AnyJob): ScheduleSettings[] =>
  (job.schedules ?? []).map((schedule) => scheduleSettings.parse({ ...schedule, jobName: job.name }));
