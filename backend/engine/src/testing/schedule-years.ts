import type pg from 'pg';
import * as z from 'zod';
import { createPool } from '../database/client.js';
import { QueueEvents } from '../queue/events.js';
import { defineJob } from '../queue/job.js';
import { Scheduler } from '../queue/maintenance/scheduler.js';
import { createRegistry } from '../queue/registry.js';
import { timeNew } from '../queue/schedules/timed-settings.js';
import { timingOf } from '../queue/schedules/timing.js';
import { SYSTEM } from '../queue/system-actor.js';
import { countEnded } from '../queue/transitions/count.js';
import { addSchedule } from '../queue/transitions/schedule.js';
import { Notifier } from '../store/notifier.js';
import { listSchedules, type ScheduleRow } from '../store/schedules.js';
import type { Sql } from '../store/sql.js';

export interface YearsOptions {
  url: string;
  zones: string[];
  from: Date;
  to: Date;
  /** The same seed makes the same choices; how the schedulers race is the machine's. */
  seed: number;
  /** Breaks the statements of the schedulers, for tests that this check finds errors. */
  tamper?(statement: string): string;
}

/** What became of the due times. */
export interface YearsReport {
  polls: number;
  dueTimes: number;
  runs: number;
  skipped: number;
  /** Schedulers that ended between reading and writing, or before they received the answer. */
  restarts: number;
  /** Due times with more than one run. */
  duplicates: number;
  /** Due times without a run and without a reason for none. */
  gaps: number;
  /** Runs and reasons for times that weren't due. */
  unexpected: number;
  /** Times that the next due time of a schedule went back, or stood still while others were dealt with. */
  backward: number;
}

const DAY_MS = 86_400_000;
/** So near to a change of clocks every due time is tested separately. */
const EDGE_MS = 18 * 3_600_000;
const SCHEDULERS = 3;

/**
 * Lives through years of schedules in fast time: three schedulers race on connections of their own, end in the middle
 * of things and begin again, and sleep through due times. The clock goes from due time to due time around every
 * change of clocks, and in leaps otherwise.
 */
export async function simulateYears(options: YearsOptions): Promise<YearsReport> {
  const { url, from, to } = options;
  const pools = Array.from({ length: SCHEDULERS + 1 }, () => createPool(url, { max: 5 }));
  const world: World = {
    ...options,
    random: randomOf(options.seed),
    now: from,
    restarts: 0,
    pool: pools[SCHEDULERS] as pg.Pool,
  };
  try {
    const edges = options.zones.flatMap((zone) => edgesOf(zone, from, to).map((at) => at.getTime()));
    for (const zone of options.zones) await addSchedules(world, zone);
    const begun = await listSchedules(world.pool);
    const schedulers = pools.slice(0, SCHEDULERS).map((pool) => schedulerOn(world, pool));
    const watch = watchNext(begun);
    let polls = 0;
    for (let next = earliest(begun); next !== null && next <= to; polls++) {
      const leap = edges.some((edge) => Math.abs(edge - (next?.getTime() ?? 0)) < EDGE_MS)
        ? 0
        : world.random() ** 2 * 4 * DAY_MS;
      world.now = new Date(Math.min(to.getTime(), next.getTime() + Math.round(leap)));
      next = earliest(await settle(world, schedulers, watch));
    }
    return { polls, restarts: world.restarts, backward: watch.backward(), ...(await compare(world, begun)) };
  } finally {
    await Promise.all(pools.map((pool) => pool.end()));
  }
}

interface World extends YearsOptions {
  random(): number;
  now: Date;
  restarts: number;
  pool: pg.Pool;
}

