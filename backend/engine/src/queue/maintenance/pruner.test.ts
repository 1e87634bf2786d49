import { setTimeout as delay } from 'node:timers/promises';
import type { TerminalStatus } from '@job-manager/shared/run';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { readHistory } from '../../store/history.js';
import { readNextDueMs } from '../../store/maintenance.js';
import { readRemoval } from '../../store/run.js';
import { readStats } from '../../store/stats.js';
import { readViolations } from '../../store/violations.js';
import { createTestDatabase, type TestDatabase } from '../../testing/database.js';
import { QueueEvents } from '../events.js';
import { countEnded } from '../transitions/count.js';
import { MaintenanceLoop } from './maintenance-loop.js';
import { pruningTasks, type RetentionPolicy } from './pruner.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  const violations = await readViolations(database.pool);
  await database.clear();
  expect(violations).toEqual({});
});
afterAll(() => database.drop());

const ALL = { days: null, runs: null };
const KEEP_ALL: RetentionPolicy = { SUCCESS: ALL, FAILED: ALL, CANCELLED: ALL };

const loopOf = (policy: Partial<RetentionPolicy>, everyMs = 60_000) =>
  new MaintenanceLoop({
    sql: database.pool,
    events: new QueueEvents(),
    tasks: pruningTasks(database.pool, { ...KEEP_ALL, ...policy }),
    everyMs,
  });

/** `count` runs of each of these states, one of each every `apart`, the newest now; each with a message and a lost attempt. */
async function endRuns(count: number, states: TerminalStatus[], apart = '1 day'): Promise<void> {
  await database.pool.query(
    `WITH ended AS (
       INSERT INTO "JobRun" ("jobName", status, attempt, "claimNo", "startedAt", "finishedAt", "durationMs", "messageCount")
       SELECT 'job' || n % 3, status::"JobRunStatus", 2, 2, clock_timestamp(), clock_timestamp() - n * $3::interval, n, 1
       FROM generate_series(0, $1::int - 1) n, unnest($2::text[]) status RETURNING *
     ), messages AS (
       INSERT INTO "JobRunMessage" ("runId", seq, attempt, level, source, message) SELECT id, 1, 1, 'INFO', 'JOB', 'x' FROM ended
     ), lost AS (
       INSERT INTO "JobRunAttempt" ("runId", "claimNo", attempt, outcome, "startedAt", "endedAt", "durationMs")
       SELECT id, 1, 1, 'LOST', "startedAt", "startedAt", 0 FROM ended
     ), counted AS (${countEnded('ended')}) SELECT 1`,
    [count, states, apart],
  );
}

const rows = async (sql: string, ...values: unknown[]) => (await database.pool.query(sql, values)).rows;
/** After runs were changed by hand. */
const countAnew = async () => {
  await rows('TRUNCATE "JobRunCount"');
  await rows(`WITH counted AS (${countEnded('"JobRun"')}) SELECT 1`);
};
const left = async () => {
  const counts = await rows(`SELECT status, count(*)::int AS runs FROM "JobRun" GROUP BY status`);
  return Object.fromEntries(counts.map(({ status, runs }) => [status, runs]));
};
const resultOf = async (task: string) =>
  (await rows(`SELECT "lastResult" FROM "MaintenanceTask" WHERE name = $1`, task))[0]?.lastResult;

it('removes runs past their age, failures later, with all that was kept of them', async () => {
  await endRuns(100, ['SUCCESS', 'FAILED', 'CANCELLED']);
  await loopOf({
    SUCCESS: { days: 30, runs: null },
    CANCELLED: { days: 10, runs: null },
    FAILED: { days: 90, runs: null },
  }).tick();
  expect(await left()).toEqual({ SUCCESS: 30, CANCELLED: 10, FAILED: 90 });
  for (const table of ['JobRunMessage', 'JobRunAttempt']) {
    const [count] = await rows(
      `SELECT count(*)::int AS kept, count(*) FILTER (WHERE "runId" NOT IN (SELECT id FROM "JobRun"))::int AS orphans FROM "${table}"`,
    );
    expect(count).toEqual({ kept: 130, orphans: 0 });
  }
  expect(await resultOf('remove old SUCCESS runs')).toBe('Removed 70 runs older than 30 days');
  // Charts go on showing what ended.
  for (const [counted, step] of [
    ['JobRunCount', 'HOUR'],
    ['JobRunDayCount', 'DAY'],
  ]) {
    const [sums] = await rows(
      `SELECT (SELECT sum(runs) FROM "${counted}")::int AS left, (SELECT sum(runs) FROM "JobRunRemoved" WHERE step = '${step}')::int AS removed`,
    );
    expect(sums).toEqual({ left: 130, removed: 170 });
  }
});

