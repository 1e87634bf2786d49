import type { Account } from '@job-manager/shared/contract/users';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PASSWORD } from '../testing/account.js';
import { startTestServer, type TestServer, type TestUser } from '../testing/http-test-kit.js';
import { problemCode, type Sent, send } from '../testing/request-test-kit.js';

let server: TestServer;
let boss: TestUser;
let ada: TestUser;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
  await server.database.pool.query('DELETE FROM "User"');
  boss = await server.signIn('SUPER_ADMIN', 'boss');
  ada = await server.signIn('ADMIN', 'ada');
});

const as = (user: TestUser, sent: Sent) =>
  send(server.url, { ...sent, headers: { authorization: `Bearer ${user.token}`, 'user-agent': 'the panel' } });
const list = async (query = '') => (await as(boss, { path: `/api/admin/users${query}` })).json;
const emails = async (query: string) => (await list(query)).users.map((user: Account) => user.email);
const create = (body: object) => as(boss, { method: 'POST', path: '/api/admin/users', body });
const change = (userId: number, verb: string, body: object = {}, by = boss) =>
  as(by, { method: 'POST', path: `/api/admin/users/${userId}/${verb}`, body });
const login = (email: string, password: string) =>
  send(server.url, { method: 'POST', path: '/api/auth/token', body: { email, password } });
const isSignedIn = async ({ token }: TestUser) =>
  (await send(server.url, { path: '/api/auth/me', headers: { authorization: `Bearer ${token}` } })).status === 200;
/** What the log records of changes to accounts since the test began, the accounts' own making left out. */
const audited = async () =>
  (
    await server.database.pool.query(
      `SELECT * FROM "AuditEvent" WHERE "actorId" = $1 AND action LIKE 'account.%' ORDER BY id`,
      [boss.id],
    )
  ).rows;

describe('the list', () => {
  it('shows operators, the highest role first, then by address, the disabled among them', async () => {
    await server.signIn('ADMIN', 'zoe');
    await server.signIn('SUPER_ADMIN', 'anna');
    await server.database.db.user.create({ data: { email: 'member@example.com' } });
    await change(ada.id, 'disable');
    const { users, total } = await list();
    expect(total).toBe(4);
    expect(users.map((user: Account) => user.email)).toEqual([
      'anna@example.com',
      'boss@example.com',
      'ada@example.com',
      'zoe@example.com',
    ]);
    expect(users[2]).toMatchObject({ disabledAt: expect.any(String), canSignIn: true, sessions: 0 });
    expect(users[1]).toMatchObject({ disabledAt: null, lastSignInAt: expect.any(String), sessions: 1 });
  });

  it('lists members on request, and who of them has no password', async () => {
    await server.database.db.user.create({ data: { email: 'member@example.com' } });
    expect((await list('?role=USER')).users).toMatchObject([
      { email: 'member@example.com', canSignIn: false, lastSignInAt: null, sessions: 0 },
    ]);
  });

  it('finds a part of an address as it stands, also with special characters of LIKE', async () => {
    await server.signIn('ADMIN', 'under_score');
    await server.signIn('ADMIN', 'underXscore');
    expect(await emails('?search=R_S')).toEqual(['under_score@example.com']);
    expect(await emails('?search=%25')).toEqual([]);
    expect(await emails('?search=%5C')).toEqual([]);
    expect(await emails('?search=UNDER')).toHaveLength(2);
  });

  it('comes in pages with the total of all', async () => {
    for (const name of ['p1', 'p2', 'p3']) await server.signIn('ADMIN', name);
    const page = await list('?search=example&role=ADMIN&page=2&pageSize=3');
    expect(page).toMatchObject({ total: 4, page: 2, pageSize: 3, users: [{ email: 'p3@example.com' }] });
    expect((await list('?page=1000000&pageSize=200')).users).toEqual([]);
  });

  it('counts sessions that go on, not those whose time is over', async () => {
    await server.signIn('ADMIN', 'ada');
    await server.sessions.signIn({ email: ada.email, password: PASSWORD }, { ip: null, userAgent: null });
    await server.database.pool.query(
      `UPDATE "Session" SET "expiresAt" = clock_timestamp() - interval '1 s' WHERE id =
         (SELECT id FROM "Session" WHERE "userId" = $1 LIMIT 1)`,
      [ada.id],
    );
    expect((await list('?search=ada')).users[0].sessions).toBe(1);
  });
});