/** Mulberry32: small, and good enough to choose by. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Days on which the clocks of a zone are put forward or back. */
function edgesOf(zone: string, from: Date, to: Date): Date[] {
  const shown = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' });
  const offset = (at: number) => shown.format(at).split(', ').at(-1)?.split(' ').at(-1);
  const days = Math.ceil((to.getTime() - from.getTime()) / DAY_MS);
  const starts = Array.from({ length: days }, (_, day) => from.getTime() + day * DAY_MS);
  return starts.filter((at) => offset(at) !== offset(at + DAY_MS)).map((at) => new Date(at + DAY_MS / 2));
}

/** In each zone a list of times that clocks leap over, an interval, and every half hour of the nights around the changes of clocks. */
async function addSchedules(world: World, zone: string): Promise<void> {
  const near = edgesOf(zone, world.from, world.to).flatMap((at) =>
    [-1, 0, 1].map((days) => new Date(at.getTime() + days * DAY_MS)),
  );
  const nights = near.length === 0 ? [world.from] : near;
  const listed = (part: (at: Date) => number) =>
    [...new Set(nights.map(part))]
      .sort((a, b) => a - b)
      .slice(0, 12)
      .join(',');
  const timings = [
    { cron: '15 0,2 * * *' },
    { cron: `*/30 0-3 ${listed((at) => at.getUTCDate())} ${listed((at) => at.getUTCMonth() + 1)} *` },
    { everyMs: 31 * 3_600_000 },
  ];
  const missed = ['skip', 'once', 'all'] as const;
  const overlap = ['skip', 'queue', 'cancel'] as const;
  for (const [n, timing] of timings.entries()) {
    const name = `${zone.toLowerCase().replaceAll(/[^a-z]/g, '-')}-${n}`;
    const chosen = { missed: missed[Math.floor(world.random() * 3)] ?? 'once', overlap: overlap[n % 3] ?? 'skip' };
    const settings = { name, jobName: 'job', parameters: {}, timeZone: zone, ...timing, ...chosen };
    await addSchedule(world.pool, timeNew(settings, world.from), 'API', SYSTEM);
  }
}

const registry = createRegistry([
  defineJob({
    name: 'job',
    description: 'x',
    examples: ['x'],
    algorithmVersion: '1',
    parameters: z.object({}),
    run: async () => {},
  }),
]);

interface OneScheduler {
  tick(): Promise<unknown>;
}

/** A scheduler that ends now and then as it writes, and is begun again. */
function schedulerOn(world: World, pool: pg.Pool): OneScheduler {
  const notifier = new Notifier({ query: async () => ({ rows: [] }) } as unknown as Sql);
  const begin = () =>
    new Scheduler({
      sql: crashing(world, pool),
      registry,
      events: new QueueEvents(),
      notifier,
      clock: async () => world.now,
    });
  let scheduler = begin();
  return {
    tick: () =>
      scheduler.tick().catch((error) => {
        if (!/^Connection terminated/.test(error.message)) throw error;
        scheduler = begin();
      }),
  };
}

function crashing(world: World, pool: pg.Pool): Sql {
  const query = async (text: string, values: unknown[]) => {
    const isWrite = text.includes('FOR UPDATE');
    const fate = isWrite ? world.random() : 1;
    if (fate < 0.1) world.restarts++;
    if (fate < 0.05) throw new Error('Connection terminated before the statement was sent');
    const answer = await pool.query(isWrite && world.tamper ? world.tamper(text) : text, values);
    if (fate < 0.1) throw new Error('Connection terminated before the answer came');
    return answer;
  };
  return { query } as unknown as Sql;
}

/** Lets the schedulers race until nothing is due any more. */
async function settle(world: World, schedulers: OneScheduler[], watch: Watch): Promise<ScheduleRow[]> {
  if (world.random() < 0.3) await endRuns(world.pool);
  for (let round = 0; round < 200; round++) {
    await Promise.all(schedulers.map((scheduler) => scheduler.tick()));
    const { rows } = await world.pool.query<ScheduleRow>('SELECT id, rev, "nextRunAt", "lastDueAt" FROM "Schedule"');
    watch.check(rows);
    const next = earliest(rows);
    if (next === null || next > world.now) return rows;
  }
  throw new Error(`Due times of ${world.now.toISOString()} are left`);
}

