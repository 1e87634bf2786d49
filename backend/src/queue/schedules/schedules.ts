import type { ScheduleSettings } from '@job-manager/shared/contract/schedules';
import { limits } from '@job-manager/shared/limits';
import type { JobRunTrigger } from '@job-manager/shared/run';
import type { Notifier } from '../../store/notifier.js';
import {
  findSchedule,
  type ListedScheduleRow,
  listSchedules,
  readClock,
  type Schedule,
  type ScheduleRow,
} from '../../store/schedules.js';
import type { Sql } from '../../store/sql.js';
import { QueueError } from '../errors.js';
import type { Actor } from '../queue.js';
import type { Registry } from '../registry.js';
import { storableText } from '../storable.js';
import { addSchedule, changeSchedule, MOST_SCHEDULES, removeSchedule } from '../transitions/change-schedule.js';
import { pauseSchedule, resumeSchedule } from '../transitions/pause-schedule.js';
import { runSchedule } from '../transitions/run-schedule.js';
import { checkTiming, type GivenTiming } from './check.js';
import { placeChanged, placeNew, planResume } from './place.js';
import { type TimingSpec, timingOf } from './timing.js';
import { timingInWords } from './words.js';

/** What may be asked about schedules. Each change is one statement, its audit entry included; refusals are QueueErrors. */
export interface Schedules {
  list(): Promise<{ schedules: Schedule[]; now: Date }>;
  get(id: string): Promise<Schedule>;
  /** The next due times after now. */
  next(id: string, count: number): Promise<Date[]>;
  /** What a timing means, and when it would come due. */
  preview(timing: GivenTiming, count: number): Promise<{ timing: string; times: Date[] }>;
  create(settings: ScheduleSettings, actor: Actor): Promise<Schedule>;
  /** Only of those that weren't made in code. */
  change(id: string, settings: ScheduleSettings, actor: Actor): Promise<Schedule>;
  /** Only of those that weren't made in code, or whose job is gone from there. */
  remove(id: string, actor: Actor): Promise<void>;
  /** Pausing what is paused changes nothing. */
  pause(id: string, reason: string | null, actor: Actor): Promise<Schedule>;
  /** Due times that passed meanwhile are kept as skipped. */
  resume(id: string, actor: Actor): Promise<Schedule>;
  /** Queues a run now, beside the due times, paused or not; returns its id. */
  run(id: string, trigger: JobRunTrigger, actor: Actor): Promise<string>;
}

export interface SchedulesOptions {
  sql: Sql;
  registry: Registry;
  notifier: Notifier;
}

/** Opens schedules to those who ask things of them. What comes due is a scheduler's work. */
export function createSchedules({ sql, registry, notifier }: SchedulesOptions): Schedules {
  const told = async (row: ListedScheduleRow): Promise<Schedule> => ({
    ...row,
    timing: inWords(row),
    problem: await problemOf(row, registry),
  });
  const changed = (row: ListedScheduleRow): Promise<Schedule> => {
    notifier.schedulesChanged();
    return told(row);
  };
  return {
    list: async () => {
      const [rows, now] = await Promise.all([listSchedules(sql), readClock(sql)]);
      return { schedules: await Promise.all(rows.map(told)), now };
    },

    get: async (id) => told(await readSchedule(sql, id)),

    next: async (id, count) => nextTimes(await readSchedule(sql, id), await readClock(sql), count),

    preview: async (given, count) => {
      const now = await readClock(sql);
      checkTiming(given, now);
      const spec = {
        cron: given.cron ?? null,
        everyMs: given.everyMs ?? null,
        timeZone: given.timeZone,
        anchorAt: now,
      };
      return { timing: timingInWords(spec), times: nextTimes(spec, now, count) };
    },

    create: async (settings, actor) => {
      const now = await readClock(sql);
      await checkSettings(settings, registry, now);
      const row = await addSchedule(sql, placeNew(settings, now), 'API', actor);
      if (row === null) throw await whyNotAdded(sql, settings.name);
      return changed(row);
    },

    change: async (id, settings, actor) => {
      const now = await readClock(sql);
      await checkSettings(settings, registry, now);
      return untilUnchanged(async () => {
        const schedule = await readSchedule(sql, id);
        checkIsOurs(schedule, 'changed');
        const { placed, skip } = await placeChanged(schedule, settings, await readClock(sql));
        const isChanged = await changeSchedule(sql, schedule, placed, skip, actor).catch((error) => {
          throw isNameTaken(error) ? nameTaken(settings.name) : error;
        });
        return isChanged ? changed(await readSchedule(sql, id)) : null;
      });
    },

    remove: async (id, actor) => {
      await untilUnchanged(async () => {
        const schedule = await readSchedule(sql, id);
        // What no code speaks of any more could else be removed by nobody.
        if (registry.get(schedule.jobName)) checkIsOurs(schedule, 'removed');
        return (await removeSchedule(sql, schedule, actor)) || null;
      });
    },

    pause: async (id, reason, actor) => {
      const row = await pauseSchedule(sql, id, reason && storableText(reason, limits.reasonChars), actor);
      return row ? changed(row) : told(await readSchedule(sql, id));
    },

    resume: async (id, actor) =>
      untilUnchanged(async () => {
        const schedule = await readSchedule(sql, id);
        if (schedule.pausedAt === null) return told(schedule);
        const plan = await planResume(schedule, await readClock(sql));
        return (await resumeSchedule(sql, schedule, plan, actor)) ? changed(await readSchedule(sql, id)) : null;
      }),

    run: async (id, trigger, actor) => {
      const { jobName, parameters } = await readSchedule(sql, id);
      await registry.check(jobName, parameters);
      const settings = registry.settings(jobName);
      if (!settings) throw new Error(`Job ${jobName} has no settings`);
      const runId = await untilUnchanged(async () => {
        const queued = await runSchedule(sql, { id, trigger, settings }, actor);
        if (queued === null) await readSchedule(sql, id);
        return queued;
      });
      notifier.queued();
      return runId;
    },
  };
}