it('removes the oldest runs of each job beyond a number, to the run', async () => {
  await endRuns(300, ['SUCCESS', 'FAILED'], '1 minute');
  const [edge] = await rows(
    `SELECT id FROM "JobRun" WHERE status = 'FAILED' AND "jobName" = 'job1' ORDER BY "finishedAt" DESC, id DESC OFFSET 76`,
  );
  await loopOf({ FAILED: { days: null, runs: 77 } }).tick();
  expect(await left()).toEqual({ SUCCESS: 300, FAILED: 3 * 77 });
  expect(await rows('SELECT 1 FROM "JobRun" WHERE id = $1', edge?.id)).toHaveLength(1);
  expect(await resultOf('remove old FAILED runs')).toBe('Removed 69 runs beyond the newest 77 of each job');
  expect(await loopOf({ FAILED: { days: null, runs: 77 } }, 1).tick()).toEqual([]);
});

it('keeps the runs of a job for as long as operators have set of it', async () => {
  await endRuns(90, ['SUCCESS', 'FAILED']);
  await rows(`INSERT INTO "JobSettings" ("jobName", "keepDays") VALUES ('job0', 9), ('job1', 0)`);
  const perJob = () =>
    rows('SELECT "jobName", status, count(*)::int AS runs FROM "JobRun" GROUP BY 1, 2 ORDER BY 1, 2');
  await loopOf({ SUCCESS: { days: 30, runs: null } }).tick();
  expect(await perJob()).toEqual([
    { jobName: 'job0', status: 'SUCCESS', runs: 3 },
    { jobName: 'job0', status: 'FAILED', runs: 3 },
    { jobName: 'job1', status: 'SUCCESS', runs: 30 },
    { jobName: 'job1', status: 'FAILED', runs: 30 },
    { jobName: 'job2', status: 'SUCCESS', runs: 10 },
    { jobName: 'job2', status: 'FAILED', runs: 30 },
  ]);
  await rows('DELETE FROM "JobSettings"');
});

it('takes the stricter of both limits', async () => {
  await endRuns(50, ['SUCCESS', 'CANCELLED']);
  await loopOf({ SUCCESS: { days: 20, runs: 5 }, CANCELLED: { days: 5, runs: 20 } }).tick();
  expect(await left()).toEqual({ SUCCESS: 15, CANCELLED: 5 });
  expect(await resultOf('remove old SUCCESS runs')).toBe(
    'Removed 30 runs older than 20 days and 5 runs beyond the newest 5 of each job',
  );
});

it('leaves the runs of one job alone, however many another has', async () => {
  await endRuns(300, ['SUCCESS'], '1 minute');
  await rows(`UPDATE "JobRun" SET "jobName" = 'busy' WHERE "jobName" <> 'job0'`);
  await countAnew();
  await loopOf({ SUCCESS: { days: null, runs: 100 } }).tick();
  expect(await rows('SELECT "jobName", count(*)::int AS runs FROM "JobRun" GROUP BY 1 ORDER BY 1')).toEqual([
    { jobName: 'busy', runs: 100 },
    { jobName: 'job0', runs: 100 },
  ]);
});

