import { createHash } from 'node:crypto';
import type { Actor } from '@job-manager/client/actor';
import { refusal } from '@job-manager/client/errors';
import type { JobSettings } from '@job-manager/client/request';
import type { ScheduleSettings, ScheduleWarning } from '@job-manager/shared/contract/schedules';
import { limits } from '@job-manager/shared/limits';
import type { JobRunTrigger } from '@job-manager/shared/run';
import { readJobActivity } from '../../store/job-activity.js';
import { hasLivingCode, readJobAsSet } from '../../store/jobs.js';
import type { Notifier } from '../../store/notifier.js';
import {
  findSchedule,
  type ListedScheduleRow,
  listSchedules,
  readClock,
  readScheduleRuns,
  type Schedule,
  type ScheduledRunRow,
  type ScheduleRow,
} from '../../store/schedules.js';
import type { Sql } from '../../store/sql.js';
import { ChangedMeanwhile, QueueError } from '../errors.js';
import { checkMaxDate } from '../max-date.js';
import type { Registry } from '../registry.js';
import { storableText } from '../storable.js';
import { backfillSchedule, runSchedule } from '../transitions/fire-schedule.js';
import type { Pause } from '../transitions/pause.js';
import {
  addSchedule,
  changeSchedule,
  MAX_SCHEDULES,
  pauseSchedule,
  removeSchedule,
  resumeSchedule,
} from '../transitions/schedule.js';
import { type Backfill, findBackfill, MAX_BACKFILL } from './backfill.js';
import { type CalendarEntry, calendarOf } from './calendar.js';
import { checkTiming, type GivenTiming } from './check.js';
import { describeSchedule, problemOf } from './describe-schedule.js';
import { describeTiming } from './describe-timing.js';
import { planResume, timeChanged, timeNew } from './timed-settings.js';
import { nextTimes } from './timing.js';
import { timingWarnings } from './warnings.js';

/** A fingerprint of the settings of a schedule, independent of when it fired or was paused. */
function revOf(schedule: ScheduleRow): string {
  const { name, jobName, parameters, cron, everyMs, timeZone, missedRuns, overlap, channel, priority } = schedule;
  const timing = [cron, everyMs, timeZone, missedRuns, overlap];
  const settings = JSON.stringify([name, jobName, parameters, ...timing, channel, priority]);
  return createHash('sha256').update(settings).digest('hex').slice(0, 16);
}

/** Reads and changes schedules. Each change is one statement, its audit entry included; refusals are QueueErrors. */
export interface Schedules {
  list(): Promise<{ schedules: Schedule[]; now: Date }>;
  get(id: string): Promise<Schedule>;
  /** The next due times after now. */
  next(id: string, count: number): Promise<Date[]>;
  /** Its runs due before a time (null for all), the last due first. */
  runs(id: string, page: { before: Date | null; limit: number }): Promise<ScheduledRunRow[]>;
  /** What a timing means, and when it would come due. */
  preview(timing: GivenTiming & { jobName?: string }, count: number): Promise<TimingPreview>;
  /** When schedules that are not paused come due within the next hours. */
  calendar(hours: number): Promise<{ from: Date; schedules: CalendarEntry[]; isCut: boolean }>;
  /** The due times between two moments that have no run. */
  previewBackfill(id: string, from: Date, to: Date): Promise<Backfill>;
  /** Queues a run for each of them, one behind the other; returns their ids. */
  backfill(id: string, range: { from: Date; to: Date }, actor: Actor): Promise<string[]>;
  create(settings: ScheduleSettings, actor: Actor): Promise<Schedule>;
  /** Only of those that weren't made in code. With `rev` refused where another change came in between. */
  change(id: string, settings: ScheduleSettings, actor: Actor, rev?: string): Promise<Schedule>;
  /** Only for schedules that aren't from code, or whose job was removed from it. */
  remove(id: string, actor: Actor): Promise<void>;
  /** Pausing what is paused changes nothing. */
  pause(id: string, pause: Pause, actor: Actor): Promise<Schedule>;
  /** Due times that passed meanwhile are kept as skipped. */
  resume(id: string, actor: Actor): Promise<Schedule>;
  /** Queues a run now, beside the due times, paused or not; returns its id. */
  run(id: string, trigger: JobRunTrigger, actor: Actor): Promise<string>;
}

