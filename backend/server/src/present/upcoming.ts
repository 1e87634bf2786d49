import type { UpcomingRow } from '@job-manager/engine/store/queue-now';

/** What comes due next, as the API shows it. */
export function presentUpcoming({ at, jobName, scheduleId, name, jobRunId, channel }: UpcomingRow) {
  const common = { at: at.toISOString(), jobName };
  return jobRunId === null
    ? { kind: 'schedule' as const, ...common, scheduleId: scheduleId ?? '', name: name ?? '' }
    : { kind: 'run' as const, ...common, jobRunId, channel: channel ?? '' };
}