describe('runs that are still needed stay', () => {
  const KEEP_ONE = { SUCCESS: { days: null, runs: 1 } };
  const idOf = async (jobName: string) =>
    (await rows(`SELECT id FROM "JobRun" WHERE "jobName" = $1 ORDER BY id`, jobName)).map(({ id }) => id);
  const addRun = async (more: Record<string, unknown> = {}) => {
    const values = { jobName: 'waiting', ...more };
    const columns = Object.keys(values).map((name) => `"${name}"`);
    const [run] = await rows(
      `INSERT INTO "JobRun" (${columns.join(', ')}) VALUES (${columns.map((_, n) => `$${n + 1}`).join(', ')}) RETURNING id`,
      ...Object.values(values),
    );
    return run.id;
  };

  it.each([
    [
      'a key of a period',
      `"uniqueKey" = 'k', "uniqueScope" = 'PERIOD', "uniqueUntil" = clock_timestamp() + interval '1 hour'`,
      `"uniqueUntil" = clock_timestamp()`,
    ],
    ['an idempotency key', `"idempotencyKey" = 'k'`, `"finishedAt" = clock_timestamp() - interval '25 hours'`],
  ])('while %s counts', async (_name, taken, isOver) => {
    await endRuns(30, ['SUCCESS'], '1 minute');
    const [, first] = await idOf('job0');
    await rows(`UPDATE "JobRun" SET ${taken} WHERE id = $1`, first);
    const loop = loopOf(KEEP_ONE, 1);
    await loop.tick();
    expect(await left()).toEqual({ SUCCESS: 4 });
    await rows(`UPDATE "JobRun" SET ${isOver} WHERE id = $1`, first);
    await countAnew();
    await delay(2);
    await loop.tick();
    expect(await left()).toEqual({ SUCCESS: 3 });
  });

  it('while their batch is open, and until the run that it calls back has ended', async () => {
    await endRuns(30, ['SUCCESS'], '1 minute');
    const callback = await addRun({ isBlocked: true });
    const [batch] = await rows(
      `INSERT INTO "JobRunBatch" (name, total, "callbackRunId") VALUES ('b', 11, $1) RETURNING id`,
      callback,
    );
    await rows(`UPDATE "JobRun" SET "batchId" = $1 WHERE "jobName" = 'job0'`, batch.id);
    const open = await addRun({ batchId: batch.id });
    await loopOf(KEEP_ONE, 1).tick();
    expect(await left()).toEqual({ SUCCESS: 12, QUEUED: 2 });
    await rows('DELETE FROM "JobRun" WHERE id = $1', open);
    await rows('UPDATE "JobRunBatch" SET "finishedAt" = clock_timestamp()');
    await rows(`UPDATE "JobRun" SET "isBlocked" = false WHERE id = $1`, callback);
    await delay(2);
    await loopOf(KEEP_ONE, 1).tick();
    expect(await left()).toEqual({ SUCCESS: 12, QUEUED: 1 });
    await rows(`DELETE FROM "JobRun" WHERE status = 'QUEUED'`);
    await delay(2);
    await loopOf(KEEP_ONE, 1).tick();
    expect(await left()).toEqual({ SUCCESS: 3 });
  });

  it.each([
    ['waits', { status: 'QUEUED' }],
    ['is about to begin', { status: 'QUEUED', isBlocked: false }],
    [
      'runs',
      {
        status: 'RUNNING',
        attempt: 1,
        claimNo: 1,
        leaseToken: crypto.randomUUID(),
        runnerId: crypto.randomUUID(),
        startedAt: new Date(),
        lastHeartbeatAt: new Date(),
      },
    ],
  ])('while a run %s that reads their results', async (_name, state) => {
    await endRuns(30, ['SUCCESS'], '1 minute');
    const before = await idOf('job0');
    const id = await addRun({ ...state, dependsOn: before.slice(2, 6) });
    await loopOf(KEEP_ONE, 1).tick();
    expect(await idOf('job0')).toEqual(expect.arrayContaining(before.slice(2, 6)));
    expect((await left()).SUCCESS).toBe(7);
    await rows('DELETE FROM "JobRun" WHERE id = $1', id);
    await delay(2);
    await loopOf(KEEP_ONE, 1).tick();
    expect(await left()).toEqual({ SUCCESS: 3 });
  });
});

it('removes many in small batches, each with its audit entry', async () => {
  await endRuns(1_200, ['SUCCESS'], '1 hour');
  await loopOf({ SUCCESS: { days: 1, runs: null } }).tick();
  expect(await left()).toEqual({ SUCCESS: 24 });
  const audited = await rows(`SELECT details, "actorEmail" FROM "AuditEvent" WHERE action = 'run.prune' ORDER BY id`);
  expect(audited.map(({ details }) => details.runs)).toEqual([500, 500, 176]);
  expect(audited[0]).toEqual({
    details: {
      ...{ status: 'SUCCESS', runs: 500, reason: 'older than 1 day' },
      ...{ upTo: expect.any(String), ids: expect.any(String) },
    },
    actorEmail: null,
  });
  const [{ first, last }] = (await rows('SELECT min(id)::text AS first, max(id)::text AS last FROM "JobRun"')) as [
    { first: string; last: string },
  ];
  const gone = (await rows(
    `SELECT lower(unnest((details->>'ids')::int8multirange))::text AS id FROM "AuditEvent" WHERE action = 'run.prune'`,
  )) as { id: string }[];
  for (const { id } of gone)
    expect(await readRemoval(database.pool, id)).toEqual({ at: expect.any(Date), reason: 'older than 1 day' });
  for (const id of [first, last]) expect(await readRemoval(database.pool, id)).toBeNull();
});