/** What a timing means. */
interface TimingPreview {
  timing: string;
  times: Date[];
  warnings: ScheduleWarning[];
}

interface SchedulesOptions {
  sql: Sql;
  registry: Registry;
  notifier: Notifier;
}

/** Creates the interface to schedules. The scheduler queues their runs. */
export function createSchedules({ sql, registry, notifier }: SchedulesOptions): Schedules {
  const described = async (row: ListedScheduleRow): Promise<Schedule> => ({
    ...row,
    timing: describeSchedule(row),
    problem: await problemOf(row, registry),
    settingsRev: revOf(row),
  });
  /** What its runs are like; checks its parameters before. Throws QueueError. */
  const settingsFor = async ({ jobName, parameters }: ScheduleRow): Promise<JobSettings> => {
    await registry.check(jobName, parameters);
    const settings = registry.settings(jobName) ?? (await readJobAsSet(sql, jobName));
    if (!settings) throw new Error(`The job "${jobName}" was checked and has no settings`);
    return settings;
  };
  const changed = (row: ListedScheduleRow): Promise<Schedule> => {
    notifier.schedulesChanged();
    return described(row);
  };
  const changedMeanwhile = async (row: ListedScheduleRow) =>
    new ChangedMeanwhile(
      `Schedule "${row.name}" was changed meanwhile; nothing of this change was kept.`,
      await described(row),
    );
  return {
    list: async () => {
      const [rows, now] = await Promise.all([listSchedules(sql), readClock(sql)]);
      return { schedules: await Promise.all(rows.map(described)), now };
    },

    get: async (id) => described(await readSchedule(sql, id)),

    runs: async (id, page) => {
      await readSchedule(sql, id);
      return readScheduleRuns(sql, id, page);
    },

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
      const meanMs = given.jobName === undefined ? null : await meanMsOf(sql, given.jobName);
      const warnings = await timingWarnings(spec, now, meanMs);
      return { timing: describeTiming(spec), times: nextTimes(spec, now, count), warnings };
    },

    calendar: async (hours) => {
      const [rows, now] = await Promise.all([listSchedules(sql), readClock(sql)]);
      const from = new Date(Math.floor(now.getTime() / HOUR_MS) * HOUR_MS);
      // The next due stand first, so what is left out comes due after all that is listed.
      const [listed, rest] = [rows.slice(0, MAX_CALENDAR), rows.slice(MAX_CALENDAR)];
      const until = from.getTime() + hours * HOUR_MS;
      const isCut = rest.some(
        ({ pausedAt, nextRunAt }) => pausedAt === null && nextRunAt && nextRunAt.getTime() < until,
      );
      return { from, schedules: await calendarOf(listed, from, hours), isCut };
    },

    previewBackfill: async (id, from, to) => findBackfill(sql, await readSchedule(sql, id), from, to),

    backfill: async (id, { from, to }, actor) => {
      const schedule = await readSchedule(sql, id);
      const settings = await settingsFor(schedule);
      const { times, isCut } = await findBackfill(sql, schedule, from, to);
      if (isCut) throw refusal('INVALID_INPUT', 'to', `leaves more than ${MAX_BACKFILL} due times without a run`);
      const ids = await backfillSchedule(sql, { id, times, settings }, actor);
      if (ids === null) throw unknownSchedule();
      if (ids.length > 0) notifier.queued();
      return ids;
    },

    create: async (settings, actor) => {
      const now = await readClock(sql);
      await checkSettings(settings, registry, now);
      const row = await addSchedule(sql, timeNew(settings, now), 'API', actor);
      if (row === null) throw await whyNotAdded(sql, settings.name);
      return changed(row);
    },

    change: async (id, settings, actor, rev) => {
      const now = await readClock(sql);
      await checkSettings(settings, registry, now);
      return untilUnchanged(async () => {
        const schedule = await readSchedule(sql, id);
        checkIsOurs(schedule, 'changed');
        if (rev !== undefined && rev !== revOf(schedule)) throw await changedMeanwhile(schedule);
        const { timed, skip } = await timeChanged(schedule, settings, await readClock(sql));
        const isChanged = await changeSchedule(sql, schedule, timed, skip, actor).catch((error) => {
          throw isNameTaken(error) ? nameTaken(settings.name) : error;
        });
        return isChanged ? changed(await readSchedule(sql, id)) : null;
      });
    },

    remove: async (id, actor) => {
      await untilUnchanged(async () => {
        const schedule = await readSchedule(sql, id);
        // Otherwise a schedule that no code declares any more could not be removed.
        const { jobName } = schedule;
        if (registry.get(jobName) || (await hasLivingCode(sql, jobName))) checkIsOurs(schedule, 'removed');
        return (await removeSchedule(sql, schedule, actor)) || null;
      });
    },

    pause: async (id, { reason, resumeAt }, actor) => {
      if (resumeAt !== null) await checkResumeAt(sql, resumeAt);
      const storable = reason && storableText(reason, limits.reasonChars);
      const row = await pauseSchedule(sql, id, { reason: storable, resumeAt }, actor);
      return row ? changed(row) : described(await readSchedule(sql, id));
    },

    resume: async (id, actor) =>
      untilUnchanged(async () => {
        const schedule = await readSchedule(sql, id);
        if (schedule.pausedAt === null) return described(schedule);
        const plan = await planResume(schedule, await readClock(sql));
        return (await resumeSchedule(sql, schedule, plan, actor)) ? changed(await readSchedule(sql, id)) : null;
      }),

    run: async (id, trigger, actor) => {
      const settings = await settingsFor(await readSchedule(sql, id));
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

const MAX_TRIES = 10;

/** Tries again while other callers change the schedule in between. */
async function untilUnchanged<Result>(attempt: () => Promise<Result | null>): Promise<Result> {
  for (let n = 0; n < MAX_TRIES; n++) {
    const result = await attempt();
    if (result !== null) return result;
  }
  throw new QueueError('BUSY', 'The schedule is being changed by others; try again in a moment.');
}

async function readSchedule(sql: Sql, id: string): Promise<ListedScheduleRow> {
  const row = await findSchedule(sql, id);
  if (!row) throw unknownSchedule();
  return row;
}

const unknownSchedule = () => new QueueError('UNKNOWN_SCHEDULE', 'There is no schedule with this id.');

async function checkResumeAt(sql: Sql, resumeAt: Date): Promise<void> {
  checkMaxDate(resumeAt, 'resumeAt');
  if (resumeAt <= (await readClock(sql))) throw refusal('INVALID_INPUT', 'resumeAt', 'must lie in the future');
}

const HOUR_MS = 3_600_000;
/** Schedules that a calendar has, the next due first. */
const MAX_CALENDAR = 200;

const meanMsOf = async (sql: Sql, jobName: string): Promise<number | null> =>
  (await readJobActivity(sql, [jobName])).jobs[0]?.meanMs ?? null;

async function checkSettings(settings: ScheduleSettings, registry: Registry, now: Date): Promise<void> {
  checkTiming(settings, now);
  await registry.check(settings.jobName, settings.parameters);
}

function checkIsOurs({ name, jobName, source }: ScheduleRow, what: 'changed' | 'removed'): void {
  if (source === 'API') return;
  const message = `Schedule "${name}" is kept in the code of job "${jobName}", and can only be ${what} there. It can be paused here.`;
  throw new QueueError('NOT_ALLOWED', message);
}

async function whyNotAdded(sql: Sql, name: string): Promise<QueueError> {
  const taken = await sql.query('SELECT 1 FROM "Schedule" WHERE name = $1', [name]);
  if (taken.rowCount) return nameTaken(name);
  return new QueueError('NOT_ALLOWED', `There are ${MAX_SCHEDULES} schedules, and no room for another.`);
}

const nameTaken = (name: string) =>
  new QueueError('NAME_TAKEN', `There is a schedule named "${name}" already.`, [{ path: 'name', message: 'is taken' }]);

const isNameTaken = (error: unknown): boolean => (error as { code?: unknown } | null)?.code === '23505';
