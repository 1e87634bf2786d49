import { contract } from '@job-manager/shared/contract/index';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSessions } from '../auth/sessions.js';
import { callOf, expectGate } from '../testing/access-test-kit.js';
import { PASSWORD } from '../testing/account.js';
import { startTestServer, type TestServer, type TestUser } from '../testing/http-test-kit.js';
import { refusal } from '../testing/identities-test-kit.js';
import { type Answer, problemCode, type Sent, send } from '../testing/request-test-kit.js';
import { codeOf, type SetUpFactor, setUpFactor } from '../testing/second-factor-test-kit.js';
import { listRoutes } from './routes.js';

let server: TestServer;
let ada: TestUser;
beforeAll(async () => {
  server = await startTestServer({ env: { SECOND_FACTOR_FOR: 'SUPER_ADMIN' } });
});
afterAll(() => server.stop());
/** A new person each time, so that wrong codes of one test don't count in another. */
beforeEach(async () => {
  ada = await server.signIn('ADMIN', crypto.randomUUID());
});

const post = (path: string, body: object, headers: Sent['headers'] = {}) =>
  send(server.url, { method: 'POST', path, body, headers: { origin: server.url, ...headers } });
const bearer = ({ token }: { token: string }) => ({ authorization: `Bearer ${token}` });
const own = (name: string, body: object, user = ada) => post(`/api/auth/second-factor/${name}`, body, bearer(user));
const state = async (user = ada) =>
  (await send(server.url, { path: '/api/auth/second-factor', headers: bearer(user) })).json;
const isSignedIn = async (token: string) =>
  (await send(server.url, { path: '/api/auth/me', headers: bearer({ token }) })).status === 200;
const query = (text: string) => server.database.pool.query(text, [ada.id]);
const audited = async () => {
  const events = await query(
    `SELECT action, "actorEmail", target, details, ip FROM "AuditEvent" WHERE "actorId" = $1 ORDER BY id`,
  );
  return events.rows;
};

const typePassword = () => post('/api/auth/login', { email: ada.email, password: PASSWORD });
const cookieOf = (answer: Answer, name: string) =>
  answer.headers['set-cookie']?.find((cookie) => cookie.startsWith(`${name}=`))?.split(';')[0] ?? '';
const typeCode = (code: string, cookie: string) => post('/api/auth/login/code', { code }, { cookie });
/** Types the password, and then the code in the same browser. */
const signInWith = async (code: string) => typeCode(code, cookieOf(await typePassword(), 'jm_sign_in'));
const token = (more: object = {}) => post('/api/auth/token', { email: ada.email, password: PASSWORD, ...more });
const wrongCodeOf = ({ secret }: SetUpFactor) => {
  const right = [-2, -1, 0, 1, 2].map((steps) => codeOf(secret, steps));
  return ['000000', '111111', '222222', '333333', '444444', '555555'].find((code) => !right.includes(code)) ?? '';
};

describe('setting up', () => {
  it('takes a code of the app, and then shows ten recovery codes once', async () => {
    const begun = await own('begin', {});
    expect(begun.json.uri).toContain(`secret=${begun.json.secret}`);
    expect(await state()).toEqual({ since: null, recoveryCodes: 0, isDemanded: false });
    const wrong = await own('confirm', { code: '000000' });
    expect([problemCode(wrong), wrong.json.field]).toEqual(['WRONG_CODE', 'code']);
    const confirmed = await own('confirm', { code: codeOf(begun.json.secret).replace(/^.../, '$& ') });
    expect(new Set(confirmed.json.recoveryCodes).size).toBe(10);
    expect(await state()).toEqual({ since: expect.any(String), recoveryCodes: 10, isDemanded: false });
  });

  it('ends every other session, and leaves neither secret nor codes in the database or the log', async () => {
    const elsewhere = (await token()).json.token;
    const { secret, recoveryCodes } = await setUpFactor(server, ada);
    expect([await isSignedIn(elsewhere), await isSignedIn(ada.token)]).toEqual([false, true]);
    expect((await audited()).at(-1)).toMatchObject({ action: 'second-factor.set-up', details: { sessionsEnded: 1 } });
    const kept = await query(
      `SELECT encode(secret, 'escape') AS secret, "recoveryHashes" FROM "SecondFactor" WHERE "userId" = $1`,
    );
    const everything = JSON.stringify([kept.rows, await audited()]);
    for (const text of [secret, ...recoveryCodes, ...recoveryCodes.map((code) => code.replace('-', ''))])
      expect(everything).not.toContain(text);
  });

  it('requires the password some minutes after signing in', async () => {
    await query(`UPDATE "Session" SET "createdAt" = clock_timestamp() - interval '11 minutes' WHERE "userId" = $1`);
    const answer = await own('begin', {});
    expect([problemCode(answer), answer.json.field]).toEqual(['PASSWORD_NEEDED', 'currentPassword']);
    expect(problemCode(await own('begin', { currentPassword: 'not it' }))).toBe('WRONG_PASSWORD');
    expect((await own('begin', { currentPassword: PASSWORD })).status).toBe(200);
  });

  it('forgets a secret that was not confirmed in time, and replaces none that was', async () => {
    expect(problemCode(await own('confirm', { code: '000000' }))).toBe('NOT_ALLOWED');
    const { secret } = (await own('begin', {})).json;
    await query(
      `UPDATE "SecondFactor" SET "createdAt" = clock_timestamp() - interval '16 minutes' WHERE "userId" = $1`,
    );
    expect(problemCode(await own('confirm', { code: codeOf(secret) }))).toBe('NOT_ALLOWED');
    await setUpFactor(server, ada);
    expect(problemCode(await own('begin', {}))).toBe('NOT_ALLOWED');
  });
});

