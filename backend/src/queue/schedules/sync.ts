import { isDeepStrictEqual } from 'node:util';
import type { ScheduleSettings } from '@job-manager/shared/contract/schedules';
import { listKnownSchedules, readClock, type ScheduleRow } from '../../store/schedules.js';
import type { Sql } from '../../store/sql.js';
import { SYSTEM } from '../queue.js';
import type { Registry } from '../registry.js';
import { addSchedule, changeSchedule, removeSchedule } from '../transitions/change-schedule.js';
import { hasTiming, placeChanged, placeNew } from './place.js';

/**
 * Makes the stored schedules say what the code of these jobs says: new ones are added, others are changed, and those
 * that are gone from the code of their job are removed. Schedules of jobs that this process doesn't know, and those
 * made over the API, are left alone; so is a pause. Returns the names that can't be kept, since they are taken by
 * schedules made over the API.
 */
export async function syncCodeSchedules(sql: Sql, registry: Registry): Promise<string[]> {
  const wanted = registry.schedules();
  const names = new Set(wanted.map(({ name }) => name));
  const stored = await listKnownSchedules(sql, registry.names(), [...names]);
  for (const schedule of stored) {
    if (schedule.source === 'CODE' && !names.has(schedule.name)) await removeSchedule(sql, schedule, SYSTEM);
  }
  const byName = new Map(stored.map((schedule) => [schedule.name, schedule]));
  for (const settings of wanted) await keep(sql, settings, byName.get(settings.name));
  return [...names].filter((name) => byName.get(name)?.source === 'API');
}

// What another process did in between is left as it is: it has the same code, or another that is just as good.
async function keep(sql: Sql, settings: ScheduleSettings, stored: ScheduleRow | undefined): Promise<void> {
  const now = await readClock(sql);
  if (stored === undefined) await addSchedule(sql, placeNew(settings, now), 'CODE', SYSTEM);
  else if (stored.source === 'CODE' && !isSame(stored, settings)) {
    const { placed, skip } = await placeChanged(stored, settings, now);
    await changeSchedule(sql, stored, placed, skip, SYSTEM);
  }
}

function isSame(stored: ScheduleRow, settings: ScheduleSettings): boolean {
  const { jobName, parameters, missed, overlap } = settings;
  return (
    hasTiming(stored, settings) &&
    isDeepStrictEqual(
      [stored.jobName, stored.parameters, stored.missedRuns, stored.overlap],
      [jobName, JSON.parse(JSON.stringify(parameters)), missed.toUpperCase(), overlap.toUpperCase()],
    )
  );
}
