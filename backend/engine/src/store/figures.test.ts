import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { QueueEvents } from '../queue/events.js';
import { figureTasks } from '../queue/maintenance/figures.js';
import { MaintenanceLoop } from '../queue/maintenance/maintenance-loop.js';
import { createTestDatabase, type TestDatabase } from '../testing/database.js';
import { removeOldFigures } from './figures.js';
import { readViolations } from './violations.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.clear());
afterAll(() => database.drop());

const rows = async (sql: string, ...values: unknown[]) => (await database.pool.query(sql, values)).rows;
const countOf = async (table: string): Promise<number> =>
  (await rows(`SELECT count(*)::int AS kept FROM "${table}"`))[0].kept;

const RUNNER = '00000000-0000-4000-8000-000000000001';

/** For how long the rows of each step are kept. */
const KEPT = [
  ['QueueSample', 'MINUTE', '7 days'],
  ['QueueSample', 'HOUR', '400 days'],
  ['QueueSample', 'DAY', '400 days'],
  ['SystemSample', 'MINUTE', '7 days'],
  ['SystemSample', 'HOUR', '400 days'],
  ['ChannelEnded', 'MINUTE', '7 days'],
  ['ChannelEnded', 'HOUR', '400 days'],
  ['JobRunEnded', 'MINUTE', '8 days'],
  ['JobRunEnded', 'DAY', '3 days'],
  ['JobRunRemoved', 'HOUR', '400 days'],
  ['JobRunHistogram', 'HOUR', '35 days'],
  ['JobRunHistogram', 'DAY', '400 days'],
  ['RunnerBeat', 'BEAT', '24 hours'],
  ['RunnerBeat', 'TEN_MINUTES', '30 days'],
] as const;
const FOR_EVER = [
  ['ChannelEnded', 'EVER'],
  ['JobRunRemoved', 'DAY'],
] as const;

/** What a row has beside its step and time. */
const ROWS = {
  QueueSample: `(step, at, channel, queued, due, scheduled, blocked, running) SELECT $1, at, '', 1, 1, 0, 0, 0`,
  SystemSample: `(step, at, "apiRequests", "apiErrors", sockets, "socketsOpened", verdict) SELECT $1, at, 1, 0, 0, 0, 'OK'`,
  ChannelEnded: `(step, at, channel, success, failed, cancelled) SELECT $1, at, 'mail', 1, 0, 0`,
  JobRunEnded: `(step, at, "jobName", success, failed, cancelled) SELECT $1, at, 'a', 1, 0, 0`,
  JobRunRemoved: `(step, at, "jobName", status, runs) SELECT $1, at, 'a', 'SUCCESS', 1`,
  JobRunHistogram: `(step, at, "jobName", measure, runs, total, max, buckets) SELECT $1, at, 'a', 'duration', 1, 1, 1, array_fill(0, ARRAY[64])`,
  RunnerBeat: `(step, at, "runnerId", "loopLagMs", "activeRuns", slots) SELECT $1, at, '${RUNNER}', 1, 0, 1`,
};

/** A row of a table, that much younger than what is removed. */
const add = (table: keyof typeof ROWS, step: string, kept: string, younger: string) =>
  rows(
    `INSERT INTO "${table}" ${ROWS[table].replace('$1', '$1::"FigureStep"')}
     FROM (SELECT clock_timestamp() - $2::interval + $3::interval AS at) row`,
    step,
    kept,
    younger,
  );

it.each(KEPT)('keeps %s by %s for %s, and no longer', async (table, step, kept) => {
  await add(table, step, kept, '-1 minute');
  await add(table, step, kept, '1 hour');
  expect(await removeOldFigures(database.pool)).toBe(1);
  expect(await countOf(table)).toBe(1);
  expect(await removeOldFigures(database.pool)).toBe(0);
  // What has lost its hours is not missed by the rules that compare counters.
  expect(await readViolations(database.pool)).toEqual({});
});

it.each(FOR_EVER)('keeps %s by %s for ever', async (table, step) => {
  await add(table, step, '4000 days', '0');
  expect(await removeOldFigures(database.pool)).toBe(0);
});

it('has such a limit for each table of figures that is not kept for ever', async () => {
  const schema = await readFile(new URL('../../../../prisma/schema/kept.prisma', import.meta.url), 'utf8');
  const tables = [...schema.matchAll(/^model (\w+)/gm)].map(([, name]) => name);
  expect(tables.sort()).toEqual([...Object.keys(ROWS), 'JobRunDayTotal'].sort());
});

it('removes many in batches until none is left, or the process is stopped', async () => {
  const beats = (count: number) =>
    rows(
      `INSERT INTO "RunnerBeat" SELECT '${RUNNER}', clock_timestamp() - interval '2 days' - n * interval '1 s', 1, 1, 0, 1, 1, 1, 1
       FROM generate_series(1, $1::int) n`,
      count,
    );
  const remove = figureTasks(database.pool).find(({ name }) => name === 'remove old figures');
  await beats(12_000);
  expect(await remove?.run(async () => false)).toBe('Removed 5,000 rows');
  expect(await countOf('RunnerBeat')).toBe(7_000);
  expect(await remove?.run(async () => true)).toBe('Removed 7,000 rows');
  expect(await remove?.run(async () => true)).toBe('Nothing to remove');
});

it('leaves in the list of maintenance what was summarized and removed', async () => {
  await rows(
    `INSERT INTO "RunnerBeat" SELECT '${RUNNER}', clock_timestamp() - n * interval '2 days', 1, 1, 0, 1, 1, 1, 1 FROM generate_series(1, 3) n`,
  );
  const { pool: sql } = database;
  await new MaintenanceLoop({ sql, events: new QueueEvents(), tasks: figureTasks(sql), everyMs: 60_000 }).tick();
  expect(await rows(`SELECT name, "lastResult" AS result FROM "MaintenanceTask" ORDER BY name`)).toEqual([
    { name: 'remove old figures', result: 'Removed 3 rows' },
    { name: 'summarize figures', result: 'Wrote 3 rows' },
  ]);
});
