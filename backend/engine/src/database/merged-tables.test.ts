import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../testing/database.js';
import { migrationNames, readMigration } from './migration-files.js';

const RUNNER = '00000000-0000-4000-8000-000000000001';

let database: TestDatabase;
let client: pg.Client;
beforeAll(async () => {
  database = await createTestDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});
beforeEach(() => client.query('DROP SCHEMA IF EXISTS old CASCADE; CREATE SCHEMA old; SET search_path = old'));

/** Tables as before a migration, with these rows; and as the migration leaves them. */
async function upgrade(name: string, rows: string): Promise<void> {
  const names = migrationNames();
  const place = names.findIndex((migration) => migration.endsWith(`_${name}`));
  for (const migration of names.slice(0, place)) await client.query(readMigration(migration).script);
  await client.query(rows);
  await client.query(readMigration(names[place] ?? '').script);
}

const read = async (query: string) => (await client.query(query)).rows;

it('samples of the queue keep their hours and days, and what days had not is that of their hours', async () => {
  await upgrade(
    'queue_steps',
    `INSERT INTO "QueueSample" VALUES ('2026-01-02T10:00Z', '', 7, 5, 1, 1, 2, 900, 40);
     INSERT INTO "QueueSampleHour" VALUES ('2026-01-01T10:00Z', '', 60, 1.5, 3, 1, 2, 4, 2, 3, 6, 800, 20),
       ('2026-01-01T11:00Z', '', 20, 2.5, 9, 2, 4, 0, 2, 1, 5, 700, 30), ('2026-01-02T09:00Z', '', 60, 1, 1, 1, 1, 1, 1, 1, 1, NULL, 35);
     INSERT INTO "QueueSampleDay" VALUES ('2026-01-01T00:00Z', '', 80, 1.75, 1.25, 2.5, 800, 30)`,
  );
  const rows =
    await read(`SELECT step, extract(epoch FROM at - '2026-01-01T00:00Z')::int / 3600 AS hour, samples, queued, "queuedMax", due, "dueMax",
      scheduled, blocked, running, "runningMax", "oldestDueAgeMs"::int AS oldest, "createdTotal"::int AS created
    FROM "QueueSample" ORDER BY step, at`);
  expect(rows.map(Object.values)).toEqual([
    ['MINUTE', 34, 1, 7, null, 5, null, 1, 1, 2, null, 900, 40],
    ['HOUR', 10, 60, 1.5, 3, 1, 2, 4, 2, 3, 6, 800, 20],
    ['HOUR', 11, 20, 2.5, 9, 2, 4, 0, 2, 1, 5, 700, 30],
    ['HOUR', 33, 60, 1, 1, 1, 1, 1, 1, 1, 1, null, 35],
    ['DAY', 0, 80, 1.75, 9, 1.25, 4, 3, 2, 2.5, 6, 800, 30],
  ]);
});

it('what ended by channel keeps its minutes, hours and totals', async () => {
  await upgrade(
    'channel_steps',
    `INSERT INTO "ChannelMinute" VALUES ('2026-01-02T10:00Z', 'mail', 1, 2, 3);
     INSERT INTO "ChannelHour" VALUES ('2026-01-02T09:00Z', 'mail', 4, 5, 6);
     INSERT INTO "ChannelTotal" VALUES ('mail', 5000000000, 8, 9)`,
  );
  expect(
    (await read(`SELECT step, at, channel, success, failed, cancelled FROM "ChannelEnded" ORDER BY step`)).map(
      Object.values,
    ),
  ).toEqual([
    ['MINUTE', new Date('2026-01-02T10:00Z'), 'mail', '1', '2', '3'],
    ['HOUR', new Date('2026-01-02T09:00Z'), 'mail', '4', '5', '6'],
    ['EVER', new Date(0), 'mail', '5000000000', '8', '9'],
  ]);
});

