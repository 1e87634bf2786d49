import { refusal } from '@job-manager/client/errors';
import { readClock, type ScheduleRow } from '../../store/schedules.js';
import type { Sql } from '../../store/sql.js';
import { readTakenTimes } from '../transitions/fire-schedule.js';
import { listDueTimes, timingOf } from './timing.js';

/** Due times without a run. */
export interface Backfill {
  /** At most MAX_BACKFILL. */
  times: Date[];
  /** Due times that have a run. */
  withRun: number;
  /** There are more than could be queued at once. */
  isCut: boolean;
}

/** Runs that can be queued for past due times in one call. */
export const MAX_BACKFILL = 500;
/** Due times that are checked for them. */
const MAX_LOOKED_AT = 5_000;

/** The due times of a schedule between two moments, now at the latest, that have no run. */
export async function findBackfill(sql: Sql, schedule: ScheduleRow, from: Date, to: Date): Promise<Backfill> {
  const now = await readClock(sql);
  if (to < from) throw refusal('INVALID_INPUT', 'to', 'must not lie before from');
  const timing = timingOf(schedule);
  // The schedule itself queues runs for future due times.
  const until = to < now ? to : now;
  const due = await listDueTimes(timing, timing.next(new Date(from.getTime() - 1)), until, MAX_LOOKED_AT + 1);
  const taken = await readTakenTimes(sql, schedule.id, due);
  const missing = due.filter((at) => !taken.has(at.getTime()));
  const isCut = missing.length > MAX_BACKFILL || due.length > MAX_LOOKED_AT;
  return { times: missing.slice(0, MAX_BACKFILL), withRun: taken.size, isCut };
}