describe('creating an account', () => {
  it('returns a generated password once, and it signs in', async () => {
    const answer = await create({ email: ' New@Example.com', role: 'ADMIN' });
    expect(answer.status).toBe(201);
    const { account, password } = answer.json;
    expect(account).toMatchObject({ email: 'new@example.com', role: 'ADMIN', canSignIn: true, lastSignInAt: null });
    expect(password).toMatch(/^[a-hj-km-np-z2-9-]{20,}$/);
    expect((await login('new@example.com', password)).status).toBe(200);
    expect((await create({ email: 'other@example.com', role: 'ADMIN' })).json.password).not.toBe(password);
  });

  it('takes a chosen password without telling it again', async () => {
    const answer = await create({ email: 'new@example.com', role: 'SUPER_ADMIN', password: 'chosen by boss' });
    expect(answer.json.password).toBeNull();
    const { token } = (await login('new@example.com', 'chosen by boss')).json;
    const me = await send(server.url, { path: '/api/auth/me', headers: { authorization: `Bearer ${token}` } });
    expect(me.json.pending).toEqual(['changePassword']);
  });

  it('refuses an address that is taken, by members too, and changes nothing about them', async () => {
    await server.database.db.user.create({ data: { email: 'member@example.com' } });
    for (const email of ['ada@example.com', 'member@example.com']) {
      const answer = await create({ email, role: 'SUPER_ADMIN', password: 'taking it over' });
      expect(problemCode(answer)).toBe('EMAIL_TAKEN');
      expect(answer.json).toMatchObject({ field: 'email', detail: expect.stringMatching(/change its role/i) });
      expect((await login(email, 'taking it over')).status).toBe(401);
    }
    expect(await isSignedIn(ada)).toBe(true);
  });

  it('creates people of every role that there is', async () => {
    const { json, status } = await create({ email: 'member@example.com', role: 'USER' });
    expect([status, json.account.role]).toEqual([201, 'USER']);
  });

  it.each([
    { email: 'unknown', role: 'ADMIN' },
    { email: 'a@example.com', role: 'OWNER' },
    { email: 'a@example.com', role: 'ADMIN', password: 'short' },
    { email: 'a@example.com', role: 'ADMIN', password: 'password1' },
    { email: 'grace.hopper@example.com', role: 'ADMIN', password: 'gracehopper' },
    { email: `${'a'.repeat(250)}@example.com`, role: 'ADMIN' },
  ])('refuses %j', async (body) => {
    expect(problemCode(await create(body))).toBe('INVALID_INPUT');
  });
});

describe('changing a role', () => {
  it('counts from the next call on', async () => {
    const answer = await change(ada.id, 'role', { role: 'USER' });
    expect(answer.json.account).toMatchObject({ role: 'USER', sessions: 1 });
    expect(problemCode(await as(ada, { path: '/api/admin/jobs/active' }))).toBe('FORBIDDEN');
    await change(ada.id, 'role', { role: 'SUPER_ADMIN' });
    expect((await as(ada, { path: '/api/admin/users' })).status).toBe(200);
  });

  it('is written down with the role before and after, and not at all when it was so already', async () => {
    await change(ada.id, 'role', { role: 'SUPER_ADMIN' });
    expect((await change(ada.id, 'role', { role: 'SUPER_ADMIN' })).status).toBe(200);
    expect(await audited()).toMatchObject([
      {
        action: 'account.change-role',
        actorEmail: 'boss@example.com',
        target: 'ada@example.com',
        details: { userId: ada.id, from: 'ADMIN', to: 'SUPER_ADMIN' },
        ip: '127.0.0.1',
        userAgent: 'the panel',
      },
    ]);
  });
});