it('samples of servers keep their hours, with the worst verdict of each', async () => {
  await upgrade(
    'system_steps',
    `INSERT INTO "SystemSample" VALUES ('2026-01-02T10:00Z', gen_random_uuid(), 9, 1, 2, 3, 4, 5, 6, 7, 'OK', 1);
     INSERT INTO "SystemSampleHour" VALUES ('2026-01-01T10:00Z', 60, 9, 1, 2, 3, 4, 5, 6.5, 7, 3, 0, NULL),
       ('2026-01-01T11:00Z', 50, 9, 1, 2, 3, 4, 5, 6.5, 7, 3, 1, 2), ('2026-01-01T12:00Z', 1, 9, 1, NULL, NULL, NULL, NULL, 6.5, 7, 0, 0, 2)`,
  );
  const rows =
    await read(`SELECT step, extract(hour FROM at AT TIME ZONE 'UTC')::int AS hour, process = '00000000-0000-0000-0000-000000000000' AS all, minutes,
      "apiRequests", "apiErrors", "apiP50Ms", "apiP95Ms", "dbMs", "notifyMs", sockets, "socketsOpened", "socketsLost", verdict, warnings, criticals
    FROM "SystemSample" ORDER BY step, at`);
  expect(rows.map(Object.values)).toEqual([
    ['MINUTE', 10, false, 1, 9, 1, 2, 3, 4, 5, 6, 7, 1, 'OK', null, null],
    ['HOUR', 10, true, 60, 9, 1, 2, 3, 4, 5, 6.5, 7, null, 'WARNING', 3, 0],
    ['HOUR', 11, true, 50, 9, 1, 2, 3, 4, 5, 6.5, 7, 2, 'CRITICAL', 3, 1],
    ['HOUR', 12, true, 1, 9, 1, null, null, null, null, 6.5, 7, 2, 'OK', 0, 0],
  ]);
});

it('heartbeats keep their means, of which none is an event', async () => {
  await upgrade(
    'beat_steps',
    `INSERT INTO "RunnerBeat" VALUES ('${RUNNER}', '2026-01-02T10:00:30.123Z', 1, 2, 3, 4, 5, 6, 7);
     INSERT INTO "RunnerBeatMean" VALUES ('${RUNNER}', '2026-01-02T09:50Z', 20, 1, 9, 1200, 9000, 3.5, 4, 5, 6, 7);
     INSERT INTO "Runner" (id, kind, host, pid, version, concurrency) VALUES ('${RUNNER}', 'WORKER', 'h', 1, '1', 8)`,
  );
  const rows =
    await read(`SELECT step, at, beats, "latencyMs", "latencyMaxMs", "loopLagMs", "loopLagMaxMs", "activeRuns", slots, "endedRuns"::int, "cpuPercent",
      "rssBytes"::int FROM "RunnerBeat" ORDER BY step`);
  expect(rows.map(Object.values)).toEqual([
    ['BEAT', new Date('2026-01-02T10:00:30.123Z'), 1, 1, null, 2, null, 3, 4, 5, 6, 7],
    ['TEN_MINUTES', new Date('2026-01-02T09:50Z'), 20, 1, 9, 1200, 9000, 3.5, 4, 5, 6, 7],
  ]);
  expect(await read(`SELECT FROM "RunnerEvent" WHERE kind = 'loop-blocked'`)).toEqual([]);
});

it('histograms keep their days', async () => {
  await upgrade(
    'histogram_steps',
    `INSERT INTO "JobRunHistogram" VALUES ('2026-01-02T00:00Z', 'a', 'duration', 1, 2, 3, '{1}');
     INSERT INTO "JobRunDayHistogram" VALUES ('2026-01-02T00:00Z', 'a', 'duration', 4, 5, 6, '{4}')`,
  );
  expect(
    await read(
      `SELECT step, at, "jobName", measure, runs::int, total::int, max::int, buckets FROM "JobRunHistogram" ORDER BY step`,
    ),
  ).toEqual([
    {
      step: 'HOUR',
      at: new Date('2026-01-02T00:00Z'),
      jobName: 'a',
      measure: 'duration',
      runs: 1,
      total: 2,
      max: 3,
      buckets: [1],
    },
    {
      step: 'DAY',
      at: new Date('2026-01-02T00:00Z'),
      jobName: 'a',
      measure: 'duration',
      runs: 4,
      total: 5,
      max: 6,
      buckets: [4],
    },
  ]);
});

