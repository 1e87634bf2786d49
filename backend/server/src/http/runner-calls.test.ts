import { randomUUID } from 'node:crypto';
import { someRunner } from '@job-manager/engine/testing/some-runner';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTestServer, type TestServer, type TestUser } from '../testing/http-test-kit.js';
import { problemCode, type Sent, send } from '../testing/request-test-kit.js';

let server: TestServer;
let admin: TestUser;
let runnerId: string;
beforeAll(async () => {
  server = await startTestServer({ deps: { runnersHere } });
  admin = await server.signIn('ADMIN');
  runnerId = await someRunner(server.database.pool);
});
afterAll(() => server.stop());

const runnersHere = { count: 1, max: 2, refusal: null as string | null, startAnother: vi.fn() };
const PATH = '/api/admin/jobs/runners';
const call = (sent: Sent) => send(server.url, { ...sent, headers: { authorization: `Bearer ${admin.token}` } });
const command = (body: object) =>
  call({ method: 'POST', path: `${PATH}/commands`, body: { runnerIds: [runnerId], ...body } });
const outcome = async (answer: ReturnType<typeof call>) => {
  const { status } = await answer;
  return [status, problemCode(await answer)];
};
const countCommands = async () => (await server.database.pool.query('SELECT FROM "RunnerCommand"')).rowCount;

describe('a command', () => {
  it.each<[string, object]>([
    ['of a kind that there is not', { kind: 'KILL' }],
    ['without a runner', { kind: 'PING', runnerIds: [] }],
    ['for a runner that has no such id', { kind: 'PING', runnerIds: ['1'] }],
    ['for more runners than 500', { kind: 'PING', runnerIds: Array.from({ length: 501 }, () => randomUUID()) }],
    ['that sets nothing', { kind: 'SET' }],
    ['that sets nothing, by an empty change', { kind: 'SET', change: {} }],
    ['with a change that its kind does not take', { kind: 'DRAIN', change: { concurrency: 3 } }],
    ['with no slots', { kind: 'SET', change: { concurrency: 0 } }],
    ['with more slots than 1000', { kind: 'SET', change: { concurrency: 1_001 } }],
    ['with half a slot', { kind: 'SET', change: { concurrency: 1.5 } }],
    ['with slots as text', { kind: 'SET', change: { concurrency: '3' } }],
    ['with no channels', { kind: 'SET', change: { channels: [] } }],
    ['with a channel that can have no such name', { kind: 'SET', change: { channels: ['a b'] } }],
    ['with a level that there is not', { kind: 'SET', change: { logLevel: 'loud' } }],
    ['with a setting that there is not', { kind: 'SET', change: { slots: 3 } }],
    ['with a field that there is not', { kind: 'PING', isRolling: true }],
  ])('%s is refused, and not written', async (_what, body) => {
    const before = await countCommands();
    expect(await outcome(command(body))).toEqual([400, 'INVALID_INPUT']);
    expect(await countCommands()).toBe(before);
  });

  it('that none of its runners can obey is refused; of several, those that can have it', async () => {
    expect(await outcome(command({ kind: 'RESTART' }))).toEqual([409, 'NOT_ALLOWED']);
    const gone = randomUUID();
    const { status, json } = await command({ kind: 'PING', runnerIds: [runnerId, gone] });
    expect(status).toBe(200);
    expect(json).toMatchObject({ sent: 1, refused: [{ runnerId: gone, reason: 'There is no such runner.' }] });
  });
});

it('the default of runners is set and removed by those who may change settings, and by no others', async () => {
  const boss = await server.signIn('SUPER_ADMIN');
  const put = (body: object, { token }: TestUser) =>
    send(server.url, { method: 'PUT', path: `${PATH}/defaults`, body, headers: { authorization: `Bearer ${token}` } });
  const change = { concurrency: 3, channels: ['mail'], isPaused: true };
  expect((await put({ change }, admin)).status).toBe(403);
  expect((await put({ change: {} }, boss)).status).toBe(400);
  expect((await put({ change: { concurrency: 0 } }, boss)).status).toBe(400);
  expect(await put({ change }, boss)).toMatchObject({ status: 200, json: { change, updatedBy: boss.email } });
  expect((await call({ path: `${PATH}/defaults` })).json).toMatchObject({ change });
  const removed = { change: null, updatedBy: null, updatedAt: null };
  expect((await put({ change: null }, boss)).json).toEqual(removed);
  expect((await call({ path: `${PATH}/defaults` })).json).toEqual(removed);
});

it('a runner is started here while the server may run more, and what a new one needs is answered', async () => {
  const start = () => call({ method: 'POST', path: `${PATH}/start-here` });
  const setup = async () => (await call({ path: `${PATH}/setup` })).json;
  const own = { database: 'embedded', schema: 'public', isHosted: false };
  expect(await setup()).toMatchObject({ ...own, here: { running: 1, max: 2, refusal: null } });
  expect(await start()).toMatchObject({ status: 200, json: { running: 1 } });
  expect(runnersHere.startAnother).toHaveBeenCalledOnce();
  runnersHere.refusal = 'JOBS_RUNNER is off.';
  expect(await outcome(start())).toEqual([409, 'NOT_ALLOWED']);
  expect((await setup()).here.refusal).toBe('JOBS_RUNNER is off.');
  expect(runnersHere.startAnother).toHaveBeenCalledOnce();
});

it('runners that are gone are listed and removed, and those that live are left alone', async () => {
  const gone = await someRunner(server.database.pool);
  await server.database.pool.query(`UPDATE "Runner" SET status = 'STOPPED' WHERE id = $1`, [gone]);
  expect((await call({ path: `${PATH}/cleanup` })).json).toMatchObject({
    runners: [{ runnerId: gone, runs: 0 }],
    runs: 0,
  });
  const cleanUp = (runnerIds: string[]) => call({ method: 'POST', path: `${PATH}/cleanup`, body: { runnerIds } });
  expect((await cleanUp([gone, runnerId])).json).toMatchObject({ removed: 1, recovered: 0, left: [{ runnerId }] });
  expect((await call({ path: `${PATH}/${gone}` })).status).toBe(404);
  expect(await outcome(cleanUp([]))).toEqual([400, 'INVALID_INPUT']);
});

it.each([
  [`/${randomUUID()}`, [404, 'NOT_FOUND']],
  ['/me', [400, 'INVALID_INPUT']],
  ['/events?before=first', [400, 'INVALID_INPUT']],
  ['/events?severity=loud', [400, 'INVALID_INPUT']],
  ['/events?since=yesterday', [400, 'INVALID_INPUT']],
  [`/beats?runnerId=${randomUUID()}&hours=25`, [400, 'INVALID_INPUT']],
  ['/commands?groupId=1', [400, 'INVALID_INPUT']],
  [`/${randomUUID()}/log?level=loud`, [400, 'INVALID_INPUT']],
  [`/${randomUUID()}/log?limit=0`, [400, 'INVALID_INPUT']],
  ['/me/log', [400, 'INVALID_INPUT']],
])('a read of runners by %s is refused', async (path, expected) => {
  expect(await outcome(call({ path: PATH + path }))).toEqual(expected);
});
