import { createHmac } from 'node:crypto';
import { contract } from '@job-manager/shared/contract/index';
import type { Policy } from '@job-manager/shared/contract/policy';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { upsertAccount } from '../auth/accounts.js';
import { signToken } from '../auth/tokens.js';
import { beginSession } from '../store/sessions.js';
import { type ApiRoute, listRoutes } from './routes.js';
import { type Answer, problemCode, type Sent, send } from './trial-request.js';
import { PASSWORD, startTrialServer, type TrialServer } from './trial-server.js';

const SECRET_TEXT = 'a secret that only this test knows, long enough';
const SECRET = new TextEncoder().encode(SECRET_TEXT);
const routes = listRoutes(contract);
const writes = routes.filter((route) => route.method !== 'GET');

let server: TrialServer;
const people: Record<'USER' | 'ADMIN' | 'SUPER_ADMIN', number> = { USER: 0, ADMIN: 0, SUPER_ADMIN: 0 };
beforeAll(async () => {
  server = await startTrialServer({ env: { JWT_SECRET: SECRET_TEXT } });
  for (const role of ['USER', 'ADMIN', 'SUPER_ADMIN'] as const) people[role] = (await server.signIn(role)).id;
});
afterAll(() => server.stop());

interface Session {
  id: string;
  userId: number;
  tokenVersion: number;
  expiresAt: Date;
}

async function begin(userId: number): Promise<Session> {
  const session = await beginSession(server.database.pool, userId, 60_000, { ip: null, userAgent: null });
  if (!session) throw new Error('no such account');
  return { ...session, userId };
}

const tokenOf = (session: Session) => signToken(SECRET, { ...session, sessionId: session.id }, session.expiresAt);
const sessionOf = async (role: keyof typeof people) => tokenOf(await begin(people[role]));
const run = (sql: string, ...values: unknown[]) => server.database.pool.query(sql, values);
const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

async function newAdmin(): Promise<number> {
  const email = `${crypto.randomUUID()}@example.com`;
  return (await upsertAccount(server.database.pool, { email, password: PASSWORD, role: 'ADMIN' })).id;
}

/** A token as another signer would make it from the same session. */
async function forged(change: Partial<{ alg: string; typ: string; iss: string; aud: string; secret: string }>) {
  const session = await begin(people.ADMIN);
  const jwt = new SignJWT({ sid: session.id, ver: session.tokenVersion })
    .setProtectedHeader({ alg: change.alg ?? 'HS256', typ: change.typ ?? 'session+jwt' })
    .setSubject(String(session.userId))
    .setIssuer(change.iss ?? 'job-manager')
    .setAudience(change.aud ?? 'job-manager-panel')
    .setExpirationTime('1h');
  return jwt.sign(new TextEncoder().encode(change.secret ?? SECRET_TEXT));
}

