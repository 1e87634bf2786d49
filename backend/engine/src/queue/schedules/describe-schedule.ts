import type { ScheduleRow } from '../../store/schedules.js';
import { QueueError } from '../errors.js';
import type { Registry } from '../registry.js';
import { describeTiming } from './describe-timing.js';
import { timingOf } from './timing.js';

/** Describes the timing; a row that this version can't read is shown as it is. */
export function describeSchedule(row: ScheduleRow): string {
  try {
    return describeTiming(row);
  } catch {
    return `${row.cron} (${row.timeZone})`;
  }
}

/** Why a schedule can't queue its runs; null where it can. */
export async function problemOf(
  { jobName, parameters, ...row }: ScheduleRow,
  registry: Registry,
): Promise<string | null> {
  try {
    await registry.check(jobName, parameters);
  } catch (error) {
    if (error instanceof QueueError && error.code === 'UNKNOWN_JOB')
      return `There is no job named "${jobName}" in the code any more: nothing is queued until it is back.`;
    return `Its parameters do not fit the job any more: ${(error as Error).message}`;
  }
  try {
    timingOf(row);
    new Intl.DateTimeFormat('en', { timeZone: row.timeZone });
    return null;
  } catch (error) {
    return `Its timing cannot be read: ${(error as Error).message}`;
  }
}