describe('disabling an account', () => {
  it('ends the sessions, refuses the password like a wrong one, and notes that', async () => {
    const answer = await change(ada.id, 'disable');
    expect(answer.json.account).toMatchObject({ disabledAt: expect.any(String), sessions: 0, canSignIn: true });
    expect(await isSignedIn(ada)).toBe(false);
    const refused = await login(ada.email, PASSWORD);
    const wrong = await login(ada.email, 'not the password');
    expect(problemCode(refused)).toBe('WRONG_CREDENTIALS');
    expect(refused.text).toBe(wrong.text);
    const noted = await server.database.db.auditEvent.findMany({
      where: { action: 'session.refused', actorEmail: ada.email },
    });
    expect(noted.length).toBeGreaterThanOrEqual(2);
    expect(await audited()).toMatchObject([{ action: 'account.disable', details: { sessionsEnded: 1 } }]);
  });

  it.each(['disable', 'role'])(
    'names the API tokens they made, which go on, and ends them on request (%s)',
    async (verb) => {
      const lead = await server.signIn('SUPER_ADMIN', 'lead');
      const making = { method: 'POST', path: '/api/admin/tokens', body: { name: 'nightly', permissions: ['view'] } };
      const { token, apiToken } = (await as(lead, making)).json;
      const works = async () => (await as({ ...ada, token }, { path: '/api/admin/jobs/active' })).status === 200;
      const less = verb === 'role' ? { role: 'USER' } : {};
      expect((await change(lead.id, verb, less)).json).toMatchObject({
        tokens: [{ id: apiToken.id }],
        revokedTokens: [],
      });
      expect(await works()).toBe(true);
      const { json } = await change(lead.id, verb, { ...less, revokeTokens: true });
      expect(json).toMatchObject({ tokens: [], revokedTokens: [{ id: apiToken.id, revokedBy: { id: boss.id } }] });
      expect(await works()).toBe(false);
      const noted = await server.database.pool.query(
        `SELECT target FROM "AuditEvent" WHERE "actorId" = $1 AND action = 'token.revoke'`,
        [boss.id],
      );
      expect(noted.rows).toEqual([{ target: 'nightly' }]);
    },
  );

  it('counts even where a session is left over in the database', async () => {
    await server.database.pool.query(`UPDATE "User" SET "disabledAt" = clock_timestamp() WHERE id = $1`, [ada.id]);
    expect(await isSignedIn(ada)).toBe(false);
  });

  it('is over when they are let in again, with the password they had', async () => {
    await change(ada.id, 'disable');
    await change(ada.id, 'disable');
    expect((await change(ada.id, 'enable')).json.account.disabledAt).toBeNull();
    await change(ada.id, 'enable');
    expect(await isSignedIn(ada)).toBe(false);
    expect((await login(ada.email, PASSWORD)).status).toBe(200);
    expect((await audited()).map((event) => event.action)).toEqual(['account.disable', 'account.enable']);
  });
});

describe('a new password', () => {
  it('is returned once, works alone, and ends all sessions', async () => {
    const { account, password } = (await change(ada.id, 'reset-password')).json;
    expect(account.sessions).toBe(0);
    expect(await isSignedIn(ada)).toBe(false);
    expect((await login(ada.email, PASSWORD)).status).toBe(401);
    expect((await login(ada.email, password)).status).toBe(200);
  });

  it('lets a member in who never had one', async () => {
    const { id } = await server.database.db.user.create({ data: { email: 'member@example.com' } });
    const answer = await change(id, 'reset-password', { password: 'chosen by boss' });
    expect(answer.json).toMatchObject({ password: null, account: { canSignIn: true } });
    expect((await login('member@example.com', 'chosen by boss')).status).toBe(200);
  });

  it('is not in the log, nor is its hash', async () => {
    const { password } = (await change(ada.id, 'reset-password')).json;
    const text = JSON.stringify(await audited());
    expect(text).toContain('account.reset-password');
    expect(text).not.toContain(password);
    expect(text).not.toContain('argon2');
  });
});

it('signs a person out everywhere, who may come back with the same password', async () => {
  const answer = await change(ada.id, 'sign-out');
  expect(answer.json.account.sessions).toBe(0);
  expect(await isSignedIn(ada)).toBe(false);
  expect((await login(ada.email, PASSWORD)).status).toBe(200);
  expect(await audited()).toMatchObject([{ action: 'account.sign-out-everywhere', details: { sessionsEnded: 1 } }]);
});

const bodyOf = (verb: string) => (verb === 'role' ? { role: 'ADMIN' } : {});

it.each(['role', 'disable', 'enable', 'reset-password', 'sign-out'])('does not %s an unknown account', async (verb) => {
  expect(problemCode(await change(2_147_483_647, verb, bodyOf(verb)))).toBe('UNKNOWN_ACCOUNT');
  expect(problemCode(await change(2_147_483_648, verb, bodyOf(verb)))).toBe('INVALID_INPUT');
});

it.each(['role', 'disable', 'reset-password'])('lets no person %s themselves', async (verb) => {
  const answer = await change(boss.id, verb, bodyOf(verb));
  expect(problemCode(answer)).toBe('NOT_ALLOWED');
  expect(await isSignedIn(boss)).toBe(true);
  expect(await audited()).toEqual([]);
});
