import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer, type TestUser } from '../testing/http-test-kit.js';
import { problemCode, type Sent, send } from '../testing/request-test-kit.js';

let server: TestServer;
let admin: TestUser;
let other: TestUser;
beforeAll(async () => {
  server = await startTestServer();
  admin = await server.signIn('ADMIN');
  other = await server.signIn('SUPER_ADMIN');
});
afterAll(() => server.stop());
beforeEach(() => server.database.pool.query('DELETE FROM "JobRun"'));

const as = (user: TestUser, sent: Sent) =>
  send(server.url, { ...sent, headers: { authorization: `Bearer ${user.token}`, ...sent.headers } });
const enqueue = (user = admin, headers: Sent['headers'] = {}, body: object = { jobName: 'echo' }) =>
  as(user, { method: 'POST', path: '/api/admin/jobs/enqueue', body, headers });
const runs = async () => (await server.database.pool.query('SELECT * FROM "JobRun" ORDER BY id')).rows;

it('queues a run and returns its location', async () => {
  const answer = await enqueue(admin, {}, { jobName: 'echo', parameters: { word: 'hello' } });
  expect(answer.status).toBe(201);
  const { jobRunId, run } = answer.json;
  expect(answer.headers.location).toBe(`/api/admin/jobs/${jobRunId}`);
  expect(run).toMatchObject({
    id: jobRunId,
    status: 'QUEUED',
    trigger: 'API',
    parameters: { word: 'hello' },
    triggeredBy: { id: admin.id, email: admin.email },
  });
  expect((await as(admin, { path: answer.headers.location ?? '' })).json).toEqual(run);
});

describe('secrets in the parameters of a run', () => {
  const parameters = { password: 'hunter2', url: 'https://ada:pw@db/x', maxTokens: 5, word: 'a' };
  const shown = { password: '[redacted]', url: 'https://ada:[redacted]@db/x', maxTokens: 5, word: 'a' };
  const post = (user: TestUser, path: string, body: object = {}) => as(user, { method: 'POST', path, body });
  const ended = async () => {
    const { jobRunId } = (await enqueue(admin, {}, { jobName: 'echo', parameters })).json;
    await post(admin, `/api/admin/jobs/${jobRunId}/cancel`);
    return jobRunId;
  };

  it('are not shown, and kept for the run', async () => {
    const { jobRunId, run } = (await enqueue(other, {}, { jobName: 'echo', parameters })).json;
    const answers = [
      await as(other, { path: `/api/admin/jobs/${jobRunId}` }),
      await post(other, `/api/admin/jobs/${jobRunId}/reschedule`),
      await post(other, `/api/admin/jobs/${jobRunId}/cancel`),
    ];
    expect([run, ...answers.map(({ json }) => json.run ?? json)].map((each) => each.parameters)).toEqual(
      Array(4).fill(shown),
    );
    expect(answers.map(({ text }) => text).join()).not.toMatch(/hunter2|:pw@/);
    expect(await runs()).toMatchObject([{ parameters }]);
  });

  it('are revealed to those who may, which is written down first', async () => {
    const jobRunId = await ended();
    expect(problemCode(await post(admin, `/api/admin/jobs/${jobRunId}/reveal`))).toBe('FORBIDDEN');
    expect((await post(other, `/api/admin/jobs/${jobRunId}/reveal`)).json).toEqual({ parameters });
    expect(problemCode(await post(other, '/api/admin/jobs/999999/reveal'))).toBe('UNKNOWN_RUN');
    const entries = await server.database.pool.query(
      `SELECT "actorEmail", details FROM "AuditEvent" WHERE action = 'run.reveal' AND "runId" = $1`,
      [jobRunId],
    );
    expect(entries.rows).toEqual([{ actorEmail: other.email, details: null }]);
  });

  it('go to a run that repeats it where they were left as shown', async () => {
    const rerunOfId = await ended();
    const again = await enqueue(admin, {}, { jobName: 'echo', rerunOfId, parameters: { ...shown, word: 'b' } });
    expect(again.json.run.parameters).toEqual({ ...shown, word: 'b' });
    expect((await runs()).at(-1).parameters).toEqual({ ...parameters, word: 'b' });
    const refused = await enqueue(admin, {}, { jobName: 'echo', rerunOfId, parameters: { token: '[redacted]' } });
    expect([refused.status, refused.json.issues[0].path]).toEqual([400, 'parameters.token']);
  });

  it('do not stand in the audit log either', async () => {
    const settings = { name: 'secret', jobName: 'echo', everyMs: 3_600_000, timeZone: 'UTC', parameters };
    const { schedule } = (await post(other, '/api/admin/jobs/schedules', settings)).json;
    expect(schedule.parameters).toEqual(shown);
    const path = `/api/admin/jobs/schedules/${schedule.id}`;
    await as(other, { method: 'PUT', path, body: { ...settings, parameters: { ...shown, word: 'b' } } });
    const kept = await server.database.pool.query('SELECT parameters FROM "Schedule" WHERE id = $1', [schedule.id]);
    expect(kept.rows).toEqual([{ parameters: { ...parameters, word: 'b' } }]);
    for (const log of ['/api/admin/audit', '/api/admin/audit/export']) {
      const { status, text } = await as(other, { path: log });
      expect([status, /schedule\.change/.test(text), /hunter2|:pw@/.test(text)]).toEqual([200, true, false]);
    }
    await as(other, { method: 'DELETE', path });
  });
});

