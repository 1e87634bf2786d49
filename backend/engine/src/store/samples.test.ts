import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { countEnded } from '../queue/transitions/count.js';
import { createTestDatabase, type TestDatabase } from '../testing/database.js';
import { writeDayTotals } from './day-totals.js';
import { removeOldFigures, summarizeFigures } from './figures.js';
import { readEndedTotals } from './metrics/counts.js';
import { takeSample } from './samples.js';
import type { Sql } from './sql.js';
import { readViolations } from './violations.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.clear());
afterAll(() => database.drop());

const rows = async (sql: string, ...values: unknown[]) => (await database.pool.query(sql, values)).rows;
const queue = (channel: string, more = '') =>
  rows(
    `INSERT INTO "JobRun" ("jobName", channel ${more ? `, ${more.split('=')[0]}` : ''})
        VALUES ('a', $1 ${more ? `, ${more.split('=')[1]}` : ''})`,
    channel,
  );
const end = (jobName: string, status: string) =>
  rows(
    `WITH ended AS (INSERT INTO "JobRun" ("jobName", status, "finishedAt") VALUES ($1, $2::"JobRunStatus", clock_timestamp()) RETURNING *),
     counted AS (${countEnded('ended')}) SELECT 1`,
    jobName,
    status,
  );
/** As if so many minutes had passed since all samples. */
const pass = (minutes: number) =>
  rows(`UPDATE "QueueSample" SET at = at - $1::int * interval '1 minute' WHERE step = 'MINUTE'`, minutes).then(() =>
    rows(`UPDATE "JobRunEnded" SET at = at - $1::int * interval '1 minute' WHERE step = 'MINUTE'`, minutes),
  );
const ended = () =>
  rows(
    `SELECT "jobName", success::int, failed::int, cancelled::int FROM "JobRunEnded" WHERE step = 'MINUTE' ORDER BY at, "jobName"`,
  );

it('counts what waits and runs in each channel and in all, whatever its priority', async () => {
  await queue('mail', `"runAt"=clock_timestamp() - interval '1 minute'`);
  await queue('mail', 'priority=5');
  await queue('mail', `"runAt"=clock_timestamp() + interval '1 hour'`);
  await queue('media', '"isBlocked"=true');
  await rows(`INSERT INTO "JobRun" ("jobName", channel, status, attempt, "claimNo", "leaseToken", "runnerId", "startedAt", "lastHeartbeatAt")
    VALUES ('a', 'mail', 'RUNNING', 1, 1, gen_random_uuid(), gen_random_uuid(), clock_timestamp(), clock_timestamp())`);
  await end('a', 'SUCCESS');
  expect(await takeSample(database.pool)).toEqual({ queued: 4, running: 1, channels: 2 });
  const sampled = await rows('SELECT *, "createdTotal"::int AS created FROM "QueueSample" ORDER BY channel');
  expect(sampled).toMatchObject([
    { channel: '', queued: 4, due: 2, scheduled: 1, blocked: 1, running: 1, created: 6 },
    { channel: 'mail', queued: 3, due: 2, scheduled: 1, blocked: 0, running: 1, created: null },
    { channel: 'media', queued: 1, due: 0, scheduled: 0, blocked: 1, running: 0, oldestDueAgeMs: null },
  ]);
  expect(Number(sampled[1].oldestDueAgeMs)).toBeGreaterThanOrEqual(60_000);
});

interface PlanNode {
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  Plans?: PlanNode[];
}

const nodesOf = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];

it('reads each queued run once, and no other', async () => {
  const QUEUED = 10_000;
  await rows(
    `INSERT INTO "JobRun" ("jobName", channel, priority, "runAt", "isBlocked")
     SELECT 'a', 'channel-' || n % 5, n % 2, clock_timestamp() + (n % 3 - 1) * interval '1 hour', n % 100 = 0 FROM generate_series(1, $1::int) n`,
    QUEUED,
  );
  await rows('VACUUM (ANALYZE) "JobRun"');
  let statement = '';
  const query = (async (text: string) => {
    statement = text;
    return database.pool.query(text);
  }) as Sql['query'];
  expect(await takeSample({ query })).toMatchObject({ queued: QUEUED, channels: 5 });
  const [explained] = await rows(`EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${statement}`);
  const reads = nodesOf(explained['QUERY PLAN'][0].Plan).filter((node) =>
    node['Relation Name']?.startsWith('JobRun_a'),
  );
  const read = reads.reduce((sum, node) => sum + node['Actual Rows'] * node['Actual Loops'], 0);
  // Beside each run once, the first of each lane, to find it.
  expect(read).toBeLessThan(QUEUED + 100);
});

