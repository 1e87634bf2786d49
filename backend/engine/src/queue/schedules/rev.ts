import { createHash } from 'node:crypto';
import type { ScheduleRow } from '../../store/schedules.js';

/** What the settings of a schedule are known by: the same settings have the same, whenever it fired or was paused. */
export function revOf(schedule: ScheduleRow): string {
  const { name, jobName, parameters, cron, everyMs, timeZone, missedRuns, overlap, channel, priority } = schedule;
  const timing = [cron, everyMs, timeZone, missedRuns, overlap];
  const settings = JSON.stringify([name, jobName, parameters, ...timing, channel, priority]);
  return createHash('sha256').update(settings).digest('hex').slice(0, 16);
}