it('distinguishes a person at the panel from a program', async () => {
  const headers = { cookie: admin.cookie, origin: server.url };
  const byHand = await send(server.url, {
    method: 'POST',
    path: '/api/admin/jobs/enqueue',
    body: { jobName: 'echo' },
    headers,
  });
  expect(byHand.json.run.trigger).toBe('MANUAL');
});

it('queues once for an idempotency key, for any number of requests at once', async () => {
  const headers = { 'idempotency-key': 'the same key' };
  const answers = await Promise.all(Array.from({ length: 5 }, () => enqueue(admin, headers)));
  expect(new Set(answers.map((answer) => answer.json.jobRunId)).size).toBe(1);
  expect(await runs()).toHaveLength(1);
});

it('answers the same request for an idempotency key, and refuses another one', async () => {
  const headers = { 'idempotency-key': 'nightly' };
  const request = { jobName: 'echo', parameters: { word: 'a', more: { x: 1, y: 2 } }, priority: 3 };
  const { jobRunId, note } = (await enqueue(admin, headers, request)).json;
  expect(note).toBeNull();
  await as(admin, { method: 'POST', path: `/api/admin/jobs/${jobRunId}/cancel` });
  const turned = '{"priority": 3.0, "parameters": {"more":{"y":2,"x":1},"word":"a"}, "jobName": "echo"}';
  const asBefore = await as(admin, {
    method: 'POST',
    path: '/api/admin/jobs/enqueue',
    body: turned,
    headers: { ...headers, 'content-type': 'application/json' },
  });
  expect(asBefore.json).toMatchObject({ jobRunId, isNew: false });
  expect(asBefore.json.note).toMatch(
    /run #\d+ of .* already, which is CANCELLED; nothing new was queued\. .*rerunOfId: "\d+"/,
  );
  const others = [
    { ...request, parameters: { word: 'a', more: { x: 1, y: 3 } } },
    { ...request, priority: undefined },
    { ...request, delayMs: 5_000 },
    { ...request, unique: { key: 'k' } },
  ];
  for (const other of others) {
    const refused = await enqueue(admin, headers, other);
    expect([refused.status, problemCode(refused), refused.json.field]).toEqual([409, 'DUPLICATE', 'Idempotency-Key']);
    expect(refused.json.detail).toContain(`was used for another request, which began run #${jobRunId}`);
  }
  expect(await runs()).toHaveLength(1);
});

it('keeps the keys of different people apart, long ones too', async () => {
  for (const key of ['mine', 'k'.repeat(200), `${'k'.repeat(199)}!`]) {
    const mine = await enqueue(admin, { 'idempotency-key': key });
    const theirs = await enqueue(other, { 'idempotency-key': key });
    const again = await enqueue(admin, { 'idempotency-key': key });
    expect([mine.status, theirs.status]).toEqual([201, 201]);
    expect(theirs.json.jobRunId).not.toBe(mine.json.jobRunId);
    expect(again.json.jobRunId).toBe(mine.json.jobRunId);
  }
  expect(await runs()).toHaveLength(6);
});

it('repeats a finished run only, and names the field that is wrong', async () => {
  const { jobRunId } = (await enqueue()).json;
  const rerun = (rerunOfId: string) => enqueue(admin, {}, { jobName: 'echo', rerunOfId });
  expect(problemCode(await rerun(jobRunId))).toBe('NOT_ALLOWED');
  expect(problemCode(await rerun('4242'))).toBe('UNKNOWN_RUN');
  await as(admin, { method: 'POST', path: `/api/admin/jobs/${jobRunId}/cancel` });
  expect((await rerun(jobRunId)).json.run.rerunOfId).toBe(jobRunId);
});

it('cancels a queued run, and again without an error', async () => {
  const { jobRunId } = (await enqueue()).json;
  const cancel = () => as(other, { method: 'POST', path: `/api/admin/jobs/${jobRunId}/cancel` });
  const answer = await cancel();
  expect(answer.json.run).toMatchObject({
    status: 'CANCELLED',
    cancelRequestedBy: { id: other.id, email: other.email },
  });
  expect((await cancel()).json).toEqual(answer.json);
});

it('refuses a body that names another run than the path', async () => {
  const [one, two] = [(await enqueue()).json.jobRunId, (await enqueue()).json.jobRunId];
  const body = { jobRunId: two };
  const cancel = (more: object) => as(admin, { method: 'POST', path: `/api/admin/jobs/${one}/cancel`, ...more });
  expect((await cancel({ body })).json).toMatchObject({ status: 400, field: 'jobRunId' });
  expect((await runs()).map((run) => run.status)).toEqual(['QUEUED', 'QUEUED']);
  expect((await cancel({})).json.run.id).toBe(one);
  expect((await runs()).map((run) => run.status)).toEqual(['CANCELLED', 'QUEUED']);
});

