import { someRunner } from '@job-manager/engine/testing/some-runner';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer, type TestUser } from '../testing/http-test-kit.js';
import { problemCode, send } from '../testing/request-test-kit.js';

let server: TestServer;
let admin: TestUser;
beforeAll(async () => {
  server = await startTestServer();
  admin = await server.signIn('ADMIN');
});
afterAll(() => server.stop());

const as = (method: string, path: string, body?: object) =>
  send(server.url, {
    method,
    path: `/api/admin/jobs${path}`,
    body,
    headers: { authorization: `Bearer ${admin.token}` },
  });
const rows = async (text: string, ...values: unknown[]) => (await server.database.pool.query(text, values)).rows;

/** Ends the runs of a batch as they were to, on a runner that took 10 ms to claim them. */
async function endRuns(batchId: string): Promise<void> {
  const runnerId = await someRunner(server.database.pool);
  await rows(
    `UPDATE "JobRun" SET status = CASE WHEN (parameters ->> 'fails')::boolean THEN 'FAILED' ELSE 'SUCCESS' END::"JobRunStatus",
       "startedAt" = now(), "finishedAt" = now(), "durationMs" = 200, "queueDelayMs" = 10, attempt = 1, "claimNo" = 1, "runnerId" = $2
     WHERE "batchId" = $1::bigint`,
    batchId,
    runnerId,
  );
}

it('queues a test batch, and reports how it went', async () => {
  const { json, status } = await as('POST', '/self-test', { runs: 4, failing: 1 });
  expect(status).toBe(201);
  const path = `/self-test/${json.batchId}`;
  expect((await as('GET', path)).json).toMatchObject({ state: 'RUNNING', total: 4, ended: 0, startP50Ms: null });
  await endRuns(json.batchId);
  expect((await as('GET', path)).json).toEqual({
    ...{ batchId: json.batchId, state: 'PASSED', total: 4, ended: 4, asExpected: 4, executedAgain: 0 },
    ...{ startP50Ms: 10, startP95Ms: 10, runners: [{ name: expect.stringMatching(/.:\d+$/), runs: 4 }] },
  });
  await rows(
    `UPDATE "JobRun" SET "claimNo" = 2 WHERE id = (SELECT min(id) FROM "JobRun" WHERE "batchId" = $1::bigint)`,
    json.batchId,
  );
  expect((await as('GET', path)).json).toMatchObject({ state: 'FAILED', executedAgain: 1 });
});

it('is in the history, and neither offered nor counted with the other jobs', async () => {
  const { json } = await as('POST', '/self-test', { runs: 2 });
  const before = (await as('GET', '/stats?refresh=true')).json.last24h;
  await endRuns(json.batchId);
  expect((await as('GET', '/definitions')).json.jobs.map(({ name }: { name: string }) => name)).toEqual(['echo']);
  expect((await as('GET', '/stats?refresh=true')).json.last24h).toEqual(before);
  expect((await as('GET', `/batches/${json.batchId}`)).json.batch).toMatchObject({ name: 'Self-test of 2 runs' });
});

it('refuses a batch of other jobs', async () => {
  const other = await as('POST', '/batches', { name: 'other', runs: [{ jobName: 'echo' }] });
  expect(problemCode(await as('GET', `/self-test/${other.json.batchId}`))).toBe('NOT_FOUND');
});

it('counts what acts on many would find', async () => {
  const { json } = await as('GET', '/operations');
  expect(json).toMatchObject({ running: 0, stalled: 0, stopping: 0 });
  await rows(
    `INSERT INTO "JobRun" ("jobName", status, "leaseToken", "runnerId", "startedAt", "lastHeartbeatAt", attempt, "claimNo", "cancelRequestedAt")
     VALUES ('echo', 'RUNNING', gen_random_uuid(), gen_random_uuid(), now(), now() - interval '1 hour', 1, 1, now())`,
  );
  await rows(`UPDATE "Runner" SET status = 'LOST'`);
  const after = (await as('GET', '/operations')).json;
  expect(after).toMatchObject({ running: 1, stalled: 1, stopping: 1, queued: json.queued, freeSlots: 0 });
  expect(after.goneRunners).toBeGreaterThan(0);
});
