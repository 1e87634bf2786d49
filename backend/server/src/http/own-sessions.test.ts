import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { upsertAccount } from '../auth/accounts.js';
import { PASSWORD } from '../testing/account.js';
import { signInBrowser, startTestServer, type TestServer, type TestUser } from '../testing/http-test-kit.js';
import { problemCode, type Sent, send } from '../testing/request-test-kit.js';

const IDLE_MS = 3_600_000;
let server: TestServer;
let ada: TestUser;
beforeAll(async () => {
  server = await startTestServer({ env: { SESSION_IDLE_MS: String(IDLE_MS) } });
});
afterAll(() => server.stop());
/** A new person each time, so that sign-ins of one test don't count in another. */
beforeEach(async () => {
  ada = await server.signIn('ADMIN', crypto.randomUUID());
});

const as = ({ cookie }: { cookie: string }, sent: Sent) =>
  send(server.url, { ...sent, headers: { cookie, origin: server.url, ...sent.headers } });
const signInFrom = async (userAgent: string, ip: string | null = null) => {
  const credentials = { email: ada.email, password: PASSWORD };
  const { token, sessionId } = await signInBrowser(server.sessions, credentials, { ip, userAgent });
  return { cookie: `jm_session=${token}`, sessionId };
};
const isSignedIn = async (session: { cookie: string }) => (await as(session, { path: '/api/auth/me' })).status === 200;
const post = (path: string, body: object = {}, session: { cookie: string } = ada) =>
  as(session, { method: 'POST', path: `/api/auth/${path}`, body });
const login = (headers: Sent['headers'] = {}, password = PASSWORD) =>
  send(server.url, {
    method: 'POST',
    path: '/api/auth/login',
    body: { email: ada.email, password },
    headers: { origin: server.url, ...headers },
  });
const ended = async () =>
  (
    await server.database.pool.query(
      `SELECT details, "userAgent" FROM "AuditEvent" WHERE "actorId" = $1 AND action = 'session.end' ORDER BY id`,
      [ada.id],
    )
  ).rows;

it('are listed, last used first, this one marked, and no other person’s', async () => {
  await server.signIn('ADMIN', crypto.randomUUID());
  const phone = await signInFrom('Phone', '203.0.113.5');
  const { json } = await as(ada, { path: '/api/auth/sessions' });
  expect(json.sessions).toEqual([
    {
      id: phone.sessionId,
      isCurrent: false,
      userAgent: 'Phone',
      ip: '203.0.113.5',
      createdAt: expect.any(String),
      lastUsedAt: expect.any(String),
      expiresAt: expect.any(String),
    },
    expect.objectContaining({ id: ada.sessionId, isCurrent: true, ip: null }),
  ]);
});

it('end one by one, with the current password and a trace', async () => {
  const phone = await signInFrom('Phone');
  const wrong = await post(`sessions/${phone.sessionId}/end`, { currentPassword: 'not it at all' });
  expect([problemCode(wrong), wrong.json.field]).toEqual(['WRONG_PASSWORD', 'currentPassword']);
  expect(await isSignedIn(phone)).toBe(true);
  expect((await post(`sessions/${phone.sessionId}/end`, { currentPassword: PASSWORD })).status).toBe(200);
  expect([await isSignedIn(phone), await isSignedIn(ada)]).toEqual([false, true]);
  expect(await ended()).toEqual([{ details: { reason: 'ended by its owner' }, userAgent: null }]);
});

it('of others are as unknown as those that never were', async () => {
  const other = await server.signIn('ADMIN', crypto.randomUUID());
  for (const id of [other.sessionId, crypto.randomUUID()]) {
    const answer = await post(`sessions/${id}/end`, { currentPassword: PASSWORD });
    expect(problemCode(answer)).toBe('UNKNOWN_SESSION');
  }
  expect(await isSignedIn(other)).toBe(true);
});

it('end all but this one', async () => {
  const others = [await signInFrom('Phone'), await signInFrom('Tablet')];
  expect((await post('sessions/end-others', { currentPassword: PASSWORD })).json).toEqual({ ended: 2 });
  expect(await Promise.all([...others, ada].map(isSignedIn))).toEqual([false, false, true]);
});

