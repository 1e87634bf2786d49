import { checkInput, describeIssues } from '@job-manager/shared/check-input';
import { type ScheduleSettings, scheduleSettings } from '@job-manager/shared/contract/schedules';
import type { AnyJob, CodeSchedule } from '../job.js';
import { findTimingFault } from './check.js';

/** What is wrong with a schedule in the code of a job, its parameters apart; undefined for nothing. */
export function findCodeScheduleFault(schedule: CodeSchedule, now: Date): string | undefined {
  const checked = checkInput(scheduleSettings.omit({ jobName: true }), schedule, 'field of a schedule');
  const fault = checked.success ? findTimingFault(checked.data, now)?.message : describeIssues(checked.issues);
  return fault === undefined ? undefined : `schedule "${schedule.name}": ${fault}`;
}

/** The schedules of a job that has been checked. */
export const codeSchedulesOf = (job: AnyJob): ScheduleSettings[] =>
  (job.schedules ?? []).map((schedule) => scheduleSettings.parse({ ...schedule, jobName: job.name }));