it('takes fewer runs at once where they wrote much', async () => {
  await endRuns(6, ['SUCCESS']);
  await rows(`UPDATE "JobRun" SET "messageCount" = 30000`);
  await rows(`UPDATE "JobRun" SET "jobName" = 'job0'`);
  await countAnew();
  await loopOf({ SUCCESS: { days: null, runs: 1 } }).tick();
  const audited = await rows(`SELECT details FROM "AuditEvent" WHERE action = 'run.prune' ORDER BY id`);
  expect(audited.map(({ details }) => details.runs)).toEqual([2, 2, 1]);
  await rows(`UPDATE "JobRun" SET "messageCount" = 1`);
});

it('does each task once, however many processes tick', async () => {
  await endRuns(600, ['SUCCESS'], '1 minute');
  const policy = { SUCCESS: { days: null, runs: 7 } };
  const done = await Promise.all(Array.from({ length: 6 }, () => loopOf(policy).tick()));
  expect(done.flat().sort()).toEqual(
    pruningTasks(database.pool, KEEP_ALL)
      .map(({ name }) => name)
      .sort(),
  );
  expect(await left()).toEqual({ SUCCESS: 3 * 7 });
});

it('removes no more than it may when two are at the same work after all', async () => {
  await endRuns(900, ['SUCCESS'], '1 minute');
  const policy = { ...KEEP_ALL, SUCCESS: { days: null, runs: 100 } };
  const [task] = pruningTasks(database.pool, policy);
  await Promise.all(Array.from({ length: 5 }, () => task?.run(async () => true)));
  expect(await left()).toEqual({ SUCCESS: 3 * 100 });
});

it('loses no count of runs that end while others of the same hour are removed', async () => {
  await endRuns(300, ['SUCCESS'], '1 millisecond');
  const end = async () => {
    for (let n = 0; n < 40; n++) await endRuns(5, ['SUCCESS'], '1 millisecond');
  };
  const [task] = pruningTasks(database.pool, { ...KEEP_ALL, SUCCESS: { days: null, runs: 1 } });
  const prune = async () => {
    for (let n = 0; n < 40; n++) await task?.run(async () => true);
  };
  await Promise.all([end(), end(), prune(), prune()]);
  expect(await readViolations(database.pool)).toEqual({});
});

it('does a task again after its interval, and one that failed too', async () => {
  let runs = 0;
  const events = new QueueEvents();
  const errors: unknown[] = [];
  events.on('internalError', ({ during }) => errors.push(during));
  const tasks = [
    { name: 'count', run: async () => `${++runs}` },
    { name: 'break', run: () => Promise.reject(new Error('No disk')) },
  ];
  const loop = new MaintenanceLoop({ sql: database.pool, events, tasks, everyMs: 60_000 });
  expect(await loop.tick()).toEqual(['count']);
  expect(await loop.tick()).toEqual([]);
  expect(errors).toEqual(['maintenance task break']);
  expect(await resultOf('break')).toBe('Failed: No disk');
  await rows(`UPDATE "MaintenanceTask" SET "nextAt" = clock_timestamp() - interval '1 second'`);
  expect(await loop.tick()).toEqual(['count']);
  expect(runs).toBe(2);
});

it('is checked again when the first task is due', async () => {
  const names = ['a', 'b', 'elsewhere'];
  expect(await readNextDueMs(database.pool, names, 60_000)).toBe(60_000);
  await rows(
    `INSERT INTO "MaintenanceTask" (name, "nextAt") SELECT name, clock_timestamp() + s * interval '1 second'
     FROM unnest($1::text[], ARRAY[50, 20, 1]) AS t(name, s)`,
    names,
  );
  expect(Math.round((await readNextDueMs(database.pool, ['a', 'b'], 60_000)) / 10_000)).toBe(2);
  expect(await readNextDueMs(database.pool, ['a'], 30_000)).toBe(30_000);
  await rows(`UPDATE "MaintenanceTask" SET "nextAt" = clock_timestamp() - interval '1 hour'`);
  expect(await readNextDueMs(database.pool, ['a', 'b'], 60_000)).toBe(0);
});

