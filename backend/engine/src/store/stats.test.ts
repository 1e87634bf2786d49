import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { countEnded } from '../queue/transitions/count.js';
import { createTestDatabase, type TestDatabase } from '../testing/database.js';
import { readJobActivity } from './job-activity.js';
import { readStats } from './stats.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.clear());
afterAll(() => database.drop());

const STALLED_AFTER_MS = 300_000;
const stats = () => readStats(database.pool, STALLED_AFTER_MS);

/** Runs that ended at random moments of the last 26 hours, most of them near the edge of the 24, where mistakes hide. */
async function endRuns(count: number): Promise<void> {
  await database.pool.query(
    `WITH ended AS (
       INSERT INTO "JobRun" ("jobName", status, "finishedAt")
       SELECT 'job' || n % 3, (ARRAY['SUCCESS','FAILED','CANCELLED'])[1 + n % 3]::"JobRunStatus",
         clock_timestamp() - CASE WHEN n % 2 = 0 THEN random() * interval '26 hours'
                                  ELSE interval '22 hours 30 minutes' + random() * interval '3 hours' END
       FROM generate_series(1, $1::int) n RETURNING *
     ), counted AS (${countEnded('ended')}) SELECT 1`,
    [count],
  );
}

it('counts the last 24 hours to the millisecond, as a count of all rows would', async () => {
  await endRuns(3_000);
  const read = await stats();
  const since = new Date(Date.parse(read.updatedAt) - 24 * 3_600_000);
  const counted = await database.pool.query(
    `SELECT count(*)::int AS total, count(*) FILTER (WHERE status = 'SUCCESS')::int AS success,
       count(*) FILTER (WHERE status = 'FAILED')::int AS failed, count(*) FILTER (WHERE status = 'CANCELLED')::int AS cancelled
     FROM "JobRun" WHERE "finishedAt" >= $1`,
    [since],
  );
  expect(read.last24h).toEqual(counted.rows[0]);
  expect(read.last24h.total).toBeGreaterThan(1_000);
  expect(read.last24h.total).toBeLessThan(3_000);
});

it('leaves out what ended a moment more than 24 hours ago, and keeps what ended a moment less', async () => {
  await database.pool.query(
    `WITH ended AS (
       INSERT INTO "JobRun" ("jobName", status, "finishedAt") VALUES
         ('a', 'SUCCESS', clock_timestamp() - interval '24 hours 1 second'),
         ('a', 'FAILED', clock_timestamp() - interval '23 hours 59 minutes') RETURNING *
     ), counted AS (${countEnded('ended')}) SELECT 1`,
  );
  expect((await stats()).last24h).toEqual({ total: 1, success: 0, failed: 1, cancelled: 0 });
  const { jobs } = await readJobActivity(database.pool, ['a']);
  expect(jobs).toMatchObject([{ success: 0, failed: 1, cancelled: 0 }]);
});

it('distinguishes running, queued and stalled runs', async () => {
  await database.pool.query(`
    INSERT INTO "JobRun" ("jobName", status, attempt, "claimNo", "leaseToken", "runnerId", "startedAt", "lastHeartbeatAt")
    SELECT 'a', 'RUNNING', 1, 1, gen_random_uuid(), gen_random_uuid(), clock_timestamp() - interval '2 days',
      clock_timestamp() - n * interval '1 minute'
    FROM generate_series(0, 9) n`);
  await database.pool.query(
    `INSERT INTO "JobRun" ("jobName", "runAt") VALUES ('a', now()), ('a', now() + interval '1 day')`,
  );
  expect(await stats()).toMatchObject({ active: 10, queued: 2, stalled: 5, last24h: { total: 0 } });
});

it('gives zeroes for an empty database, and the time of the database', async () => {
  const read = await stats();
  const now = await database.pool.query('SELECT clock_timestamp() AS now');
  expect(read).toMatchObject({
    active: 0,
    queued: 0,
    stalled: 0,
    last24h: { total: 0, success: 0, failed: 0, cancelled: 0 },
  });
  expect(Math.abs(now.rows[0].now.getTime() - Date.parse(read.updatedAt))).toBeLessThan(60_000);
});

it('distinguishes waiting runs by their reason, and leaves paused ones out of the pending', async () => {
  const { pool } = database;
  await pool.query(`
    INSERT INTO "JobRun" ("jobName", channel, "runAt", "isBlocked", attempt, "claimNo") VALUES
      ('a', 'mail', now(), false, 0, 0), ('b', 'mail', now(), false, 0, 0), ('a', 'media', now(), false, 0, 0),
      ('a', 'mail', now() + interval '1 hour', false, 1, 1), ('a', 'mail', now() + interval '1 hour', false, 0, 0),
      ('a', 'mail', now(), true, 0, 0)`);
  await pool.query(`INSERT INTO "Channel" (name, "pausedAt") VALUES ('media', now())`);
  await pool.query(`INSERT INTO "JobSettings" ("jobName", "pausedAt") VALUES ('b', now())`);
  await pool.query(
    `INSERT INTO "Runner" (id, kind, host, pid, version, concurrency) VALUES (gen_random_uuid(), 'WORKER', 'h', 1, '1', 8)`,
  );
  expect(await stats()).toMatchObject({ queued: 6, pending: 1, scheduled: 2, retrying: 1, blocked: 1, slots: 8 });
});

it('has the figures of a day ago where they were sampled and counted', async () => {
  const unknown = { pending: null, running: null, scheduled: null, completed: null, failed: null };
  expect((await stats()).previous).toEqual(unknown);
  await database.pool.query(
    `INSERT INTO "QueueSample" VALUES (date_trunc('minute', now() - interval '24 hours'), '', 9, 4, 3, 2, 5, 100, 20)`,
  );
  await database.pool.query(
    `INSERT INTO "JobRunCount" SELECT date_trunc('hour', now(), 'UTC') - ago * interval '1 hour', 'a', status::"JobRunStatus", runs, 0
     FROM (VALUES (30, 'SUCCESS', 7), (30, 'FAILED', 2), (60, 'SUCCESS', 50), (3, 'SUCCESS', 90)) c(ago, status, runs)`,
  );
  expect((await stats()).previous).toEqual({ pending: 4, running: 5, scheduled: 3, completed: 7, failed: 2 });
});