describe('a browser that signs in', () => {
  it('has no session before the code is right too', async () => {
    const factor = await setUpFactor(server, ada);
    const first = await typePassword();
    expect(first.json).toEqual({ user: null, codeNeeded: { expiresAt: expect.any(String) } });
    const challenge = cookieOf(first, 'jm_sign_in');
    expect(first.headers['set-cookie']).toEqual([
      expect.stringMatching(/^jm_sign_in=[\w-]+; Max-Age=300; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict$/),
    ]);
    const value = challenge.split('=')[1] ?? '';
    expect(await isSignedIn(value)).toBe(false);
    expect((await send(server.url, { path: '/api/auth/me', headers: { cookie: `jm_session=${value}` } })).status).toBe(
      401,
    );
    const second = await typeCode(await factor.freshCode(), challenge);
    expect(second.json.user).toMatchObject({ id: ada.id, email: ada.email });
    const me = { path: '/api/auth/me', headers: { cookie: cookieOf(second, 'jm_session') } };
    expect((await send(server.url, me)).status).toBe(200);
    expect(problemCode(await typeCode(await factor.freshCode(), challenge))).toBe('SIGN_IN_ENDED');
  });

  it('must be the one that typed the password, and a page of ours', async () => {
    const factor = await setUpFactor(server, ada);
    const challenge = cookieOf(await typePassword(), 'jm_sign_in');
    const code = await factor.freshCode();
    expect(problemCode(await post('/api/auth/login/code', { code }))).toBe('SIGN_IN_ENDED');
    expect(problemCode(await typeCode(code, 'jm_sign_in=made-up'))).toBe('SIGN_IN_ENDED');
    const foreign = { cookie: challenge, origin: 'https://evil.example' };
    expect(problemCode(await post('/api/auth/login/code', { code }, foreign))).toBe('FOREIGN_ORIGIN');
    expect((await typeCode(code, challenge)).status).toBe(200);
  });

  it('can use a code once, and none of before', async () => {
    const factor = await setUpFactor(server, ada);
    expect(problemCode(await signInWith(factor.usedCode))).toBe('SIGN_IN_CODE_WRONG');
    const code = await factor.freshCode();
    const answers = await Promise.all([signInWith(code), signInWith(code)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401]);
  });

  it('has five codes per password, however fast they come', async () => {
    const factor = await setUpFactor(server, ada);
    const challenge = cookieOf(await typePassword(), 'jm_sign_in');
    const guesses = await Promise.all(Array.from({ length: 7 }, () => typeCode(wrongCodeOf(factor), challenge)));
    const codes = guesses.map(problemCode);
    expect(codes.filter((code) => code === 'SIGN_IN_CODE_WRONG')).toHaveLength(5);
    expect(codes.filter((code) => code === 'SIGN_IN_ENDED')).toHaveLength(2);
    expect(problemCode(await typeCode(await factor.freshCode(), challenge))).toBe('SIGN_IN_ENDED');
    expect((await audited()).filter(({ action }) => action === 'second-factor.refused')).toHaveLength(5);
  });

  it('guesses passwords and codes out of one purse, which the right password alone does not fill', async () => {
    const factor = await setUpFactor(server, ada);
    for (let guess = 0; guess < 10; guess++)
      expect(problemCode(await signInWith(wrongCodeOf(factor)))).toBe('SIGN_IN_CODE_WRONG');
    expect(problemCode(await typePassword())).toBe('TOO_MANY_ATTEMPTS');
  });

  it('waits five minutes for the code, and not beyond a new password or being disabled', async () => {
    const factor = await setUpFactor(server, ada);
    const late = cookieOf(await typePassword(), 'jm_sign_in');
    await query(`UPDATE "PendingSignIn" SET "expiresAt" = clock_timestamp() WHERE "userId" = $1`);
    expect(problemCode(await typeCode(await factor.freshCode(), late))).toBe('SIGN_IN_ENDED');
    const changed = cookieOf(await typePassword(), 'jm_sign_in');
    const disabled = cookieOf(await typePassword(), 'jm_sign_in');
    await query(`UPDATE "User" SET "disabledAt" = clock_timestamp() WHERE id = $1`);
    expect(problemCode(await typeCode(await factor.freshCode(), disabled))).toBe('WRONG_CREDENTIALS');
    expect(problemCode(await typePassword())).toBe('WRONG_CREDENTIALS');
    await query(`UPDATE "User" SET "disabledAt" = NULL, "passwordHash" = 'x' WHERE id = $1`);
    expect(problemCode(await typeCode(await factor.freshCode(), changed))).toBe('WRONG_CREDENTIALS');
  });

  it('learns nothing about the second factor from a wrong password', async () => {
    const without = await post('/api/auth/login', { email: ada.email, password: 'wrong' });
    await setUpFactor(server, ada);
    const having = await post('/api/auth/login', { email: ada.email, password: 'wrong' });
    expect(having.text).toBe(without.text);
    expect(problemCode(await token({ password: 'wrong', code: '000000' }))).toBe('WRONG_CREDENTIALS');
  });
});

