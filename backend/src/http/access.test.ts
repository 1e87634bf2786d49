import { createHmac } from 'node:crypto';
import { contract } from '@job-manager/shared/contract/index';
import type { Policy } from '@job-manager/shared/contract/policy';
import { can, type TokenPermission, tokenPermissions } from '@job-manager/shared/permissions';
import type { UserRole } from '@job-manager/shared/roles';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeApiToken } from '../auth/api-tokens.js';
import { type ApiRoute, listRoutes } from './routes.js';
import {
  type AccessTrial,
  callOf,
  expectGate,
  SECRET,
  SECRET_TEXT,
  startAccessTrial,
  tokenOf,
} from './trial-access.js';
import { send } from './trial-request.js';

const routes = listRoutes(contract);

let server: AccessTrial;
beforeAll(async () => {
  server = await startAccessTrial();
});
afterAll(() => server.stop());

const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token as another signer would make it from the same session. */
async function forged(change: Partial<{ alg: string; typ: string; iss: string; aud: string; secret: string }>) {
  const session = await server.begin(server.people.ADMIN);
  const jwt = new SignJWT({ sid: session.id, ver: session.tokenVersion })
    .setProtectedHeader({ alg: change.alg ?? 'HS256', typ: change.typ ?? 'session+jwt' })
    .setSubject(String(session.userId))
    .setIssuer(change.iss ?? 'job-manager')
    .setAudience(change.aud ?? 'job-manager-panel')
    .setExpirationTime('1h');
  return jwt.sign(new TextEncoder().encode(change.secret ?? SECRET_TEXT));
}

/** Whom the server must take somebody for: a person of a role, or a program with permissions. */
type Taken = 'nobody' | UserRole | readonly TokenPermission[];

interface Knocking {
  token: () => Promise<string | undefined>;
  is: Taken;
  /** Where a cookie with this token in it stands for somebody else. */
  isByCookie?: Taken;
}

/** A program with an API token; the change is made to the token's row. */
const program = (permissions: readonly TokenPermission[], change?: string): Knocking => ({
  token: async () => {
    const { text, prefix, hash } = makeApiToken();
    const token = { name: 'program', prefix, hash, permissions: [...permissions] };
    await server.database.db.apiToken.create({ data: token });
    if (change !== undefined) await server.run(`UPDATE "ApiToken" SET ${change} WHERE hash = $1`, hash);
    return text;
  },
  is: change === undefined ? permissions : 'nobody',
  // What lets a program in is not taken from a browser.
  isByCookie: 'nobody',
});