it('counts what ended between two samples, and names no minute for what ended before the first or in a gap', async () => {
  await end('a', 'SUCCESS');
  await takeSample(database.pool);
  expect(await ended()).toEqual([]);
  await pass(1);
  await end('a', 'SUCCESS');
  await end('a', 'FAILED');
  await end('b', 'CANCELLED');
  await takeSample(database.pool);
  const minute = [
    { jobName: 'a', success: 1, failed: 1, cancelled: 0 },
    { jobName: 'b', success: 0, failed: 0, cancelled: 1 },
  ];
  expect(await ended()).toEqual(minute);
  await pass(10);
  await end('a', 'SUCCESS');
  await takeSample(database.pool);
  expect(await ended()).toEqual(minute);
});

it('counts created runs though they were removed', async () => {
  await end('a', 'SUCCESS');
  await takeSample(database.pool);
  await pass(1);
  await rows('DELETE FROM "JobRun"; DELETE FROM "JobRunCount"');
  await queue('mail');
  await takeSample(database.pool);
  const created = await rows(`SELECT "createdTotal"::int AS total FROM "QueueSample" WHERE channel = '' ORDER BY at`);
  expect(created).toEqual([{ total: 1 }, { total: 2 }]);
  expect(await ended()).toEqual([]);
});

it('writes nothing where it is killed between its writes, and counts all of it with the next sample', async () => {
  await takeSample(database.pool);
  await pass(1);
  await end('a', 'SUCCESS');
  const [holder, sampler] = [await database.pool.connect(), await database.pool.connect()];
  try {
    // What the sampler is to write last is locked by another: it waits there, with all else written.
    await holder.query('BEGIN; LOCK TABLE "JobRunEnded" IN SHARE MODE');
    const { rows: own } = await sampler.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const outcome = takeSample(sampler).then(
      () => 'wrote',
      () => 'died',
    );
    await expect
      .poll(() => rows('SELECT wait_event_type AS waits FROM pg_stat_activity WHERE pid = $1', own[0]?.pid))
      .toEqual([{ waits: 'Lock' }]);
    await rows('SELECT pg_terminate_backend($1)', own[0]?.pid);
    expect(await outcome).toBe('died');
  } finally {
    await holder.query('ROLLBACK');
    holder.release();
    sampler.release(true);
  }
  expect(await rows('SELECT count(*)::int AS samples FROM "QueueSample" WHERE channel = \'\'')).toEqual([
    { samples: 1 },
  ]);
  expect(await ended()).toEqual([]);
  await takeSample(database.pool);
  expect(await ended()).toEqual([{ jobName: 'a', success: 1, failed: 0, cancelled: 0 }]);
});

it('keeps means of hours and of ten minutes, and removes what is past its time', async () => {
  await rows(`INSERT INTO "QueueSample" SELECT date_trunc('hour', clock_timestamp(), 'UTC') - interval '1 day' + n * interval '1 minute', channel,
      n, n, 0, 0, 1, 1000 * n, CASE channel WHEN '' THEN 100 + n END
    FROM generate_series(0, 59) n, unnest(ARRAY['', 'mail']) channel WHERE channel = '' OR n < 30`);
  await rows(
    `INSERT INTO "RunnerBeat" SELECT gen_random_uuid(), date_bin('10 minutes', clock_timestamp(), 'epoch') - interval '5 minutes', 10, 2, 3, 8, 40, 50, 1024`,
  );
  expect(await summarizeFigures(database.pool)).toBe(5);
  expect(await summarizeFigures(database.pool)).toBe(0);
  expect(
    await rows(
      `SELECT channel, samples, queued, "queuedMax", "createdTotal"::int FROM "QueueSample" WHERE step = 'DAY' ORDER BY 1`,
    ),
  ).toEqual([
    { channel: '', samples: 60, queued: 29.5, queuedMax: 59, createdTotal: 159 },
    { channel: 'mail', samples: 60, queued: 7.25, queuedMax: 29, createdTotal: null },
  ]);
  expect(
    await rows(
      `SELECT channel, samples, queued, "queuedMax", "oldestDueAgeMs"::int, "createdTotal"::int FROM "QueueSample" WHERE step = 'HOUR' ORDER BY 1`,
    ),
  ).toEqual([
    { channel: '', samples: 60, queued: 29.5, queuedMax: 59, oldestDueAgeMs: 59_000, createdTotal: 159 },
    { channel: 'mail', samples: 60, queued: 7.25, queuedMax: 29, oldestDueAgeMs: 29_000, createdTotal: null },
  ]);
  expect(await rows(`SELECT "latencyMs", "activeRuns", slots FROM "RunnerBeat" WHERE step = 'TEN_MINUTES'`)).toEqual([
    { latencyMs: 10, activeRuns: 3, slots: 8 },
  ]);
  expect(await removeOldFigures(database.pool)).toBe(0);
  await pass(7 * 1_440);
  expect(await removeOldFigures(database.pool)).toBe(90);
});

