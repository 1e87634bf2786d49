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
const BUCKETS = 'array_fill(0, ARRAY[64])';

/** For how long each table is kept, and the values of a row of it at the time $1. */
const KEPT = [
  ['QueueSample', '7 days', `$1, '', 1, 1, 0, 0, 0, NULL, 1`],
  ['QueueSampleHour', '400 days', `$1, '', 60, 1, 1, 1, 1, 0, 0, 0, 0, NULL, 1`],
  ['QueueSampleDay', '400 days', `$1, '', 1440, 1, 1, 0, NULL, 1`],
  ['SystemSample', '7 days', `$1, '${RUNNER}', 1, 0, 1, 1, 1, 1, 0, 0, 'OK', 0`],
  ['SystemSampleHour', '400 days', '$1, 60, 1, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0'],
  ['ChannelMinute', '7 days', `$1, 'mail', 1, 0, 0`],
  ['ChannelHour', '400 days', `$1, 'mail', 1, 0, 0`],
  ['JobRunMinute', '8 days', `$1, 'a', 1, 0, 0`],
  ['JobRunCountSeen', '3 days', `$1, 'a', 'SUCCESS', 1`],
  ['JobRunRemoved', '400 days', `$1, 'a', 'SUCCESS', 1`],
  ['JobRunHistogram', '35 days', `$1, 'a', 'duration', 1, 1, 1, ${BUCKETS}`],
  ['JobRunDayHistogram', '400 days', `$1, 'a', 'duration', 1, 1, 1, ${BUCKETS}`],
  ['RunnerBeat', '24 hours', `'${RUNNER}', $1, 1, 1, 0, 1, 1, 1, 1`],
  ['RunnerBeatMean', '30 days', `'${RUNNER}', $1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1`],
] as const;

/** A row of a table, that much younger than what is removed. */
const add = (table: string, kept: string, values: string, younger: string) =>
  rows(
    `INSERT INTO "${table}" SELECT ${values.replaceAll('$1', 'at')}
     FROM (SELECT clock_timestamp() - $1::interval + $2::interval AS at) row`,
    kept,
    younger,
  );

it.each(KEPT)('keeps %s for %s, and no longer', async (table, kept, values) => {
  await add(table, kept, values, '-1 minute');
  await add(table, kept, values, '1 hour');
  expect(await removeOldFigures(database.pool)).toBe(1);
  expect(await countOf(table)).toBe(1);
  expect(await removeOldFigures(database.pool)).toBe(0);
  // What has lost its hours is not missed by the rules that compare counters.
  expect(await readViolations(database.pool)).toEqual({});
});

it('has such a limit for each table of figures that is not kept for ever', async () => {
  const schema = await readFile(new URL('../../../../prisma/schema/kept.prisma', import.meta.url), 'utf8');
  const tables = [...schema.matchAll(/^model (\w+)/gm)].map(([, name]) => name);
  const forEver = ['JobRunDayRemoved', 'JobRunDayTotal', 'ChannelTotal'];
  expect(tables.sort()).toEqual([...KEPT.map(([table]) => table), ...forEver].sort());
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