it('stops guessing at one account after twenty codes in a day, from wherever, until its sessions are ended', async () => {
  const factor = await setUpFactor(server, ada);
  await query(`UPDATE "SecondFactor" SET tries = 19 WHERE "userId" = $1`);
  expect(problemCode(await signInWith(wrongCodeOf(factor)))).toBe('SIGN_IN_CODE_WRONG');
  const blocked = await signInWith(await factor.freshCode());
  expect(problemCode(blocked)).toBe('TOO_MANY_ATTEMPTS');
  expect(Number(blocked.headers['retry-after'])).toBeGreaterThan(86_000);
  await query(`UPDATE "User" SET "tokenVersion" = "tokenVersion" + 1 WHERE id = $1`);
  expect((await signInWith(await factor.freshCode())).status).toBe(200);
});

it('takes the code of a program in the same call, and answers that one is needed', async () => {
  const factor = await setUpFactor(server, ada);
  const without = await token();
  expect([problemCode(without), without.json.field]).toEqual(['CODE_NEEDED', 'code']);
  expect(problemCode(await token({ code: wrongCodeOf(factor) }))).toBe('SIGN_IN_CODE_WRONG');
  const answer = await token({ code: await factor.freshCode() });
  expect(await isSignedIn(answer.json.token)).toBe(true);
});

describe('a recovery code', () => {
  it('stands in for the app once, in any spelling, and each use is noted', async () => {
    const { recoveryCodes } = await setUpFactor(server, ada);
    const [first = '', second = ''] = recoveryCodes;
    expect((await signInWith(` ${first.toUpperCase().replace('-', ' ')} `)).status).toBe(200);
    expect(problemCode(await signInWith(first))).toBe('SIGN_IN_CODE_WRONG');
    const answers = await Promise.all([signInWith(second), signInWith(second)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401]);
    expect(await state()).toMatchObject({ recoveryCodes: 8 });
    const used = (await audited()).filter(({ action }) => action === 'second-factor.use-recovery-code');
    expect(used.map(({ details }) => details)).toEqual([{ left: 9 }, { left: 8 }]);
  });

  it('is worth nothing once there are new ones, which take a code or the password', async () => {
    const { recoveryCodes } = await setUpFactor(server, ada);
    expect(problemCode(await own('recovery-codes', {}))).toBe('INVALID_INPUT');
    expect(problemCode(await own('recovery-codes', { currentPassword: 'not it' }))).toBe('WRONG_PASSWORD');
    const renewed = await own('recovery-codes', { currentPassword: PASSWORD });
    expect(renewed.json.recoveryCodes).toHaveLength(10);
    expect(problemCode(await signInWith(recoveryCodes[0] ?? ''))).toBe('SIGN_IN_CODE_WRONG');
    expect((await signInWith(renewed.json.recoveryCodes[0])).status).toBe(200);
    expect((await audited()).some(({ action }) => action === 'second-factor.renew-recovery-codes')).toBe(true);
  });
});