it('keeps a task while it works on it, and leaves it soon when it is stopped', async () => {
  let pauses = 0;
  const task = {
    name: 'long',
    run: async (pause: () => Promise<boolean>) => {
      while (await pause()) pauses++;
      return 'Stopped';
    },
  };
  const loop = new MaintenanceLoop({ sql: database.pool, events: new QueueEvents(), tasks: [task], everyMs: 60_000 });
  const working = loop.tick();
  const nextAt = async () => (await rows('SELECT "nextAt" FROM "MaintenanceTask"'))[0]?.nextAt;
  await vi.waitFor(() => expect(pauses).toBeGreaterThan(0));
  const first = await nextAt();
  await vi.waitFor(async () => expect((await nextAt()) > first).toBe(true));
  await loop.stop();
  expect(await working).toEqual([task.name]);
  expect(await resultOf(task.name)).toBe('Stopped');
});

it('keeps history and stats right', async () => {
  await endRuns(48, ['SUCCESS', 'FAILED'], '1 hour');
  await loopOf({ SUCCESS: { days: 1, runs: null }, FAILED: { days: null, runs: 1 } }).tick();
  const history = await readHistory(database.pool, { page: 1, pageSize: 50 });
  expect([history.total, history.runs.length]).toEqual([27, 27]);
  expect((await readStats(database.pool, 300_000)).last24h).toMatchObject({ success: 24, failed: 3 });
});

it('forgets old runners, but not one that runs still name', async () => {
  const runner = (id: number, status: string, days: number) =>
    rows(
      `INSERT INTO "Runner" (id, kind, host, pid, version, concurrency, status, "lastHeartbeatAt")
       VALUES (('00000000-0000-4000-8000-00000000000' || $1::text)::uuid, 'WORKER', 'h', 1, '1', 1, $2::"RunnerStatus",
         clock_timestamp() - $3::int * interval '1 day')`,
      id,
      status,
      days,
    );
  for (const [id, status, days] of [
    [1, 'STOPPED', 8],
    [2, 'LOST', 8],
    [3, 'STOPPED', 6],
    [4, 'ACTIVE', 8],
    [5, 'LOST', 8],
  ] as const)
    await runner(id, status, days);
  await rows(
    `INSERT INTO "JobRun" ("jobName", status, attempt, "claimNo", "leaseToken", "runnerId", "startedAt", "lastHeartbeatAt")
     VALUES ('a', 'RUNNING', 1, 1, gen_random_uuid(), '00000000-0000-4000-8000-000000000005', now(), now())`,
  );
  await loopOf({}).tick();
  const kept = await rows(`SELECT right(id::text, 1)::int AS id FROM "Runner" ORDER BY id`);
  expect(kept.map(({ id }) => id)).toEqual([3, 4, 5]);
});

it('keeps events of runners and commands for 30 days, what runners logged for a day, and the newest 50,000 events only', async () => {
  const runnerId = '00000000-0000-4000-8000-000000000001';
  const ages = "FROM (VALUES ('old', interval '1 minute'), ('young', interval '-1 hour')) AS row (name, beyond)";
  const at = (kept: string) => `clock_timestamp() - interval '${kept}' - beyond`;
  await rows(`INSERT INTO "RunnerEvent" (at, "runnerId", "runnerName", kind, severity, message)
    SELECT ${at('30 days')}, '${runnerId}', 'h:1', 'started', 'info', name ${ages}`);
  await rows(`INSERT INTO "RunnerCommand" ("runnerId", kind, "groupId", "createdAt", "createdBy")
    SELECT '${runnerId}', 'PING', gen_random_uuid(), ${at('30 days')}, name ${ages}`);
  await rows(`INSERT INTO "RunnerLogLine" ("runnerId", at, level, message)
    SELECT '${runnerId}', ${at('24 hours')}, 'warn', name ${ages}`);
  await loopOf({}, 1).tick();
  for (const [table, name] of [
    ['RunnerEvent', 'message'],
    ['RunnerCommand', '"createdBy"'],
    ['RunnerLogLine', 'message'],
  ])
    expect(await rows(`SELECT ${name} AS name FROM "${table}"`)).toEqual([{ name: 'young' }]);
  expect(await resultOf('remove old runner events')).toBe('Removed 3 entries');

  await rows(`INSERT INTO "RunnerEvent" ("runnerId", "runnerName", kind, severity, message)
    SELECT '${runnerId}', 'h:1', 'started', 'info', n FROM generate_series(1, 50100) n`);
  await delay(2);
  await loopOf({}, 1).tick();
  const [kept] = await rows(`SELECT count(*)::int AS count, min(message::int) AS oldest FROM "RunnerEvent"`);
  expect(kept).toEqual({ count: 50_000, oldest: 101 });
});