it('are replaced by a new sign-in of the same browser, and not by a wrong password or another browser', async () => {
  await login({ cookie: ada.cookie }, 'not it at all');
  await login();
  expect(await isSignedIn(ada)).toBe(true);
  expect((await login({ cookie: ada.cookie, 'user-agent': 'Browser' })).status).toBe(200);
  expect(await isSignedIn(ada)).toBe(false);
  expect(await ended()).toEqual([{ details: { reason: 'replaced by a new sign-in' }, userAgent: 'Browser' }]);
});

it('are twenty at most: the oldest ends', async () => {
  const sessions = [ada];
  const tenMore = () => Promise.all(Array.from({ length: 10 }, (_, n) => signInFrom(`Browser ${n}`)));
  const more = [...(await tenMore()), ...(await tenMore())];
  expect(await Promise.all(sessions.map(isSignedIn))).toEqual([false]);
  expect(await Promise.all(more.map(isSignedIn))).toEqual(Array(20).fill(true));
  expect(await ended()).toMatchObject([{ details: { reason: 'too many sessions' } }]);
});

it('begin thirty times in a quarter of an hour at most', async () => {
  const answers = [];
  for (let signIn = 0; signIn < 30; signIn++) answers.push(await login());
  expect(answers.map(({ status }) => status)).toEqual([...Array(29).fill(200), 429]);
  const [last] = answers.slice(-1);
  expect(last?.json.detail).toMatch(/^Too many sign-ins; try again in \d+ s\.$/);
}, 30_000);

it('clear what the browser keeps when they are left, but no cookies, which other ports share', async () => {
  const answer = await post('logout');
  expect(answer.headers['clear-site-data']).toBe('"cache", "storage"');
});

describe('the end for being idle', () => {
  const timesOf = async () =>
    (
      await server.database.pool.query<{ idle: number; rest: number; unused: number }>(
        `SELECT extract(epoch FROM "expiresAt" - clock_timestamp())::float8 * 1000 AS idle,
           extract(epoch FROM "endsAt" - clock_timestamp())::float8 * 1000 AS rest,
           extract(epoch FROM clock_timestamp() - "lastUsedAt")::float8 * 1000 AS unused
         FROM "Session" WHERE id = $1`,
        [ada.sessionId],
      )
    ).rows[0];
  const pass = (ms: number) =>
    server.database.pool.query(
      `UPDATE "Session" SET "expiresAt" = "expiresAt" - $2 * interval '1 ms', "endsAt" = "endsAt" - $2 * interval '1 ms',
         "lastUsedAt" = "lastUsedAt" - $2 * interval '1 ms' WHERE id = $1`,
      [ada.sessionId, ms],
    );

  it('comes without any call, and is extended by each', async () => {
    await pass(IDLE_MS - 5_000);
    expect(await isSignedIn(ada)).toBe(true);
    await vi.waitFor(async () => expect((await timesOf())?.idle).toBeGreaterThan(IDLE_MS - 5_000));
    await pass(IDLE_MS + 1);
    expect(await isSignedIn(ada)).toBe(false);
  });

  it('is never extended beyond seven days', async () => {
    await pass(IDLE_MS - 5_000);
    await server.database.pool.query(
      `UPDATE "Session" SET "endsAt" = clock_timestamp() + interval '10 s' WHERE id = $1`,
      [ada.sessionId],
    );
    await isSignedIn(ada);
    await vi.waitFor(async () => expect((await timesOf())?.unused).toBeLessThan(5_000));
    expect((await timesOf())?.idle).toBeLessThan(10_001);
  });

  it('is not extended by an open socket, which is checked repeatedly', async () => {
    await pass(IDLE_MS - 60_000);
    const request = { headers: { cookie: ada.cookie }, socket: {} };
    expect(
      await server.sessions.authenticate(request as Parameters<typeof server.sessions.authenticate>[0]),
    ).toBeTruthy();
    // What would put it off is not waited for: another call that does stands for it.
    expect((await timesOf())?.idle).toBeLessThan(61_000);
  });
});

