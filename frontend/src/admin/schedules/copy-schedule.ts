import type { JobSchedule } from '@job-manager/shared/contract/schedules';
import type { CopyChoice } from '../../components/CopyMenu';

type Copied = Pick<
  JobSchedule,
  'name' | 'cron' | 'everyMs' | 'timeZone' | 'parameters' | 'missed' | 'overlap' | 'channel' | 'priority'
>;

/** A schedule as it stands in the code of its job, under `schedules`. */
function definitionOf(schedule: Copied): string {
  const { name, cron, everyMs, timeZone, parameters, missed, overlap, channel, priority } = schedule;
  const entries = Object.entries({
    name,
    ...(cron === null ? { everyMs } : { cron, timeZone }),
    parameters,
    missed,
    overlap,
    ...(channel !== null && { channel }),
    ...(priority !== null && { priority }),
  });
  const lines = entries.map(([key, value]) => `    ${key}: ${toCode(value)},`);
  return ['schedules: [', '  {', ...lines, '  },', '],'].join('\n');
}

/** The same for the menu of texts to copy. */
export const definitionChoice = (schedule: Copied): CopyChoice => ({
  label: 'Definition',
  text: () => definitionOf(schedule),
});

const toCode = (value: unknown): string =>
  typeof value === 'string' ? `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'` : JSON.stringify(value);
