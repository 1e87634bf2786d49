import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { jwtVerify } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAX_LISTED_OF_STRANGERS } from '../auth/refusals.js';
import { PASSWORD } from '../testing/account.js';
import { startTestServer, type TestServer } from '../testing/http-test-kit.js';
import { problemCode, type Sent, send } from '../testing/request-test-kit.js';

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
  await server.signIn('ADMIN');
});
afterEach(() => server.stop());

const EMAIL = 'admin@example.com';
const login = (body: object, headers: Sent['headers'] = {}, path = '/api/auth/login') =>
  send(server.url, { method: 'POST', path, body, headers: { origin: server.url, ...headers } });
const me = (headers: Sent['headers']) => send(server.url, { path: '/api/auth/me', headers });
const audit = async () => {
  const events = await server.database.pool.query(
    `SELECT * FROM "AuditEvent" WHERE action LIKE 'session.%' ORDER BY id`,
  );
  return events.rows;
};

describe('a browser', () => {
  it('gets a cookie that scripts and other sites cannot use, for seven days', async () => {
    const answer = await login({ email: EMAIL, password: PASSWORD });
    expect([answer.status, answer.json]).toEqual([
      200,
      { user: { id: expect.any(Number), email: EMAIL, role: 'ADMIN' } },
    ]);
    const [cookie = ''] = answer.headers['set-cookie'] ?? [];
    expect(cookie).toMatch(/^jm_session=[\w.-]+; Max-Age=604800; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict$/);
    const known = await me({ cookie: cookie.split(';')[0] ?? '' });
    expect(known.json.user).toEqual(answer.json.user);
  });

  it('may type its address in any case and with spaces around', async () => {
    expect((await login({ email: ' Admin@Example.COM ', password: PASSWORD })).status).toBe(200);
  });

  it('gets the same answer, whether the account or the password is wrong', async () => {
    const wrongPassword = await login({ email: EMAIL, password: 'wrong' });
    const unknownAccount = await login({ email: 'unknown@example.com', password: 'wrong' });
    expect(problemCode(wrongPassword)).toBe('WRONG_CREDENTIALS');
    expect(unknownAccount.text).toBe(wrongPassword.text);
    expect(wrongPassword.headers['set-cookie']).toBeUndefined();
  });

  it.each(['x\n=1+1', 'x\r', 'x\t=1', '\x1b]0;x', 'x\x9b', 'x\u2028', 'x\u202e'])(
    'is refused an address that is no line of text, which is not written down: %j',
    async (email) => {
      const before = (await audit()).length;
      expect((await login({ email, password: 'x' })).status).toBe(400);
      expect(await audit()).toHaveLength(before);
    },
  );

  it('cannot sign in to an account that never had a password', async () => {
    await server.database.db.user.create({ data: { email: 'member@example.com' } });
    expect(problemCode(await login({ email: 'member@example.com', password: PASSWORD }))).toBe('WRONG_CREDENTIALS');
  });

  it('signs out for good: the cookie goes, and a copy of it is worth nothing', async () => {
    const { cookie } = await server.signIn('ADMIN');
    const answer = await send(server.url, {
      method: 'POST',
      path: '/api/auth/logout',
      headers: { origin: server.url, cookie },
    });
    expect([answer.status, answer.json]).toEqual([200, { ok: true }]);
    expect(answer.headers['set-cookie']?.[0]).toMatch(/^jm_session=; Max-Age=0; Path=\//);
    expect(problemCode(await me({ cookie }))).toBe('SIGNED_OUT');
  });
});

describe('a program', () => {
  it('gets a token and no cookie', async () => {
    const answer = await send(server.url, {
      method: 'POST',
      path: '/api/auth/token',
      body: { email: EMAIL, password: PASSWORD },
    });
    expect(answer.status).toBe(200);
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(Date.parse(answer.json.expiresAt) - Date.now()).toBeGreaterThan(6.9 * 86_400_000);
    expect((await me({ authorization: `Bearer ${answer.json.token}` })).json.user.email).toBe(EMAIL);
    expect((await me({ authorization: `bearer ${answer.json.token}` })).status).toBe(200);
  });

  it('is not taken for the person of the cookie when its token is wrong', async () => {
    const { cookie } = await server.signIn('ADMIN');
    expect(problemCode(await me({ cookie, authorization: 'Bearer wrong' }))).toBe('SIGNED_OUT');
  });

  it('may stand behind a proxy that signs in by another scheme', async () => {
    const { cookie } = await server.signIn('ADMIN');
    expect((await me({ cookie, authorization: 'Basic dXNlcjpwYXNz' })).status).toBe(200);
  });
});

it('puts nothing in a token but the session it belongs to', async () => {
  const { token, id } = await server.signIn('ADMIN');
  const secret = await readFile(join(server.config.DATA_DIR, 'jwt-secret'), 'utf8');
  const { payload, protectedHeader } = await jwtVerify(token, new TextEncoder().encode(secret.trim()));
  expect(protectedHeader).toEqual({ alg: 'HS256', typ: 'session+jwt' });
  expect(Object.keys(payload).sort()).toEqual(['aud', 'exp', 'iss', 'sid', 'sub', 'ver']);
  expect(payload.sub).toBe(String(id));
});

it('keeps its key where only its owner can read it', async () => {
  expect((await stat(join(server.config.DATA_DIR, 'jwt-secret'))).mode & 0o777).toBe(0o600);
});

it('writes down who came, who went and who was turned away, and never the password', async () => {
  await login({ email: 'Unknown@example.com', password: 'a wrong one' }, { 'user-agent': 'Browser 1' });
  const answer = await login({ email: EMAIL, password: PASSWORD }, { 'user-agent': 'Browser 2' });
  const cookie = answer.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  const headers = { origin: server.url, cookie, 'user-agent': 'Browser 3' };
  await send(server.url, { method: 'POST', path: '/api/auth/logout', headers });
  const [, ...events] = await audit();
  expect(events).toMatchObject([
    {
      action: 'session.refused',
      actorId: null,
      actorEmail: 'unknown@example.com',
      ip: '127.0.0.1',
      userAgent: 'Browser 1',
    },
    { action: 'session.begin', actorEmail: EMAIL, ip: '127.0.0.1', userAgent: 'Browser 2' },
    { action: 'session.end', actorEmail: EMAIL, ip: '127.0.0.1', userAgent: 'Browser 3' },
  ]);
  expect(JSON.stringify(events)).not.toMatch(/a wrong one|correct horse/);
});

it('counts wrong passwords instead of listing them once strangers have been refused too often', async () => {
  for (let n = 0; n < MAX_LISTED_OF_STRANGERS; n++) {
    const entry = { actorId: null, actorEmail: null, action: 'access.denied', target: null, userAgent: null } as const;
    await server.refusals.record({ ...entry, ip: `192.0.2.${n}` });
  }
  const listed = (await audit()).length;
  expect(problemCode(await login({ email: 'unknown@example.com', password: 'a wrong one' }))).toBe('WRONG_CREDENTIALS');
  expect(await audit()).toHaveLength(listed);
  await server.refusals.flush();
  const counted = await server.database.pool.query(`SELECT details FROM "AuditEvent" WHERE details ? 'refusals'`);
  expect(counted.rows).toEqual([{ details: { refusals: 1, networks: 1, actions: ['session.refused'] } }]);
});

describe('guessing', () => {
  it('ends after ten wrong passwords for an account, the right one included, and answers when to retry', async () => {
    // At once, so that counting can't come too late.
    const guesses = await Promise.all(Array.from({ length: 14 }, () => login({ email: EMAIL, password: 'wrong' })));
    const codes = guesses.map(problemCode);
    expect(codes.filter((code) => code === 'WRONG_CREDENTIALS')).toHaveLength(10);
    expect(codes.filter((code) => code === 'TOO_MANY_ATTEMPTS')).toHaveLength(4);
    const right = await login({ email: EMAIL, password: PASSWORD });
    expect(problemCode(right)).toBe('TOO_MANY_ATTEMPTS');
    expect(right.json.retryable).toBe(true);
    expect(Number(right.headers['retry-after'])).toBeGreaterThan(800);
    expect(Number(right.headers['retry-after'])).toBeLessThanOrEqual(900);
    expect((await audit()).filter((event) => event.action === 'session.refused')).toHaveLength(10);
    // One entry when the limit begins, none for the guesses beyond it.
    const begun = await server.database.pool.query(`SELECT * FROM "AuditEvent" WHERE action = 'access.denied'`);
    expect(begun.rows).toMatchObject([
      { actorEmail: EMAIL, target: 'POST /api/auth/login', details: { reason: 'too many attempts' } },
    ]);
  });

  it('counts programs and browsers together', async () => {
    for (let guess = 0; guess < 5; guess++) await login({ email: EMAIL, password: 'wrong' });
    for (let guess = 0; guess < 5; guess++) await login({ email: EMAIL, password: 'wrong' }, {}, '/api/auth/token');
    expect(problemCode(await login({ email: EMAIL, password: PASSWORD }))).toBe('TOO_MANY_ATTEMPTS');
  });

  it('leaves other accounts alone', async () => {
    await server.signIn('SUPER_ADMIN');
    for (let guess = 0; guess < 11; guess++) await login({ email: EMAIL, password: 'wrong' });
    expect((await login({ email: 'super_admin@example.com', password: PASSWORD })).status).toBe(200);
  });

  it('is forgotten after the right password', async () => {
    for (let round = 0; round < 3; round++) {
      for (let guess = 0; guess < 6; guess++) await login({ email: EMAIL, password: 'wrong' });
      expect((await login({ email: EMAIL, password: PASSWORD })).status).toBe(200);
    }
  });
});

it('names the cookie so that only https can set it, when https is how browsers come', async () => {
  const secure = await startTestServer({ env: { TRUST_PROXY: '1', ALLOWED_HOSTS: 'jobs.example.com' } });
  try {
    await secure.signIn('ADMIN');
    const headers = {
      origin: 'https://jobs.example.com',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'jobs.example.com',
    };
    const body = { email: EMAIL, password: PASSWORD };
    const answer = await send(secure.url, { method: 'POST', path: '/api/auth/login', headers, body });
    const [cookie = ''] = answer.headers['set-cookie'] ?? [];
    expect(cookie).toMatch(/^__Host-jm_session=.*; Path=\/;.*; HttpOnly; Secure; SameSite=Strict$/);
    const [, token = ''] = cookie.split(';')[0]?.split('=') ?? [];
    const known = (name: string) =>
      send(secure.url, { path: '/api/auth/me', headers: { ...headers, cookie: `${name}=${token}` } });
    expect((await known('__Host-jm_session')).status).toBe(200);
    expect((await known('jm_session')).status).toBe(401);
  } finally {
    await secure.stop();
  }
});

it('takes the token of a cookie for no bearer token, nor the other way round', async () => {
  const at = await startTestServer();
  try {
    await at.signIn('ADMIN');
    const body = { email: EMAIL, password: PASSWORD };
    const login = await send(at.url, { method: 'POST', path: '/api/auth/login', headers: { origin: at.url }, body });
    const ofCookie = /jm_session=([^;]+)/.exec(String(login.headers['set-cookie']))?.[1] ?? '';
    const { token } = (await send(at.url, { method: 'POST', path: '/api/auth/token', body })).json;
    const asCookie = (text: string) =>
      send(at.url, { path: '/api/auth/me', headers: { cookie: `jm_session=${text}` } });
    const asBearer = (text: string) =>
      send(at.url, { path: '/api/auth/me', headers: { authorization: `Bearer ${text}` } });
    expect([(await asCookie(ofCookie)).status, (await asBearer(token)).status]).toEqual([200, 200]);
    expect([(await asBearer(ofCookie)).status, (await asCookie(token)).status]).toEqual([401, 401]);
  } finally {
    await at.stop();
  }
});