/** Everybody who may knock: how they get their token, and who the server must take them for. */
const identities: Record<string, { token: () => Promise<string | undefined>; is: 'nobody' | 'user' | 'operator' }> = {
  anonymous: { token: async () => undefined, is: 'nobody' },
  USER: { token: () => sessionOf('USER'), is: 'user' },
  ADMIN: { token: () => sessionOf('ADMIN'), is: 'operator' },
  SUPER_ADMIN: { token: () => sessionOf('SUPER_ADMIN'), is: 'operator' },
  'an admin demoted a moment ago': {
    token: async () => {
      const id = await newAdmin();
      const token = await tokenOf(await begin(id));
      await run(`UPDATE "User" SET role = 'USER' WHERE id = $1`, id);
      return token;
    },
    is: 'user',
  },
  'a deleted admin': {
    token: async () => {
      const id = await newAdmin();
      const token = await tokenOf(await begin(id));
      await run(`DELETE FROM "User" WHERE id = $1`, id);
      return token;
    },
    is: 'nobody',
  },
  'an admin whose sessions were all ended': {
    token: async () => {
      const id = await newAdmin();
      const token = await tokenOf(await begin(id));
      await run(`UPDATE "User" SET "tokenVersion" = "tokenVersion" + 1 WHERE id = $1`, id);
      return token;
    },
    is: 'nobody',
  },
  'an admin who signed out': {
    token: async () => {
      const session = await begin(people.ADMIN);
      await run(`DELETE FROM "Session" WHERE id = $1`, session.id);
      return tokenOf(session);
    },
    is: 'nobody',
  },
  'an expired session': {
    token: async () => {
      const session = await begin(people.ADMIN);
      await run(`UPDATE "Session" SET "expiresAt" = clock_timestamp() - interval '1 ms' WHERE id = $1`, session.id);
      return tokenOf(session);
    },
    is: 'nobody',
  },
  "somebody else's session in one's own token": {
    token: async () => tokenOf({ ...(await begin(people.USER)), userId: people.ADMIN }),
    is: 'nobody',
  },
  'a tampered token': {
    token: async () => {
      const [header, , signature] = (await sessionOf('USER')).split('.');
      const session = await begin(people.ADMIN);
      const claims = { sub: String(people.ADMIN), sid: session.id, ver: session.tokenVersion, exp: 9_999_999_999 };
      return `${header}.${base64({ ...claims, iss: 'job-manager', aud: 'job-manager-panel' })}.${signature}`;
    },
    is: 'nobody',
  },
  'a token without signature (alg none)': {
    token: async () => {
      const [, payload] = (await sessionOf('ADMIN')).split('.');
      return `${base64({ alg: 'none', typ: 'session+jwt' })}.${payload}.`;
    },
    is: 'nobody',
  },
  'a token that says RS256 and is signed with HMAC': {
    token: async () => {
      const [, payload] = (await sessionOf('ADMIN')).split('.');
      const signed = `${base64({ alg: 'RS256', typ: 'session+jwt' })}.${payload}`;
      return `${signed}.${createHmac('sha256', SECRET).update(signed).digest('base64url')}`;
    },
    is: 'nobody',
  },
  'a token of another strength': { token: () => forged({ alg: 'HS512', secret: SECRET_TEXT.repeat(2) }), is: 'nobody' },
  'a token signed with another key': { token: () => forged({ secret: 'x'.repeat(40) }), is: 'nobody' },
  'a token of another issuer': { token: () => forged({ iss: 'someone-else' }), is: 'nobody' },
  'a token for another audience': { token: () => forged({ aud: 'another-service' }), is: 'nobody' },
  'a token of another kind': { token: () => forged({ typ: 'JWT' }), is: 'nobody' },
  garbage: { token: async () => 'not.a.token', is: 'nobody' },
};

/** What the gate must say to somebody; null: come in. */
function refusal(policy: Policy, is: 'nobody' | 'user' | 'operator'): string | null {
  if (policy === 'public' || is === 'operator') return null;
  if (is === 'nobody') return 'SIGNED_OUT';
  return policy === 'operator' ? 'FORBIDDEN' : null;
}

const callOf = (route: Pick<ApiRoute, 'method' | 'path'>): Sent => ({
  method: route.method,
  path: `/api${route.path.replace('{jobRunId}', '999999')}`,
  ...(route.method === 'GET' ? {} : { body: {} }),
});

function expectGate(answer: Answer, wanted: string | null): void {
  if (wanted === null) {
    expect(['SIGNED_OUT', 'FORBIDDEN', 'FOREIGN_ORIGIN'], answer.text).not.toContain(answer.json?.code);
    expect(answer.status).toBeLessThan(500);
  } else {
    expect(problemCode(answer)).toBe(wanted);
  }
  expect(answer.headers['cache-control']).toBe('no-store');
  expect(answer.headers['access-control-allow-origin']).toBeUndefined();
}

describe.each(Object.entries(identities))('%s', (_name, { token, is }) => {
  it.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))('%s', async (_title, route) => {
    const own = { origin: server.url };
    const cookie = await token();
    const byCookie = await send(server.url, {
      ...callOf(route),
      headers: cookie ? { ...own, cookie: `jm_session=${cookie}` } : own,
    });
    expectGate(byCookie, refusal(route.policy, is));
    const bearer = await token();
    const byBearer = await send(server.url, {
      ...callOf(route),
      headers: bearer ? { authorization: `Bearer ${bearer}` } : own,
    });
    expectGate(byBearer, refusal(route.policy, is));
  });
});

