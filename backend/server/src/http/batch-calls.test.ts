import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { startTestServer, type TestServer, type TestUser } from '../testing/http-test-kit.js';
import { problemCode, type Sent, send } from '../testing/request-test-kit.js';

let server: TestServer;
let admin: TestUser;
beforeAll(async () => {
  server = await startTestServer();
  admin = await server.signIn('ADMIN');
});
afterAll(() => server.stop());
beforeEach(() => server.database.pool.query('TRUNCATE "JobRun", "JobRunBatch", "JobRunMessage"'));

const call = (sent: Sent) =>
  send(server.url, {
    ...sent,
    path: `/api/admin/jobs${sent.path}`,
    headers: { authorization: `Bearer ${admin.token}` },
  });
const post = (path: string, body: object = {}) => call({ method: 'POST', path, body });
const get = (path: string) => call({ path });
const echo = (more: object = {}) => ({ jobName: 'echo', ...more });
const enqueue = (runs: object[], more: object = {}) => post('/batches', { name: 'Tonight', runs, ...more });
const auditOf = async (action: string, batchId: string) => {
  const found = await server.database.pool.query(
    `SELECT "actorEmail", target, details FROM "AuditEvent" WHERE action = $1 AND details ->> 'batchId' = $2`,
    [action, batchId],
  );
  return found.rows;
};

it('queues a batch and returns its location', async () => {
  const answer = await enqueue(
    [
      echo({ ref: 'first', parameters: { word: 'one' } }),
      echo({ after: ['first'], when: 'finished', scope: 'people' }),
    ],
    { callback: { jobName: 'echo' } },
  );
  expect(answer.status).toBe(201);
  const { batch, jobRunIds } = answer.json;
  expect(batch).toEqual({
    id: expect.any(String),
    name: 'Tonight',
    total: 2,
    counts: { queued: 2, running: 0, success: 0, failed: 0, cancelled: 0 },
    progressPercent: 0,
    callbackRunId: expect.any(String),
    createdAt: expect.any(String),
    createdBy: admin.email,
    finishedAt: null,
  });
  expect(answer.headers.location).toBe(`/api/admin/jobs/batches/${batch.id}`);
  expect((await get(`/batches/${batch.id}`)).json).toEqual({ batch });
  expect((await get(`/${jobRunIds[1]}`)).json).toMatchObject({
    ...{ batchId: batch.id, isBlocked: true, waitsFor: 'finished', scope: 'people', trigger: 'API' },
    dependsOn: [{ jobRunId: jobRunIds[0], jobName: 'echo', status: 'QUEUED' }],
    triggeredBy: { email: admin.email },
  });
  expect(await auditOf('batch.enqueue', batch.id)).toEqual([
    { actorEmail: admin.email, target: 'Tonight', details: { batchId: batch.id, runs: 2 } },
  ]);
});

it('lists batches, the newest first, and pages through their runs', async () => {
  const ids: string[] = [];
  for (let n = 0; n < 3; n++) ids.unshift((await enqueue([echo(), echo(), echo()])).json.batch.id);
  const listed = (await get('/batches?pageSize=2')).json;
  expect(listed).toMatchObject({ total: 3, page: 1, pageSize: 2, batches: [{ id: ids[0] }, { id: ids[1] }] });
  const { jobRunIds } = (await enqueue([echo(), echo(), echo()])).json;
  const { batch } = (await get(`/${jobRunIds[0]}`)).json;
  const page = (await get(`/batches/${batch.id}/runs?page=2&pageSize=2`)).json;
  expect([page.total, page.runs.map(({ id }: JobRunSummary) => id)]).toEqual([3, [jobRunIds[2]]]);
});

it('shows the progress of a batch, and cancels its remaining runs', async () => {
  const { batch, jobRunIds } = (await enqueue([echo(), echo(), echo(), echo()])).json;
  await post(`/${jobRunIds[0]}/cancel`);
  expect((await get(`/batches/${batch.id}`)).json.batch).toMatchObject({
    progressPercent: 25,
    counts: { queued: 3, cancelled: 1 },
  });
  const cancelled = (await post(`/batches/${batch.id}/cancel`)).json;
  expect(cancelled).toMatchObject({
    cancelled: 3,
    requested: 0,
    batch: { progressPercent: 100, finishedAt: expect.any(String) },
  });
  expect((await post(`/batches/${batch.id}/cancel`)).json).toMatchObject({ cancelled: 0, requested: 0 });
  expect(await auditOf('batch.cancel', batch.id)).toHaveLength(1);
});

it('cancels a graph as one', async () => {
  const { jobRunIds } = (
    await enqueue([
      echo({ ref: 'a' }),
      echo({ ref: 'b', after: ['a'], when: 'finished' }),
      echo({ after: ['b'], when: 'finished' }),
      echo(),
    ])
  ).json;
  const answer = await post(`/${jobRunIds[1]}/cancel`, { graph: true });
  expect(answer.json.run).toMatchObject({ id: jobRunIds[1], status: 'CANCELLED' });
  const states = await Promise.all(jobRunIds.map(async (id: string) => (await get(`/${id}`)).json.status));
  expect(states).toEqual(['CANCELLED', 'CANCELLED', 'CANCELLED', 'QUEUED']);
});