/** Every run that could begin has succeeded. */
const endRuns = (pool: pg.Pool): Promise<unknown> =>
  pool.query(`WITH ended AS (
    UPDATE "JobRun" SET status = 'SUCCESS', attempt = 1, "claimNo" = 1, "leaseToken" = gen_random_uuid(), "startedAt" = clock_timestamp(),
      "finishedAt" = clock_timestamp(), "durationMs" = 0, rev = rev + 1 WHERE status = 'QUEUED' AND NOT "isBlocked" RETURNING *
  ), counted AS (${countEnded('ended')}) SELECT 1`);

function earliest(schedules: Pick<ScheduleRow, 'nextRunAt'>[]): Date | null {
  const times = schedules.flatMap(({ nextRunAt }) => nextRunAt?.getTime() ?? []);
  return times.length === 0 ? null : new Date(Math.min(...times));
}

interface Watch {
  check(rows: ScheduleRow[]): void;
  backward(): number;
}

/** Next due times only ever go on, and go on whenever a due time was dealt with. */
function watchNext(begun: ScheduleRow[]): Watch {
  const before = new Map(begun.map((row) => [row.id, row]));
  let backward = 0;
  return {
    check: (rows) => {
      for (const row of rows) {
        const last = before.get(row.id);
        const [was, is] = [last?.nextRunAt?.getTime() ?? 0, row.nextRunAt?.getTime() ?? Infinity];
        if (is < was || (is === was && row.rev !== last?.rev)) backward++;
        before.set(row.id, row);
      }
    },
    backward: () => backward,
  };
}

type Compared = Pick<YearsReport, 'dueTimes' | 'runs' | 'skipped' | 'duplicates' | 'gaps' | 'unexpected'>;

/** Holds every due time, as the timing alone has it, against the runs and the reasons for none. */
async function compare(world: World, begun: ScheduleRow[]): Promise<Compared> {
  const sum: Compared = { dueTimes: 0, runs: 0, skipped: 0, duplicates: 0, gaps: 0, unexpected: 0 };
  for (const schedule of begun) {
    const runs = await timesOf(world.pool, `SELECT "dueAt" AS at FROM "JobRun" WHERE "scheduleId" = $1`, schedule.id);
    const { rows: skips } = await world.pool.query<{ firstDueAt: Date; lastDueAt: Date; dueTimes: number }>(
      `SELECT * FROM "ScheduleSkip" WHERE "scheduleId" = $1`,
      [schedule.id],
    );
    const due = dueTimesOf(schedule, world.to);
    const ran = new Set(runs);
    const wanted = new Set(due);
    const isSkipped = (at: number) =>
      skips.some((skip) => skip.firstDueAt.getTime() <= at && at <= skip.lastDueAt.getTime());
    const skippedTimes = skips.reduce((total, { dueTimes }) => total + dueTimes, 0);
    const skipped = due.filter((at) => !ran.has(at) && isSkipped(at)).length;
    sum.dueTimes += due.length;
    sum.runs += ran.size;
    sum.skipped += skipped;
    sum.duplicates += runs.length - ran.size;
    sum.gaps += due.filter((at) => !ran.has(at) && !isSkipped(at)).length;
    sum.unexpected += [...ran].filter((at) => !wanted.has(at)).length + Math.abs(skippedTimes - skipped);
  }
  return sum;
}

async function timesOf(pool: pg.Pool, text: string, id: string): Promise<number[]> {
  const { rows } = await pool.query<{ at: Date }>(text, [id]);
  return rows.map(({ at }) => at.getTime());
}

function dueTimesOf(schedule: ScheduleRow, to: Date): number[] {
  const timing = timingOf(schedule);
  const times: number[] = [];
  for (let at = schedule.nextRunAt; at !== null && at <= to; at = timing.next(at)) times.push(at.getTime());
  return times;
}