const ownHost = () => server.url;
/** Where a browser can say that a write comes from, and whether a cookie may authorise it then. */
const contexts: Record<string, { headers: () => Record<string, string>; isOwn: boolean }> = {
  'Sec-Fetch-Site: same-origin': {
    headers: () => ({ 'sec-fetch-site': 'same-origin', origin: ownHost() }),
    isOwn: true,
  },
  'our own Origin alone': { headers: () => ({ origin: ownHost() }), isOwn: true },
  'Sec-Fetch-Site: none with our own Origin': {
    headers: () => ({ 'sec-fetch-site': 'none', origin: ownHost() }),
    isOwn: true,
  },
  'Sec-Fetch-Site: cross-site': {
    headers: () => ({ 'sec-fetch-site': 'cross-site', origin: ownHost() }),
    isOwn: false,
  },
  'Sec-Fetch-Site: same-site': { headers: () => ({ 'sec-fetch-site': 'same-site', origin: ownHost() }), isOwn: false },
  'Sec-Fetch-Site: none without Origin': { headers: () => ({ 'sec-fetch-site': 'none' }), isOwn: false },
  'a foreign Origin': { headers: () => ({ origin: 'https://evil.example' }), isOwn: false },
  'an Origin that begins like ours': { headers: () => ({ origin: `${ownHost()}.evil.example` }), isOwn: false },
  'our host at another port': { headers: () => ({ origin: 'http://127.0.0.1:1' }), isOwn: false },
  'Origin: null': { headers: () => ({ origin: 'null' }), isOwn: false },
  'Origin: null that claims same-origin': {
    headers: () => ({ 'sec-fetch-site': 'same-origin', origin: 'null' }),
    isOwn: false,
  },
  'no Origin at all': { headers: () => ({}), isOwn: false },
};

describe.each(Object.entries(contexts))('a write with %s', (_name, { headers, isOwn }) => {
  const titles = writes.map((route) => [`${route.method} ${route.path}`, route] as const);

  it.each(titles)('%s by cookie', async (_title, route) => {
    const cookie = `jm_session=${await sessionOf('ADMIN')}`;
    const answer = await send(server.url, { ...callOf(route), headers: { ...headers(), cookie } });
    expectGate(answer, isOwn ? null : 'FOREIGN_ORIGIN');
  });

  it.each(titles)('%s by bearer token', async (_title, route) => {
    const authorization = `Bearer ${await sessionOf('ADMIN')}`;
    expectGate(await send(server.url, { ...callOf(route), headers: { ...headers(), authorization } }), null);
  });

  it('signs in from our own pages only', async () => {
    const answer = await send(server.url, {
      ...callOf({ path: '/auth/login', method: 'POST' }),
      headers: headers(),
    });
    expectGate(answer, isOwn ? null : 'FOREIGN_ORIGIN');
  });

  it('signs a program in unless a page of another site asks', async () => {
    const answer = await send(server.url, {
      ...callOf({ path: '/auth/token', method: 'POST' }),
      headers: headers(),
    });
    const isProgram = headers().origin === undefined;
    expectGate(answer, isOwn || isProgram ? null : 'FOREIGN_ORIGIN');
  });
});

it('takes PUBLIC_URL for our own origin, whatever host a proxy asks for', async () => {
  const proxied = await startTrialServer({ env: { PUBLIC_URL: 'https://jobs.example.com' } });
  try {
    const login = (origin: string) =>
      send(proxied.url, {
        method: 'POST',
        path: '/api/auth/login',
        headers: { origin },
        body: { email: 'x', password: 'y' },
      });
    expect(problemCode(await login('https://jobs.example.com'))).toBe('WRONG_CREDENTIALS');
    expect(problemCode(await login('http://jobs.example.com'))).toBe('FOREIGN_ORIGIN');
  } finally {
    await proxied.stop();
  }
});

it('notes every denied call, with who, what and from where', async () => {
  const token = await sessionOf('USER');
  const headers = { authorization: `Bearer ${token}`, 'user-agent': 'a curious program' };
  await send(server.url, { method: 'POST', path: '/api/admin/jobs/cleanup-stalled', headers, body: {} });
  const noted = await run(`SELECT * FROM "AuditEvent" WHERE "userAgent" = 'a curious program'`);
  expect(noted.rows).toMatchObject([
    {
      action: 'access.denied',
      actorId: people.USER,
      actorEmail: 'user@example.com',
      target: 'POST /api/admin/jobs/cleanup-stalled',
      ip: '127.0.0.1',
    },
  ]);
});