it('refuses to cancel an ended run, and a run that does not exist', async () => {
  await server.database.db.jobRun.create({
    data: { id: 77, jobName: 'echo', status: 'SUCCESS', finishedAt: new Date() },
  });
  expect(problemCode(await as(admin, { method: 'POST', path: '/api/admin/jobs/77/cancel' }))).toBe('NOT_ALLOWED');
  expect(problemCode(await as(admin, { method: 'POST', path: '/api/admin/jobs/78/cancel' }))).toBe('UNKNOWN_RUN');
});

it('recovers runs whose runner has gone silent', async () => {
  const running = { jobName: 'echo', status: 'RUNNING' as const, attempt: 1, claimNo: 1, startedAt: new Date() };
  const lease = { leaseToken: crypto.randomUUID(), runnerId: crypto.randomUUID() };
  const silent = new Date(Date.now() - 400_000);
  await server.database.db.jobRun.create({ data: { ...running, ...lease, lastHeartbeatAt: silent } });
  await server.database.db.jobRun.create({ data: { ...running, ...lease, lastHeartbeatAt: new Date() } });
  const answer = await as(admin, { method: 'POST', path: '/api/admin/jobs/cleanup-stalled' });
  expect(answer.json).toMatchObject({ cleaned: 1, runs: [{ status: 'QUEUED' }] });
});

it('shows running runs, then the first 200 of the queue in the order they will be claimed', async () => {
  await server.database.pool.query(`
    INSERT INTO "JobRun" ("jobName", priority, "runAt")
    SELECT 'echo', n % 3, '2026-01-01'::timestamptz + (n * 7 % 50) * interval '1 s' FROM generate_series(1, 250) n`);
  await server.database.pool.query(`
    INSERT INTO "JobRun" ("jobName", status, attempt, "claimNo", "leaseToken", "runnerId", "startedAt", "lastHeartbeatAt")
    SELECT 'echo', 'RUNNING', 1, 1, gen_random_uuid(), gen_random_uuid(), '2026-01-01'::timestamptz - n * interval '1 s', now()
    FROM generate_series(1, 3) n`);
  const all = await runs();
  const running = all.filter((run) => run.status === 'RUNNING').reverse();
  const queued = all
    .filter((run) => run.status === 'QUEUED')
    .sort((a, b) => a.priority - b.priority || a.runAt - b.runAt || Number(a.id) - Number(b.id));
  const expected = [...running, ...queued.slice(0, 200)].map((run) => run.id);
  const answer = await as(admin, { path: '/api/admin/jobs/active' });
  expect(answer.json.runs.map((run: { id: string }) => run.id)).toEqual(expected);
});

it('lists the jobs', async () => {
  const { jobs } = (await as(admin, { path: '/api/admin/jobs/definitions' })).json;
  expect(jobs).toMatchObject([{ id: 'echo', name: 'echo', parametersSchema: { type: 'object' } }]);
});

it('pages through history with the total of all pages', async () => {
  for (let n = 0; n < 3; n++) {
    const { jobRunId } = (await enqueue()).json;
    await as(admin, { method: 'POST', path: `/api/admin/jobs/${jobRunId}/cancel` });
  }
  const answer = await as(admin, { path: '/api/admin/jobs/history?page=2&pageSize=2&status=CANCELLED' });
  expect(answer.json).toMatchObject({ page: 2, pageSize: 2, runs: [{ status: 'CANCELLED' }] });
  const [{ finishedAt }] = answer.json.runs;
  const since = await as(admin, { path: `/api/admin/jobs/history?status=CANCELLED&from=${finishedAt}` });
  expect(since.json).toMatchObject({ total: 3 });
});

it('answers stats from memory until a refresh is requested', async () => {
  const stats = async (query = '') => (await as(admin, { path: `/api/admin/jobs/stats${query}` })).json;
  const before = await stats('?refresh=true');
  await enqueue();
  expect(await stats()).toEqual(before);
  expect((await stats('?refresh=true')).queued).toBe(before.queued + 1);
});

it('answers 503 and when to retry while the database is away', async () => {
  const lonely = await startTestServer();
  const user = await lonely.signIn('ADMIN');
  const query = lonely.database.pool.query;
  lonely.database.pool.query = (() =>
    Promise.reject(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }))) as typeof query;
  const answer = await send(lonely.url, { path: '/api/auth/me', headers: { cookie: user.cookie } });
  lonely.database.pool.query = query;
  await lonely.stop();
  expect(problemCode(answer)).toBe('UNAVAILABLE');
  expect(answer.headers['retry-after']).toBe('5');
});

it('reveals no internals when something unforeseen fails', async () => {
  const failing = await startTestServer({
    deps: {
      registry: {
        definitions: () => {
          throw new Error('secret detail at /srv/app');
        },
        names: () => [],
      },
    },
  });
  const user = await failing.signIn('ADMIN');
  const answer = await send(failing.url, { path: '/api/admin/jobs/definitions', headers: { cookie: user.cookie } });
  await failing.stop();
  expect(problemCode(answer)).toBe('INTERNAL');
  expect(answer.text).not.toMatch(/secret detail/);
});