it('forgets processes that ended a week ago, and old versions that none of the others has', async () => {
  await rows(
    `INSERT INTO "JobProcess" (id, host, pid, "jobNames", versions, "lastSeenAt")
     SELECT gen_random_uuid(), host, 1, '{report}', ARRAY[version], now() - days * interval '1 day'
     FROM (VALUES ('living', 'a', 0), ('gone', 'b', 8), ('recent', 'c', 6)) AS p(host, version, days)`,
  );
  await rows(
    `INSERT INTO "JobVersion" ("jobName", version, declaration, "firstSeenAt")
     SELECT 'report', version, '{}', now() - days * interval '1 day' FROM (VALUES ('a', 100), ('b', 100), ('c', 100), ('d', 80)) AS v(version, days)`,
  );
  await loopOf({}).tick();
  expect((await rows('SELECT host FROM "JobProcess" ORDER BY host')).map(({ host }) => host)).toEqual([
    'living',
    'recent',
  ]);
  expect((await rows('SELECT version FROM "JobVersion" ORDER BY version')).map(({ version }) => version)).toEqual([
    'a',
    'c',
    'd',
  ]);
});

it('removes sessions that are over, and errors of browsers that are old', async () => {
  await rows(`INSERT INTO "User" (id, email) VALUES (1, 'a@example.com')`);
  await rows(
    `INSERT INTO "Session" ("userId", "expiresAt") VALUES (1, now() - interval '1 minute'), (1, now() + interval '1 hour')`,
  );
  await rows(
    `INSERT INTO "ClientError" (at, fingerprint, level, message, action, path, url)
     SELECT now() - d * interval '1 day', 'f', 'error', 'm', 'a', '/', '/' FROM unnest(ARRAY[1, 29, 31, 90]) d`,
  );
  await loopOf({}).tick();
  expect(await rows('SELECT 1 FROM "Session"')).toHaveLength(1);
  expect(await rows('SELECT 1 FROM "ClientError"')).toHaveLength(2);
});

it('keeps the newest errors of browsers only, however young', async () => {
  await rows(
    `INSERT INTO "ClientError" (fingerprint, level, message, action, path, url)
     SELECT 'f', 'error', n::text, 'a', '/', '/' FROM generate_series(1, 50100) n`,
  );
  await loopOf({}).tick();
  const [kept] = await rows('SELECT count(*)::int AS count, min(message::int) AS oldest FROM "ClientError"');
  expect(kept).toEqual({ count: 50_000, oldest: 101 });
});

it('removes sign-ins and refusals past their days from the audit log, and the database refuses all else', async () => {
  const { pool } = database;
  const add = (action: string, days: number) =>
    pool.query(`INSERT INTO "AuditEvent" (action, at) VALUES ($1, clock_timestamp() - $2 * interval '1 day')`, [
      action,
      days,
    ]);
  for (const action of ['access.denied', 'session.begin', 'session.end', 'session.refused', 'token.create'])
    for (const days of [3, 20, 100]) await add(action, days);
  const tasks = pruningTasks(pool, KEEP_ALL, 90);
  expect(await tasks.at(-1)?.run(async () => true)).toBe('Removed 4 entries');
  const kept = await pool.query(
    `SELECT count(*)::int AS n FROM "AuditEvent" WHERE at < clock_timestamp() - interval '1 day'`,
  );
  expect(kept.rows).toEqual([{ n: 11 }]);
  for (const statement of [
    `DELETE FROM "AuditEvent" WHERE action = 'token.create'`,
    `DELETE FROM "AuditEvent" WHERE action = 'access.denied'`,
    `UPDATE "AuditEvent" SET target = 'x' WHERE at < clock_timestamp() - interval '10 days'`,
    'TRUNCATE "AuditEvent"',
  ])
    await expect(pool.query(statement), statement).rejects.toThrow('The audit log cannot be changed');
});