it.each([
  ['no runs', { runs: [] }, 'INVALID_INPUT', 'runs'],
  [
    'a circle',
    { runs: [echo({ ref: 'a', after: ['b'] }), echo({ ref: 'b', after: ['a'] })] },
    'INVALID_INPUT',
    'runs: a waits for b, b waits for a',
  ],
  [
    'an unknown ref',
    { runs: [echo({ after: ['x'] })] },
    'INVALID_INPUT',
    'runs.0.after.0: no run of this call has the ref "x"',
  ],
  [
    'an unknown job',
    { runs: [echo(), { jobName: 'nothing' }] },
    'UNKNOWN_JOB',
    'runs.1.jobName: There is no job named "nothing".',
  ],
  ['an unknown run', { runs: [echo({ after: ['#77777'] })] }, 'UNKNOWN_RUN', 'There is no run #77777'],
  [
    'an id beyond all numbers',
    { runs: [echo({ after: [`#${'9'.repeat(30)}`] })] },
    'INVALID_INPUT',
    'must be the number of a run',
  ],
  [
    'parameters that do not fit',
    { runs: [echo({ parameters: { word: 5 } })] },
    'INVALID_PARAMETERS',
    'runs.0.parameters.word',
  ],
  ['two times', { runs: [echo({ delayMs: 1, runAt: '2030-01-01T00:00:00Z' })] }, 'INVALID_INPUT', 'runs.0.delayMs'],
  [
    'too many to wait for',
    { runs: [echo({ after: Array.from({ length: 101 }, () => '#1') })] },
    'INVALID_INPUT',
    'runs.0.after',
  ],
  ['a name without letters', { name: '  ', runs: [echo()] }, 'INVALID_INPUT', 'name'],
  [
    'a callback of an unknown job',
    { runs: [echo()], callback: { jobName: 'nothing' } },
    'UNKNOWN_JOB',
    'callback.jobName',
  ],
])('refuses a batch with %s, and queues nothing', async (_, body, code, detail) => {
  const answer = await post('/batches', { name: 'Tonight', ...body });
  expect(problemCode(answer)).toBe(code);
  expect(answer.json.detail).toContain(detail);
  expect((await server.database.pool.query('SELECT 1 FROM "JobRun"')).rows).toEqual([]);
});

it('answers 404 where there is no such batch', async () => {
  for (const answer of [
    await get('/batches/4242'),
    await get('/batches/4242/runs'),
    await post('/batches/4242/cancel'),
  ]) {
    expect([answer.status, problemCode(answer)]).toEqual([404, 'UNKNOWN_BATCH']);
  }
  expect(problemCode(await get('/batches/none'))).toBe('INVALID_INPUT');
});

it('lists the failed runs of a batch alone, and previews what a cancel would do', async () => {
  const { batchId, jobRunIds } = (await enqueue([echo(), echo(), echo(), echo()])).json;
  const [failed, done] = jobRunIds;
  const end = (id: string, status: string) =>
    server.database.pool.query(
      `UPDATE "JobRun" SET status = $2::"JobRunStatus", "finishedAt" = now(), "startedAt" = now() WHERE id = $1`,
      [id, status],
    );
  await end(failed, 'FAILED');
  await end(done, 'SUCCESS');
  expect((await get(`/batches/${batchId}/runs?failedOnly=true`)).json).toMatchObject({
    total: 1,
    runs: [{ id: failed }],
  });
  expect((await get(`/batches/${batchId}/runs?failedOnly=false`)).json.total).toBe(4);
  const preview = (await get(`/batches/${batchId}/cancel/preview`)).json;
  expect(preview).toMatchObject({ cancelled: 2, requested: 0, byJob: [{ jobName: 'echo', runs: 2 }] });
  expect(preview.first.map(({ id }: { id: string }) => id)).toEqual(jobRunIds.slice(2));
  const cancelled = (await post(`/batches/${batchId}/cancel`)).json;
  expect(cancelled).toMatchObject({ cancelled: preview.cancelled, requested: preview.requested });
  expect(problemCode(await get('/batches/999999/cancel/preview'))).toBe('UNKNOWN_BATCH');
});

it('answers the runs of a batch that wait for others, with those they wait for, and no others', async () => {
  const { json } = await enqueue([echo({ ref: 'first' }), echo({ after: ['first'] }), echo()]);
  const [first, second] = json.jobRunIds;
  const graph = (await get(`/batches/${json.batchId}/graph`)).json;
  expect(graph).toMatchObject({
    nodes: [{ jobRunId: first }, { jobRunId: second }],
    edges: [{ from: first, to: second }],
  });
  expect((await get('/batches/999999/graph')).status).toBe(404);
});