const MOST_TRIES = 10;

/** Tries again while others change the schedule in between; there are never many of them for long. */
async function untilUnchanged<Result>(attempt: () => Promise<Result | null>): Promise<Result> {
  for (let n = 0; n < MOST_TRIES; n++) {
    const result = await attempt();
    if (result !== null) return result;
  }
  throw new QueueError('BUSY', 'The schedule is being changed by others; try again in a moment.');
}

async function readSchedule(sql: Sql, id: string): Promise<ListedScheduleRow> {
  const row = await findSchedule(sql, id);
  if (!row) throw new QueueError('UNKNOWN_SCHEDULE', 'There is no schedule with this id.');
  return row;
}

async function checkSettings(settings: ScheduleSettings, registry: Registry, now: Date): Promise<void> {
  checkTiming(settings, now);
  await registry.check(settings.jobName, settings.parameters);
}

function checkIsOurs({ name, jobName, source }: ScheduleRow, what: 'changed' | 'removed'): void {
  if (source === 'API') return;
  const told = `Schedule "${name}" is kept in the code of job "${jobName}", and can only be ${what} there. It can be paused here.`;
  throw new QueueError('NOT_ALLOWED', told);
}

async function whyNotAdded(sql: Sql, name: string): Promise<QueueError> {
  const taken = await sql.query('SELECT 1 FROM "Schedule" WHERE name = $1', [name]);
  if (taken.rowCount) return nameTaken(name);
  return new QueueError('NOT_ALLOWED', `There are ${MOST_SCHEDULES} schedules, and no room for another.`);
}

const nameTaken = (name: string) =>
  new QueueError('NAME_TAKEN', `There is a schedule named "${name}" already.`, [{ path: 'name', message: 'is taken' }]);

const isNameTaken = (error: unknown): boolean => (error as { code?: unknown } | null)?.code === '23505';

function nextTimes(spec: TimingSpec, now: Date, count: number): Date[] {
  const timing = timingOf(spec);
  const times: Date[] = [];
  for (let at = timing.next(now); at !== null && times.length < count; at = timing.next(at)) times.push(at);
  return times;
}

/** A row that this version can't read is shown as it is rather than not at all. */
function inWords(row: ScheduleRow): string {
  try {
    return timingInWords(row);
  } catch {
    return `${row.cron} (${row.timeZone})`;
  }
}

async function problemOf({ jobName, parameters, ...row }: ScheduleRow, registry: Registry): Promise<string | null> {
  if (!registry.get(jobName))
    return `There is no job named "${jobName}" in the code any more: nothing is queued until it is back.`;
  try {
    await registry.check(jobName, parameters);
  } catch (error) {
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
