import { afterEach, beforeEach, expect, it } from 'vitest';
import { readViolations } from '../../store/violations.js';
import { createTestDatabase, type TestDatabase } from '../../testing/database.js';
import { simulateYears, type YearsOptions } from '../../testing/schedule-years.js';
import { isFull, size } from '../../testing/size.js';

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.drop());

/** Of 2018 for Brazil, which has given up changing clocks since, at midnight. */
const ZONES = [
  'Europe/Berlin',
  'America/New_York',
  'America/Sao_Paulo',
  'Australia/Lord_Howe',
  'Africa/Casablanca',
  'Asia/Kathmandu',
];
const live = (options: Partial<YearsOptions>) =>
  simulateYears({
    url: database.url,
    zones: ZONES,
    from: new Date('2018-01-01T00:00:00Z'),
    to: new Date('2019-01-01T00:00:00Z'),
    seed: 4,
    ...options,
  });
const RIGHT = { duplicates: 0, gaps: 0, unexpected: 0, backward: 0 };

it('gives every due time of an autumn one run or a reason for none, however three schedulers race and end', async () => {
  // The shorter one has the changes in Berlin, New York and São Paulo.
  const [from, to] = isFull ? ['2018-10-15', '2018-11-15'] : ['2018-10-26', '2018-11-06'];
  const span = { from: new Date(`${from}T00:00:00Z`), to: new Date(`${to}T00:00:00Z`) };
  const report = await live(span);
  expect(report).toMatchObject(RIGHT);
  expect(report.runs + report.skipped).toBe(report.dueTimes);
  expect(report.dueTimes).toBeGreaterThan(size(200, 500));
  expect(report.restarts).toBeGreaterThan(10);
  expect(await readViolations(database.pool)).toEqual({});
});

/** What these tests can notice changes only with them, so that is tried at full size alone. Long enough, and zones enough, for schedulers to meet at a due time many times: one meeting by itself may come to nothing. */
const span = { to: new Date('2018-02-05T00:00:00Z') };

it.runIf(isFull)('notices when the same due time can be taken twice', async () => {
  await database.pool.query('ALTER TABLE "JobRunKey" DROP CONSTRAINT "JobRunKey_pkey"');
  const tamper = (statement: string) =>
    statement.replace('AND rev = $2 AND "nextRunAt" = $3', 'AND $2::int = $2 AND $3::timestamptz = $3');
  expect((await live({ ...span, tamper })).duplicates).toBeGreaterThan(0);
});

it.runIf(isFull)('notices when a schedule is taken as it was, though the key lets no run through twice', async () => {
  const tamper = (statement: string) =>
    statement.replace('AND rev = $2 AND "nextRunAt" = $3', 'AND $2::int = $2 AND $3::timestamptz = $3');
  const report = await live({ ...span, tamper });
  expect(report.duplicates).toBe(0);
  expect(report.backward + report.unexpected).toBeGreaterThan(0);
});

it('lives through a country that leaps over a day', async () => {
  const span = {
    zones: ['Pacific/Apia'],
    from: new Date('2011-12-20T00:00:00Z'),
    to: new Date('2012-01-10T00:00:00Z'),
  };
  expect(await live(span)).toMatchObject(RIGHT);
  expect(await readViolations(database.pool)).toEqual({});
});