describe('a password that another person chose', () => {
  const GIVEN = 'given by an admin';
  beforeEach(async () => {
    const { email } = ada;
    await upsertAccount(server.database.pool, { email, password: GIVEN, role: 'ADMIN' }, { mustChangePassword: true });
    const answer = await login({}, GIVEN);
    ada = { ...ada, cookie: answer.headers['set-cookie']?.[0]?.split(';')[0] ?? '' };
  });

  it('lets its owner do nothing but change it or sign out', async () => {
    const refused = [
      await as(ada, { path: '/api/admin/jobs/history' }),
      await as(ada, { path: '/api/auth/sessions' }),
      await as(ada, { path: '/metrics' }),
      await as(ada, { method: 'POST', path: '/api/admin/jobs/enqueue', body: { jobName: 'echo' } }),
    ];
    expect(refused.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
    expect(refused.map(problemCode)).toEqual(Array(4).fill('PENDING_STEP'));
    expect((await as(ada, { path: '/api/auth/me' })).json).toMatchObject({
      pending: ['changePassword'],
      permissions: [],
    });
    expect((await post('logout')).status).toBe(200);
  });

  it('is changed, and everything is as ever', async () => {
    const body = { currentPassword: GIVEN, newPassword: 'one of my own, long' };
    expect((await post('password', body)).status).toBe(200);
    expect((await as(ada, { path: '/api/admin/jobs/history' })).status).toBe(200);
    expect((await as(ada, { path: '/api/auth/me' })).json).toMatchObject({ pending: [] });
  });

  it('no longer signs in after seven days, and does again once another one is set', async () => {
    const { pool } = server.database;
    const pass = (days: number) =>
      pool.query(`UPDATE "User" SET "passwordExpiresAt" = "passwordExpiresAt" - $1 * interval '1 day'`, [days]);
    await pass(6.9);
    expect((await login({}, GIVEN)).status).toBe(200);
    await pass(0.2);
    expect(problemCode(await login({}, 'not it at all'))).toBe('WRONG_CREDENTIALS');
    for (const path of ['login', 'token']) {
      const body = { email: ada.email, password: GIVEN };
      const refused = await send(server.url, {
        ...{ method: 'POST', path: `/api/auth/${path}`, body },
        headers: { origin: server.url },
      });
      expect([refused.status, problemCode(refused)]).toEqual([401, 'PASSWORD_EXPIRED']);
      expect(refused.json.detail).toMatch(/SUPER_ADMIN sets a new one under Users.*admin:create/);
    }
    const boss = await server.signIn('SUPER_ADMIN', 'boss');
    const reset = await as(boss, { method: 'POST', path: `/api/admin/users/${ada.id}/reset-password`, body: {} });
    const answer = await login({}, reset.json.password);
    ada = { ...ada, cookie: answer.headers['set-cookie']?.[0]?.split(';')[0] ?? '' };
    const own = { currentPassword: reset.json.password, newPassword: 'one of my own, long' };
    expect((await post('password', own)).status).toBe(200);
    await pass(8);
    expect((await login({}, own.newPassword)).status).toBe(200);
  });
});

describe('a lock by wrong passwords', () => {
  let boss: TestUser;
  beforeEach(async () => {
    boss = await server.signIn('SUPER_ADMIN', 'boss');
    for (let guess = 0; guess < 11; guess++) await login({}, 'not it at all');
    expect(problemCode(await login())).toBe('TOO_MANY_ATTEMPTS');
  });
  const byBoss = (verb: string, body: object = {}) =>
    as(boss, { method: 'POST', path: `/api/admin/users/${ada.id}/${verb}`, body });

  it('is lifted by a password reset', async () => {
    const { json } = await byBoss('reset-password');
    const answer = await login({}, json.password);
    const cookie = answer.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    expect((await as({ cookie }, { path: '/api/auth/me' })).json.pending).toEqual(['changePassword']);
  });

  it('is lifted by enabling', async () => {
    await byBoss('disable');
    await byBoss('enable');
    expect((await login()).status).toBe(200);
  });

  it('is lifted by another process that writes the account', async () => {
    await upsertAccount(server.database.pool, { email: ada.email, password: PASSWORD, role: 'ADMIN' });
    expect((await login()).status).toBe(200);
  });
});

it('of strangers keep no person out of where they signed in from, and strangers stay out', async () => {
  await signInFrom('At home', '198.51.100.7');
  const guess = (ip: string, password = 'not it at all') =>
    server.sessions.signIn({ email: ada.email, password }, { ip, userAgent: null });
  const outcomes = [];
  for (let n = 0; n < 60; n++) outcomes.push(await guess(`203.0.113.${n}`).catch((error) => error.constructor.name));
  expect(outcomes.filter((name) => name === 'SignInRefused')).toHaveLength(30);
  await expect(guess('203.0.113.99', PASSWORD)).rejects.toThrow('Too many wrong passwords');
  await expect(guess('198.51.100.7', PASSWORD)).resolves.toBeTruthy();
});