it('removed runs keep their days', async () => {
  await upgrade(
    'removed_steps',
    `INSERT INTO "JobRunRemoved" VALUES ('2026-01-02T10:00Z', 'a', 'SUCCESS', 2);
     INSERT INTO "JobRunDayRemoved" VALUES ('2026-01-02T00:00Z', 'a', 'SUCCESS', 7)`,
  );
  expect(await read(`SELECT step, at, "jobName", status, runs::int FROM "JobRunRemoved" ORDER BY step`)).toEqual([
    { step: 'HOUR', at: new Date('2026-01-02T10:00Z'), jobName: 'a', status: 'SUCCESS', runs: 2 },
    { step: 'DAY', at: new Date('2026-01-02T00:00Z'), jobName: 'a', status: 'SUCCESS', runs: 7 },
  ]);
});

it('failures of an hour keep their number of all causes', async () => {
  await upgrade(
    'error_hours',
    `INSERT INTO "RunErrorCount" VALUES ('f1', '2026-01-02T10:00Z', 'a', 2), ('f2', '2026-01-02T10:00Z', 'b', 3);
     INSERT INTO "RunErrorHour" VALUES ('2026-01-02T10:00Z', 5)`,
  );
  expect(
    await read(
      `SELECT fingerprint, "jobName", runs::int FROM "RunErrorCount" WHERE hour = '2026-01-02T10:00Z' ORDER BY 1`,
    ),
  ).toEqual([
    { fingerprint: '', jobName: '', runs: 5 },
    { fingerprint: 'f1', jobName: 'a', runs: 2 },
    { fingerprint: 'f2', jobName: 'b', runs: 3 },
  ]);
});

it('what ended in minutes stays, and what of a day was counted at the last sample', async () => {
  await upgrade(
    'ended_steps',
    `INSERT INTO "JobRunMinute" VALUES ('2026-01-02T10:00Z', 'a', 1, 2, 3);
     INSERT INTO "JobRunCountSeen" VALUES ('2026-01-02T00:00Z', 'a', 'SUCCESS', 5), ('2026-01-02T00:00Z', 'a', 'FAILED', 6), ('2026-01-01T00:00Z', 'a', 'CANCELLED', 7)`,
  );
  const rows = await read(
    `SELECT step, at, "jobName", success::int, failed::int, cancelled::int FROM "JobRunEnded" ORDER BY step, at`,
  );
  expect(rows.map(Object.values)).toEqual([
    ['MINUTE', new Date('2026-01-02T10:00Z'), 'a', 1, 2, 3],
    ['DAY', new Date('2026-01-01T00:00Z'), 'a', 0, 0, 7],
    ['DAY', new Date('2026-01-02T00:00Z'), 'a', 5, 6, 0],
  ]);
});

it('recovery codes that are left stay, and those that were used are worth nothing', async () => {
  await upgrade(
    'recovery_codes',
    `INSERT INTO "User" (id, email) VALUES (1, 'ada@example.com'), (2, 'bo@example.com');
     INSERT INTO "SecondFactor" ("userId", secret) VALUES (1, ''), (2, '');
     INSERT INTO "RecoveryCode" ("userId", hash, "usedAt") VALUES (1, 'b', NULL), (1, 'a', NULL), (1, 'used', now())`,
  );
  expect(await read(`SELECT "userId", "recoveryHashes" FROM "SecondFactor" ORDER BY 1`)).toEqual([
    { userId: 1, recoveryHashes: ['a', 'b'] },
    { userId: 2, recoveryHashes: [] },
  ]);
});