describe('totals of days', () => {
  const count = (daysAgo: number, jobName: string, status: string, runs: number) =>
    rows(
      `INSERT INTO "JobRunCount" VALUES (date_trunc('day', now(), 'UTC') - $1 * interval '1 day', $2, $3::"JobRunStatus", $4, 0)`,
      daysAgo,
      jobName,
      status,
      runs,
    );
  const write = () => writeDayTotals(database.pool);
  const totals = async () =>
    Object.fromEntries(
      (
        await rows(`SELECT "jobName" || ' ' || status AS of, array_agg(total::int ORDER BY day) AS totals FROM "JobRunDayTotal"
          GROUP BY "jobName", status`)
      ).map((row) => [row.of, row.totals]),
    );
  const isWrong = async () => 'totals of days equal the counters' in (await readViolations(database.pool));

  beforeEach(async () => {
    await count(5, 'a', 'SUCCESS', 3);
    await count(3, 'a', 'SUCCESS', 2);
    await count(3, 'b', 'FAILED', 1);
    await count(0, 'a', 'SUCCESS', 1);
    expect(await write()).toBe(8);
  });

  it('are what ended until each day that is over, and stay when runs are removed', async () => {
    const all = { 'a SUCCESS': [3, 5], 'b FAILED': [0, 1], ' SUCCESS': [3, 5], ' FAILED': [0, 1] };
    expect(await totals()).toEqual(all);
    await rows('UPDATE "JobRunCount" SET runs = 1 WHERE runs = 3');
    await rows('DELETE FROM "JobRunCount" WHERE runs = 2');
    expect(await write()).toBe(0);
    expect(await totals()).toEqual(all);
    expect(await isWrong()).toBe(false);
    expect(await readEndedTotals(database.pool)).toEqual([
      { jobName: 'a', status: 'SUCCESS', runs: 6 },
      { jobName: 'b', status: 'FAILED', runs: 1 },
    ]);
  });

  it('are written again from the day on which more ended, or less ever did', async () => {
    await rows('UPDATE "JobRunCount" SET runs = runs + 4 WHERE runs = 2');
    expect(await totals()).toMatchObject({ 'a SUCCESS': [3], ' SUCCESS': [3] });
    expect(await write()).toBe(4);
    expect(await totals()).toMatchObject({ 'a SUCCESS': [3, 9], ' SUCCESS': [3, 9] });
    await rows(`DELETE FROM "JobRunCount" WHERE runs = 3; UPDATE "JobRunRemoved" SET runs = 0 WHERE step = 'DAY'`);
    expect(await totals()).toEqual({});
    expect(await write()).toBeGreaterThan(0);
    expect(await totals()).toMatchObject({ 'a SUCCESS': [0, 6], ' SUCCESS': [0, 6] });
    expect(await isWrong()).toBe(false);
  });

  it('are found wrong by the self-check of all runs, and mended with the next day', async () => {
    await rows(`UPDATE "JobRunDayTotal" SET total = total + 1 WHERE "jobName" = 'a'`);
    expect(await isWrong()).toBe(true);
    await count(2, 'b', 'FAILED', 1);
    expect(await write()).toBe(12);
    expect(await isWrong()).toBe(false);
  });
});
