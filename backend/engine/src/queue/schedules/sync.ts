import { isDeepStrictEqual } from 'node:util';
import { jsonText } from '@job-manager/client/json-value';
import type { ScheduleSettings } from '@job-manager/shared/contract/schedules';
import { compareVersions, type KnownVersion } from '../../store/job-version.js';
import { listKnownSchedules, readClock, type ScheduleRow } from '../../store/schedules.js';
import type { Sql } from '../../store/sql.js';
import { SYSTEM } from '../system-actor.js';
import { addSchedule, changeSchedule, removeSchedule } from '../transitions/schedule.js';
import { hasTiming, timeChanged, timeNew } from './timed-settings.js';

export interface DeclaredVersions {
  /** The versions that live processes have, and of each job the newest of them. */
  living: KnownVersion[];
  newest: KnownVersion[];
  /** The jobs of which this process has the newest version. */
  isOurs: ReadonlySet<string>;
}

/**
 * Makes the stored schedules what the newest versions of these jobs declare: new ones are added, others are changed,
 * and those that no live version declares any more are removed. Schedules of other jobs, and those made over the API,
 * stay; so does a pause. Returns the names that can't be kept, since they are taken by schedules made over the API.
 */
export async function syncCodeSchedules(sql: Sql, { living, newest, isOurs }: DeclaredVersions): Promise<string[]> {
  const wanted = wantedBy(newest).filter(({ jobName }) => isOurs.has(jobName));
  const names = wanted.map(({ name }) => name);
  const declared = new Set(living.flatMap(({ declaration }) => declaration.schedules.map(({ name }) => name)));
  const stored = await listKnownSchedules(sql, [...isOurs], names);
  for (const schedule of stored) {
    if (schedule.source === 'CODE' && !declared.has(schedule.name)) await removeSchedule(sql, schedule, SYSTEM);
  }
  const byName = new Map(stored.map((schedule) => [schedule.name, schedule]));
  for (const settings of wanted) await keep(sql, settings, byName.get(settings.name));
  return names.filter((name) => byName.get(name)?.source === 'API');
}

/** One of each name: where two jobs have a schedule of the same name, the job that declared it later has it. */
function wantedBy(newest: KnownVersion[]): ScheduleSettings[] {
  const laterLast = [...newest].sort(
    (a, b) => a.firstSeenAt.getTime() - b.firstSeenAt.getTime() || compareVersions(b, a),
  );
  const wanted = laterLast.flatMap(({ declaration }) => declaration.schedules);
  return [...new Map(wanted.map((settings) => [settings.name, settings])).values()];
}

// A change by another process in between stays: it has the same version.
async function keep(sql: Sql, settings: ScheduleSettings, stored: ScheduleRow | undefined): Promise<void> {
  const now = await readClock(sql);
  if (stored === undefined) await addSchedule(sql, timeNew(settings, now), 'CODE', SYSTEM);
  else if (stored.source === 'CODE' && !isSame(stored, settings)) {
    const { timed, skip } = await timeChanged(stored, settings, now);
    await changeSchedule(sql, stored, timed, skip, SYSTEM);
  }
}

function isSame(stored: ScheduleRow, settings: ScheduleSettings): boolean {
  const { jobName, parameters, missed, overlap, channel = null, priority = null } = settings;
  return (
    hasTiming(stored, settings) &&
    isDeepStrictEqual(
      [stored.jobName, stored.parameters, stored.missedRuns, stored.overlap, stored.channel, stored.priority],
      [
        ...[jobName, JSON.parse(jsonText(parameters, 'parameters')), missed.toUpperCase(), overlap.toUpperCase()],
        ...[channel, priority],
      ],
    )
  );
}
