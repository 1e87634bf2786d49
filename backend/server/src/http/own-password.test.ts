import { findAccount } from '@job-manager/engine/store/accounts';
import { beginSession } from '@job-manager/engine/store/sessions';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { TooManyAttempts } from '../auth/attempts.js';
import { PASSWORD } from '../testing/account.js';
import { signInBrowser, startTestServer, type TestServer, type TestUser } from '../testing/http-test-kit.js';
import { problemCode, type Sent, send } from '../testing/request-test-kit.js';

let server: TestServer;
let ada: TestUser;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());
/** A new person each time, so that guesses of one test don't count in another. */
beforeEach(async () => {
  ada = await server.signIn('USER', crypto.randomUUID());
});

const NEW = 'a new one, long enough';
const change = (body: object, headers: Sent['headers'] = { cookie: ada.cookie, origin: server.url }) =>
  send(server.url, { method: 'POST', path: '/api/auth/password', body, headers });
const toNew = (currentPassword = PASSWORD) => change({ currentPassword, newPassword: NEW });
const isSignedIn = async (cookie: string) =>
  (await send(server.url, { path: '/api/auth/me', headers: { cookie } })).status === 200;
const signIn = (password: string) => signInBrowser(server.sessions, { email: ada.email, password });
const audited = () => server.database.db.auditEvent.findMany({ where: { actorId: ada.id }, orderBy: { id: 'asc' } });

it('counts at once, and the old one no longer', async () => {
  const answer = await toNew();
  expect([answer.status, answer.json]).toEqual([200, { ok: true }]);
  await expect(signIn(PASSWORD)).rejects.toThrow();
  await expect(signIn(NEW)).resolves.toMatchObject({ user: { id: ada.id } });
});

it('ends every other session, and this one goes on', async () => {
  const elsewhere = `jm_session=${(await signIn(PASSWORD)).token}`;
  expect(await isSignedIn(elsewhere)).toBe(true);
  await toNew();
  expect(await isSignedIn(elsewhere)).toBe(false);
  expect(await isSignedIn(ada.cookie)).toBe(true);
});

it('is written down without any password', async () => {
  await toNew();
  const events = await audited();
  expect(events.at(-1)).toMatchObject({
    action: 'account.change-password',
    target: ada.email,
    details: { sessionsEnded: 0 },
    ip: '127.0.0.1',
  });
  expect(JSON.stringify(events, (_key, value) => (typeof value === 'bigint' ? String(value) : value))).not.toMatch(
    /argon2|correct horse|a new one/,
  );
});

it('takes the current one, and names the field that is wrong with another status than a lost session', async () => {
  const answer = await toNew('not the current one');
  expect(problemCode(answer)).toBe('WRONG_PASSWORD');
  expect([answer.status, answer.json.field]).toEqual([400, 'currentPassword']);
  expect(await isSignedIn(ada.cookie)).toBe(true);
  expect((await audited()).at(-1)).toMatchObject({ action: 'session.refused', target: 'current password' });
  await expect(signIn(PASSWORD)).resolves.toBeTruthy();
});

it('must be another one', async () => {
  const answer = await change({ currentPassword: PASSWORD, newPassword: PASSWORD });
  expect(problemCode(answer)).toBe('INVALID_INPUT');
  expect(answer.json.field).toBe('newPassword');
});

it.each(['short', 'x'.repeat(201)])('must not be %j', async (newPassword) => {
  const answer = await change({ currentPassword: PASSWORD, newPassword });
  expect([problemCode(answer), answer.json.field]).toEqual(['INVALID_INPUT', 'newPassword']);
});

it.each(['password1', '12345678', '        ', 'Job-Manager', 'example.com'])(
  'must not be the guessable %j',
  async (newPassword) => {
    const answer = await change({ currentPassword: PASSWORD, newPassword });
    expect([problemCode(answer), answer.json.field]).toEqual(['INVALID_INPUT', 'newPassword']);
    expect(answer.json.issues).toEqual([{ path: 'newPassword', message: expect.stringMatching(/^(is|repeats) /) }]);
  },
);

it('can be changed while strangers have locked the sign-in', async () => {
  const guess = () =>
    server.sessions.signIn({ email: ada.email, password: 'a guess' }, { ip: '203.0.113.9', userAgent: null });
  for (let guesses = 0; guesses < 11; guesses++) await guess().catch(() => {});
  await expect(guess()).rejects.toThrow(TooManyAttempts);
  expect((await toNew()).status).toBe(200);
});

it('clears what the browser keeps of pages, and no cookies, which other ports share', async () => {
  expect((await toNew()).headers['clear-site-data']).toBe('"cache"');
});

it('stops a guesser who found the panel open', async () => {
  for (let guess = 0; guess < 10; guess++) expect(problemCode(await toNew('a guess'))).toBe('WRONG_PASSWORD');
  const answer = await toNew();
  expect(problemCode(answer)).toBe('TOO_MANY_ATTEMPTS');
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(800);
  await expect(signIn(PASSWORD)).resolves.toBeTruthy();
});

it('ends sessions, too, that begin while it changes', async () => {
  const { pool } = server.database;
  const query = pool.query.bind(pool) as (...args: unknown[]) => Promise<unknown>;
  let begun: { token: string } | undefined;
  // The moment between reading the account and writing: a person signs in with the old password.
  pool.query = (async (text: unknown, ...rest: unknown[]) => {
    if (!begun && String(text).includes('account.change-password')) begun = await signIn(PASSWORD);
    return query(text, ...rest);
  }) as typeof pool.query;
  const answer = await toNew().finally(() => {
    pool.query = query as typeof pool.query;
  });
  expect(answer.status).toBe(200);
  expect(await isSignedIn(`jm_session=${begun?.token}`)).toBe(false);
  expect(await isSignedIn(ada.cookie)).toBe(true);
});

it('lets no person in whose old password was checked just before it changed', async () => {
  const { pool } = server.database;
  const before = await findAccount(pool, ada.email);
  if (!before) throw new Error('no account');
  await toNew();
  expect(await beginSession(pool, before, 60_000, { ip: null, userAgent: null })).toBeNull();
});

it('is for people, not for programs, and not for those who are out', async () => {
  expect(problemCode(await change({}, {}))).toBe('SIGNED_OUT');
  await server.database.pool.query('UPDATE "User" SET "disabledAt" = clock_timestamp() WHERE id = $1', [ada.id]);
  expect(problemCode(await toNew())).toBe('SIGNED_OUT');
});