describe('turning off', () => {
  it('takes a code or the password, and ends every other session', async () => {
    const factor = await setUpFactor(server, ada);
    const elsewhere = (await token({ code: await factor.freshCode() })).json.token;
    expect(problemCode(await own('turn-off', { code: wrongCodeOf(factor) }))).toBe('WRONG_CODE');
    expect((await own('turn-off', { currentPassword: PASSWORD })).json).toEqual({ ok: true });
    expect([await isSignedIn(elsewhere), await isSignedIn(ada.token)]).toEqual([false, true]);
    expect((await audited()).at(-1)).toMatchObject({ action: 'second-factor.turn-off', details: { sessionsEnded: 1 } });
    expect((await typePassword()).json.user).toMatchObject({ id: ada.id });
    expect(problemCode(await own('turn-off', { code: '000000' }))).toBe('NOT_ALLOWED');
  });

  it('takes a code of a SUPER_ADMIN, who removes the second factors of others', async () => {
    const boss = await server.signIn('SUPER_ADMIN', 'boss');
    const factor = await setUpFactor(server, boss);
    await setUpFactor(server, ada);
    const remove = (id: number) => post(`/api/admin/users/${id}/remove-second-factor`, {}, bearer(boss));
    expect(problemCode(await own('turn-off', { currentPassword: PASSWORD }, boss))).toBe('WRONG_CODE');
    expect(problemCode(await remove(boss.id))).toBe('NOT_ALLOWED');
    expect(problemCode(await remove(999_999))).toBe('UNKNOWN_ACCOUNT');
    const listed = await send(server.url, { path: `/api/admin/users?search=${ada.email}`, headers: bearer(boss) });
    expect(listed.json.users).toMatchObject([{ id: ada.id, secondFactor: true }]);
    expect((await remove(ada.id)).json.account).toMatchObject({ id: ada.id, secondFactor: false, sessions: 0 });
    expect(await isSignedIn(ada.token)).toBe(false);
    expect((await typePassword()).json.user).toMatchObject({ id: ada.id });
    expect((await own('turn-off', { code: await factor.freshCode() }, boss)).status).toBe(200);
    const me = await send(server.url, { path: '/api/auth/me', headers: bearer(boss) });
    expect(me.json.pending).toEqual(['setUpSecondFactor']);
  });
});

it('explains what to do when the secret of the server is another one, and still takes recovery codes', async () => {
  const { secret, recoveryCodes } = await setUpFactor(server, ada);
  const config = { ...server.config, JWT_SECRET: 'quite another secret, of more than 32 characters' };
  const elsewhere = await createSessions({ sql: server.database.pool, refusals: server.refusals, config });
  const from = { ip: null, userAgent: null };
  const credentials = { email: ada.email, password: PASSWORD };
  await expect(elsewhere.signIn({ ...credentials, code: codeOf(secret, 1) }, from)).rejects.toThrow(/secret/);
  await expect(elsewhere.signIn({ ...credentials, code: recoveryCodes[0] }, from)).resolves.toBeTruthy();
});

describe('a role that a second factor is demanded of', () => {
  it('can do nothing but what leads to one', async () => {
    const demanded = await server.signIn('SUPER_ADMIN', 'demanded');
    const headers = bearer(demanded);
    for (const route of listRoutes(contract)) {
      if (route.name === 'auth.logout') continue;
      expectGate(await send(server.url, { ...callOf(route), headers }), refusal(route, 'limited'));
    }
    const me = async () => (await send(server.url, { path: '/api/auth/me', headers })).json;
    expect(await me()).toMatchObject({ permissions: [], pending: ['setUpSecondFactor'] });
    await setUpFactor(server, demanded);
    expect(await me()).toMatchObject({ permissions: expect.arrayContaining(['manageUsers']), pending: [] });
    expect(await state(demanded)).toMatchObject({ isDemanded: true });
  });

  it('is not required of others', async () => {
    const me = await send(server.url, { path: '/api/auth/me', headers: bearer(ada) });
    expect(me.json).toMatchObject({ permissions: expect.arrayContaining(['view']), pending: [] });
  });
});