/** Everybody who may knock: how they get their token, and who the server must take them for. */
const identities: Record<string, Knocking> = {
  anonymous: { token: async () => undefined, is: 'nobody' },
  USER: { token: () => server.tokenFor('USER'), is: 'USER' },
  ADMIN: { token: () => server.tokenFor('ADMIN'), is: 'ADMIN' },
  SUPER_ADMIN: { token: () => server.tokenFor('SUPER_ADMIN'), is: 'SUPER_ADMIN' },
  'an admin demoted a moment ago': {
    token: async () => {
      const id = await server.newAdmin();
      const token = await tokenOf(await server.begin(id));
      await server.run(`UPDATE "User" SET role = 'USER' WHERE id = $1`, id);
      return token;
    },
    is: 'USER',
  },
  'a deleted admin': {
    token: async () => {
      const id = await server.newAdmin();
      const token = await tokenOf(await server.begin(id));
      await server.run(`DELETE FROM "User" WHERE id = $1`, id);
      return token;
    },
    is: 'nobody',
  },
  'a program that may do all that programs may': program(tokenPermissions),
  'a program that may only look': program(['view']),
  'a program that may only execute': program(['execute']),
  'a program whose token was revoked': program(tokenPermissions, '"revokedAt" = clock_timestamp()'),
  'a program whose token has expired': program(tokenPermissions, `"expiresAt" = clock_timestamp() - interval '1 ms'`),
  'a disabled admin': {
    token: async () => {
      const id = await server.newAdmin();
      const token = await tokenOf(await server.begin(id));
      await server.run(`UPDATE "User" SET "disabledAt" = clock_timestamp() WHERE id = $1`, id);
      return token;
    },
    is: 'nobody',
  },
  'an admin whose sessions were all ended': {
    token: async () => {
      const id = await server.newAdmin();
      const token = await tokenOf(await server.begin(id));
      await server.run(`UPDATE "User" SET "tokenVersion" = "tokenVersion" + 1 WHERE id = $1`, id);
      return token;
    },
    is: 'nobody',
  },
  'an admin who signed out': {
    token: async () => {
      const session = await server.begin(server.people.ADMIN);
      await server.run(`DELETE FROM "Session" WHERE id = $1`, session.id);
      return tokenOf(session);
    },
    is: 'nobody',
  },
  'an expired session': {
    token: async () => {
      const session = await server.begin(server.people.ADMIN);
      await server.run(
        `UPDATE "Session" SET "expiresAt" = clock_timestamp() - interval '1 ms' WHERE id = $1`,
        session.id,
      );
      return tokenOf(session);
    },
    is: 'nobody',
  },
  "somebody else's session in one's own token": {
    token: async () => tokenOf({ ...(await server.begin(server.people.USER)), userId: server.people.ADMIN }),
    is: 'nobody',
  },
  'a tampered token': {
    token: async () => {
      const [header, , signature] = (await server.tokenFor('USER')).split('.');
      const session = await server.begin(server.people.ADMIN);
      const claims = {
        sub: String(server.people.ADMIN),
        sid: session.id,
        ver: session.tokenVersion,
        exp: 9_999_999_999,
      };
      return `${header}.${base64({ ...claims, iss: 'job-manager', aud: 'job-manager-panel' })}.${signature}`;
    },
    is: 'nobody',
  },
  'a token without signature (alg none)': {
    token: async () => {
      const [, payload] = (await server.tokenFor('ADMIN')).split('.');
      return `${base64({ alg: 'none', typ: 'session+jwt' })}.${payload}.`;
    },
    is: 'nobody',
  },
  'a token that says RS256 and is signed with HMAC': {
    token: async () => {
      const [, payload] = (await server.tokenFor('ADMIN')).split('.');
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
  'an API token that nobody made': { token: async () => makeApiToken().text, is: 'nobody' },
  garbage: { token: async () => 'not.a.token', is: 'nobody' },
};

/** What the gate must say to somebody; null: come in. */
function refusal(policy: Policy, is: Taken): string | null {
  if (policy === 'public') return null;
  if (is === 'nobody') return 'SIGNED_OUT';
  // Tokens have no session that could be asked about or ended.
  if (typeof is !== 'string') return is.some((permission) => permission === policy) ? null : 'FORBIDDEN';
  return policy === 'signedIn' || can(is, policy) ? null : 'FORBIDDEN';
}

describe.each(Object.entries(identities))('%s', (_name, { token, is, isByCookie = is }) => {
  let known: string | undefined;
  beforeAll(async () => {
    known = await token();
  });
  /** Signing out is the one call that a token can't be used after. */
  const tokenTo = (route: ApiRoute) => (route.name === 'auth.logout' ? token() : known);

  it.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))('%s', async (_title, route) => {
    const own = { origin: server.url };
    const cookie = await tokenTo(route);
    const byCookie = await send(server.url, {
      ...callOf(route),
      headers: cookie ? { ...own, cookie: `jm_session=${cookie}` } : own,
    });
    expectGate(byCookie, refusal(route.policy, isByCookie));
    const bearer = await tokenTo(route);
    const byBearer = await send(server.url, {
      ...callOf(route),
      headers: bearer ? { authorization: `Bearer ${bearer}` } : own,
    });
    expectGate(byBearer, refusal(route.policy, is));
  });
});

it('notes every denied call, with who, what and from where', async () => {
  const { id, token } = await server.signIn('USER', 'curious');
  const headers = { authorization: `Bearer ${token}`, 'user-agent': 'a curious program' };
  await send(server.url, { method: 'POST', path: '/api/admin/jobs/cleanup-stalled', headers, body: {} });
  const noted = await server.run(`SELECT * FROM "AuditEvent" WHERE "userAgent" = 'a curious program'`);
  expect(noted.rows).toMatchObject([
    {
      action: 'access.denied',
      actorId: id,
      actorEmail: 'curious@example.com',
      target: 'POST /api/admin/jobs/cleanup-stalled',
      ip: '127.0.0.1',
    },
  ]);
});

describe('running a run again', () => {
  const again = async (permissions: TokenPermission[]) => {
    const run = await server.database.db.jobRun.create({
      data: { jobName: 'echo', status: 'SUCCESS', finishedAt: new Date() },
    });
    return send(server.url, {
      method: 'POST',
      path: '/api/admin/jobs/enqueue',
      body: { jobName: 'echo', rerunOfId: String(run.id) },
      headers: {
        authorization: `Bearer ${await program(permissions).token()}`,
        'user-agent': permissions.join(' and '),
      },
    });
  };

  it('takes the permission to run and the one to retry', async () => {
    expect((await again(['run', 'retry'])).status).toBe(201);
    expectGate(await again(['retry']), 'FORBIDDEN');
  });

  it('is denied without the second like any other call, and noted', async () => {
    const answer = await again(['run']);
    expectGate(answer, 'FORBIDDEN');
    expect(answer.json.detail).toContain('"retry"');
    const noted = await server.run(`SELECT * FROM "AuditEvent" WHERE "userAgent" = 'run'`);
    expect(noted.rows).toMatchObject([
      { action: 'access.denied', actorEmail: 'token program', target: 'POST /api/admin/jobs/enqueue' },
    ]);
  });
});
