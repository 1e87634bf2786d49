import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AccessTestServer, SECRET_TEXT, startAccessTestServer } from '../testing/access-test-kit.js';
import { program } from '../testing/identities-test-kit.js';
import { problemCode, send } from '../testing/request-test-kit.js';

let server: AccessTestServer;
let admin: string;
let boss: string;
beforeAll(async () => {
  server = await startAccessTestServer();
  [admin, boss] = await Promise.all([server.tokenFor('ADMIN'), server.tokenFor('SUPER_ADMIN')]);
});
afterAll(() => server.stop());

const as = (token: string, method: string, path: string, body?: object) =>
  send(server.url, {
    method,
    path: `/api/admin/jobs${path}`,
    body,
    headers: { authorization: `Bearer ${token}` },
  });
const preview = (token: string, body: object) => as(token, 'POST', '/bulk/preview', body);
const enqueue = async (body: object = {}) =>
  (await as(admin, 'POST', '/enqueue', { jobName: 'echo', ...body })).json.jobRunId as string;

it('previews, starts once, lists and aborts', async () => {
  const ids = [await enqueue({ channel: 'mail' }), await enqueue({ channel: 'mail' })];
  const answer = await preview(admin, { action: 'cancel', filter: { channel: 'mail' }, reason: 'sent twice' });
  expect(answer.json).toMatchObject({
    total: 2,
    isCut: false,
    byJob: [{ jobName: 'echo', runs: 2 }],
    byStatus: [{ status: 'QUEUED', runs: 2 }],
    first: ids.map((id) => ({ id })),
    cannot: [],
  });
  const begun = await as(admin, 'POST', '/bulk', { token: answer.json.token });
  expect(begun.json.operation).toMatchObject({
    action: 'cancel',
    state: 'RUNNING',
    total: 2,
    done: 0,
    reason: 'sent twice',
    filter: { channel: 'mail' },
    createdBy: 'admin@example.com',
  });
  expect((await as(admin, 'POST', '/bulk', { token: answer.json.token })).json).toEqual(begun.json);
  const { id } = begun.json.operation;
  expect((await as(admin, 'GET', '/bulk?state=RUNNING')).json.operations).toEqual([begun.json.operation]);
  expect((await as(boss, 'POST', `/bulk/${id}/abort`, {})).json.operation).toMatchObject({
    state: 'ABORTED',
    abortedBy: 'super_admin@example.com',
  });
  expect((await as(admin, 'GET', `/bulk/${id}`)).json.operation.state).toBe('ABORTED');
  expect(problemCode(await as(boss, 'POST', '/bulk', { token: answer.json.token }))).toBe('NOT_FOUND');
});

it('names the runs that can not be changed, and why', async () => {
  const [queued, ended] = [await enqueue(), await enqueue()];
  await as(admin, 'POST', `/${ended}/cancel`, {});
  expect((await preview(admin, { action: 'cancel', ids: [queued, ended, '999999'] })).json).toMatchObject({
    total: 1,
    cannot: [
      { reason: 'cancelled', count: 1 },
      { reason: 'removed', count: 1 },
    ],
  });
  await server.run(`UPDATE "JobRun" SET "jobName" = 'gone' WHERE id = $1`, ended);
  expect((await preview(admin, { action: 'rerun', ids: [ended] })).json).toMatchObject({
    total: 0,
    cannot: [{ reason: 'no code of gone', count: 1 }],
  });
});

it('needs the permission for one run beside that for many', async () => {
  const ground = { ...server, secret: SECRET_TEXT };
  const tokenWith = async (...permissions: Parameters<typeof program>[1]) =>
    (await program(ground, permissions).token()) ?? '';
  const many = await tokenWith('bulk', 'view');
  const wanted = {
    cancel: { filter: { jobName: 'echo' } },
    rerun: { filter: { jobName: 'echo' } },
    reschedule: { filter: { jobName: 'echo' } },
    purge: { filter: { channel: 'mail' } },
    forceFail: { filter: { jobName: 'echo' } },
  };
  for (const [action, more] of Object.entries(wanted)) {
    expect([action, problemCode(await preview(many, { action, ...more }))]).toEqual([action, 'FORBIDDEN']);
  }
  const canceller = await tokenWith('bulk', 'view', 'cancel');
  expect((await preview(canceller, { action: 'cancel', ...wanted.cancel })).status).toBe(200);
  expect(problemCode(await preview(admin, { action: 'purge', ...wanted.purge }))).toBe('FORBIDDEN');
  expect((await preview(boss, { action: 'purge', ...wanted.purge })).status).toBe(200);
});

it('compares no secret', async () => {
  const refused = await preview(admin, { action: 'rerun', filter: { param: 'password=hunter2' } });
  expect([problemCode(refused), refused.json.field]).toEqual(['INVALID_INPUT', 'filter.param']);
});

it.each([
  [{ action: 'cancel' }, 'filter'],
  [{ action: 'cancel', filter: {} }, 'filter'],
  [{ action: 'cancel', ids: ['1'], filter: { jobName: 'echo' } }, 'filter'],
  [{ action: 'cancel', filter: { status: 'FAILED' } }, 'filter.status'],
  [{ action: 'rerun', filter: { state: 'due' } }, 'filter.state'],
  [{ action: 'forceFail', filter: { state: 'running' } }, 'filter.state'],
  [{ action: 'cancel', filter: { isStopping: true } }, 'filter.isStopping'],
  [{ action: 'cancel', filter: { jobName: 'echo' }, graceMs: 0 }, 'graceMs'],
  [{ action: 'forceFail', filter: { jobName: 'echo' }, graceMs: 60_001 }, 'graceMs'],
  [{ action: 'rerun', filter: { param: 'userId' } }, 'filter.param'],
  [{ action: 'purge', filter: { jobName: 'echo' } }, 'filter.channel'],
  [{ action: 'cancel', filter: { jobName: 'echo' }, priority: 3 }, 'priority'],
  [{ action: 'rerun', filter: { from: '2026-02-01T00:00Z', to: '2026-01-01T00:00Z' } }, 'filter.from'],
])('refuses %j', async (body, field) => {
  const answer = await preview(boss, body);
  expect([problemCode(answer), answer.json.issues?.[0]?.path]).toEqual(['INVALID_INPUT', field]);
});
