import { pruningTasks } from '@job-manager/engine/queue/maintenance/pruner';
import { countEnded } from '@job-manager/engine/queue/transitions/count';
import { retentionPolicy } from '@job-manager/engine/retention';
import { readForceFailOutlook, readRetentionOutlook } from '@job-manager/engine/store/automatic-clean-up';
import { createTestDatabase, type TestDatabase } from '@job-manager/engine/testing/database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../testing/http-test-kit.js';
import { send } from '../testing/request-test-kit.js';

let server: TestServer;
let database: TestDatabase;
beforeAll(async () => {
  [server, database] = await Promise.all([startTestServer(), createTestDatabase()]);
});
afterAll(() => Promise.all([server.stop(), database.drop()]));

const rows = async (text: string, ...values: unknown[]) => (await database.pool.query(text, values)).rows;
const ALL = { days: null, runs: null };

/** One run a day of each of two jobs, the newest now. */
const endRuns = (days: number) =>
  rows(
    `WITH ended AS (
       INSERT INTO "JobRun" ("jobName", status, "startedAt", "finishedAt", "durationMs")
       SELECT 'job' || j, 'SUCCESS', clock_timestamp(), clock_timestamp() - n * interval '1 day', 1
       FROM generate_series(0, $1::int - 1) n, generate_series(0, 1) j RETURNING *
     ), counted AS (${countEnded('ended')}) SELECT 1`,
    days,
  );

it('foretells what the next removal removes, by age, by number and by what was set of a job', async () => {
  await endRuns(40);
  await rows(`INSERT INTO "JobSettings" ("jobName", "keepDays") VALUES ('job1', 10)`);
  const policy = { SUCCESS: { days: 30, runs: 25 }, FAILED: ALL, CANCELLED: ALL };
  const [success, failed] = await readRetentionOutlook(database.pool, policy);
  // job0 keeps 25 by number, which is stricter than 30 days; job1 ten by its days. Hours that are past in part wait.
  expect(success).toMatchObject({ status: 'SUCCESS', keepDays: 30, keepRuns: 25, lastResult: null });
  expect(success?.due).toBeGreaterThanOrEqual(43);
  expect(success?.due).toBeLessThanOrEqual(45);
  expect(failed).toMatchObject({ keepDays: null, keepRuns: null, due: 0 });
  const [task] = pruningTasks(database.pool, policy);
  await task?.run(async () => true);
  expect((await readRetentionOutlook(database.pool, policy))[0]?.due).toBe(0);
});

it('foretells which runs are failed by force, and when', async () => {
  const running = async (jobName: string) => {
    const [run] = await rows(
      `INSERT INTO "JobRun" ("jobName", status, "leaseToken", "runnerId", "startedAt", "lastHeartbeatAt", attempt, "claimNo", "cancelRequestedAt")
       VALUES ($1, 'RUNNING', gen_random_uuid(), gen_random_uuid(), now(), now(), 1, 1, now()) RETURNING id::text, "cancelRequestedAt"`,
      jobName,
    );
    return run;
  };
  await rows(`INSERT INTO "JobSettings" ("jobName", "autoForceFailAfterMs") VALUES ('deaf', 120000)`);
  const [deaf, stubborn] = [await running('deaf'), await running('stubborn')];
  await running('polite');
  await rows(
    `INSERT INTO "AuditEvent" (action, "runId", details) VALUES ('run.ask-force-fail', $1::bigint, '{"graceMs": 30000}')`,
    stubborn.id,
  );
  const after = (run: { cancelRequestedAt: Date }, ms: number) => new Date(run.cancelRequestedAt.getTime() + ms);
  expect(await readForceFailOutlook(database.pool, 20)).toEqual([
    { ...found(stubborn, 'stubborn'), forceFailAt: after(stubborn, 30_000) },
    { ...found(deaf, 'deaf'), forceFailAt: after(deaf, 120_000) },
  ]);
});
const found = ({ id, cancelRequestedAt }: { id: string; cancelRequestedAt: Date }, jobName: string) => ({
  ...{ jobRunId: id, jobName },
  requestedAt: cancelRequestedAt,
});

it('answers it to those who may view, with the settings of the server', async () => {
  const admin = await server.signIn('ADMIN');
  const { json, status } = await send(server.url, {
    path: '/api/admin/jobs/automatic-cleanup',
    headers: { authorization: `Bearer ${admin.token}` },
  });
  expect(status).toBe(200);
  const { SUCCESS } = retentionPolicy(server.config);
  expect(json.retention[0]).toMatchObject({ status: 'SUCCESS', keepDays: SUCCESS.days, keepRuns: SUCCESS.runs });
  expect(json.forceFail).toEqual({ jobs: [], next: [] });
});
