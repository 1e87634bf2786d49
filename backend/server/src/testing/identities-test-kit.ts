import { createHmac, randomUUID } from 'node:crypto';
import {
  can,
  jobBoundPermissions,
  type Permission,
  type TokenPermission,
  tokenPermissions,
} from '@job-manager/shared/permissions';
import type { UserRole } from '@job-manager/shared/roles';
import { SignJWT } from 'jose';
import type pg from 'pg';
import { makeApiToken } from '../auth/api-tokens.js';
import { signToken } from '../auth/tokens.js';
import { actsOnJobs } from '../http/job-limit.js';
import { jobReachOf } from '../http/job-reach.js';
import type { ApiRoute } from '../http/routes.js';
import type { TestSession } from './access-test-kit.js';

/** What identities are made of: a server whose key is known, and its tables. */
export interface AccessGround {
  /** What it signs sessions with. */
  secret: string;
  people: Record<UserRole, number>;
  begin(userId: number): Promise<TestSession>;
  newAdmin(): Promise<number>;
  run(sql: string, ...values: unknown[]): Promise<pg.QueryResult>;
}

/** Permissions of an own role or of a token; `isLimited`: to some jobs. */
interface Access {
  permissions: readonly Permission[];
  isPerson?: boolean;
  isLimited?: boolean;
}

/**
 * Whom the server must take a caller for: a person of a role, one who must do something else first, or a caller with
 * permissions.
 */
export type Taken = 'none' | 'limited' | UserRole | Access;

export interface Knocking {
  token: () => Promise<string | undefined>;
  is: Taken;
  /** Where a cookie with this token in it stands for another person. */
  isByCookie?: Taken;
}

/** What the gate must answer; null: it lets the caller in. */
export function refusal({ name, policy, alsoNeeds }: ApiRoute, is: Taken): string | null {
  if (policy === 'public') return null;
  if (is === 'none') return 'SIGNED_OUT';
  // Tokens have no session that could be listed or ended.
  if (policy === 'session' || policy === 'signedIn') {
    if (typeof is !== 'string') return is.isPerson ? null : 'FORBIDDEN';
    return is === 'limited' && policy === 'signedIn' ? 'PENDING_STEP' : null;
  }
  if (is === 'limited') return 'PENDING_STEP';
  const has = (wanted: Permission) => (typeof is === 'string' ? can(is, wanted) : is.permissions.includes(wanted));
  if (![policy, ...alsoNeeds].every(has)) return 'FORBIDDEN';
  const isLimited = typeof is !== 'string' && is.isLimited === true;
  return isLimited && actsOnJobs(policy) && jobReachOf(name) === undefined ? 'FORBIDDEN' : null;
}

/** The token of a session of a person. */
export const groundToken = ({ secret }: AccessGround, session: TestSession): Promise<string> =>
  signToken(new TextEncoder().encode(secret), { ...session, sessionId: session.id }, session.expiresAt);

/** A program with an API token; the change is made to the token's row. */
export const program = (ground: AccessGround, permissions: readonly TokenPermission[], change?: string): Knocking => ({
  token: async () => {
    const { text, prefix, hash } = makeApiToken();
    await ground.run(
      `INSERT INTO "ApiToken" (id, name, prefix, hash, permissions) VALUES ($1, 'program', $2, $3, $4)`,
      ...[randomUUID(), prefix, hash, permissions],
    );
    if (change !== undefined) await ground.run(`UPDATE "ApiToken" SET ${change} WHERE hash = $1`, hash);
    return text;
  },
  is: change === undefined ? { permissions } : 'none',
  // What lets a program in is not taken from a browser.
  isByCookie: 'none',
});

/** Every identity: how they get their token, and who the server must take them for. */
/** A program that acts on some jobs alone. */
export const limitedProgram = (
  ground: AccessGround,
  permissions: readonly TokenPermission[],
  jobPatterns: readonly string[],
): Knocking => ({
  token: async () => {
    const token = (await program(ground, permissions).token()) ?? '';
    await ground.run(`UPDATE "ApiToken" SET "jobPatterns" = $2 WHERE prefix = $1`, token.slice(0, 10), jobPatterns);
    return token;
  },
  is: { permissions, isLimited: true },
  isByCookie: 'none',
});

/** A person with an own role. */
const withOwnRole = (ground: AccessGround, permissions: readonly Permission[]): Knocking => ({
  token: async () => {
    const id = await ground.newAdmin();
    await ground.run(
      `WITH made AS (INSERT INTO "AccessRole" (name, permissions) VALUES ($2, $3) RETURNING id)
       UPDATE "User" SET role = 'USER', "accessRoleId" = (SELECT id FROM made) WHERE id = $1`,
      ...[id, randomUUID(), permissions],
    );
    return groundToken(ground, await ground.begin(id));
  },
  is: { permissions, isPerson: true },
});

export function identitiesOn(ground: AccessGround): Record<string, Knocking> {
  return {
    anonymous: { token: async () => undefined, is: 'none' },
    ...peopleOn(ground),
    ...formerPeopleOn(ground),
    ...forgersOn(ground),
    'a program that may do all that programs may': program(ground, tokenPermissions),
    'a program that may only view': program(ground, ['view']),
    'a program that may only execute': program(ground, ['execute']),
    'a program that may act on some jobs': limitedProgram(ground, boundToJobs, ['no-such-*']),
    'a person with an own role': withOwnRole(ground, ['view', 'cancel', 'manageAlerts']),
    'a program whose token was revoked': program(ground, tokenPermissions, '"revokedAt" = clock_timestamp()'),
    'a program whose token has expired': program(ground, tokenPermissions, `"expiresAt" = ${A_MOMENT_AGO}`),
    'an unknown API token': { token: async () => makeApiToken().text, is: 'none' },
    "another person's session in one's own token": {
      token: async () =>
        groundToken(ground, { ...(await ground.begin(ground.people.USER)), userId: ground.people.ADMIN }),
      is: 'none',
    },
    garbage: { token: async () => 'not.a.token', is: 'none' },
  };
}

/** All permissions that a token limited to some jobs may have. */
export const boundToJobs = tokenPermissions.filter((one) =>
  (jobBoundPermissions as readonly Permission[]).includes(one),
);

const A_MOMENT_AGO = `clock_timestamp() - interval '1 ms'`;

function peopleOn(ground: AccessGround): Record<UserRole, Knocking> {
  const person = (role: UserRole): Knocking => ({
    token: async () => groundToken(ground, await ground.begin(ground.people[role])),
    is: role,
  });
  return { USER: person('USER'), ADMIN: person('ADMIN'), SUPER_ADMIN: person('SUPER_ADMIN') };
}

/** Admins to whom something happened after they got their token. */
function formerPeopleOn(ground: AccessGround): Record<string, Knocking> {
  const admin = (is: Taken, change: string): Knocking => ({
    token: async () => {
      const id = await ground.newAdmin();
      const token = await groundToken(ground, await ground.begin(id));
      await ground.run(change, id);
      return token;
    },
    is,
  });
  const session = (change: string): Knocking => ({
    token: async () => {
      const begun = await ground.begin(ground.people.ADMIN);
      await ground.run(change, begun.id);
      return groundToken(ground, begun);
    },
    is: 'none',
  });
  return {
    'an admin demoted a moment ago': admin('USER', `UPDATE "User" SET role = 'USER' WHERE id = $1`),
    'a deleted admin': admin('none', `DELETE FROM "User" WHERE id = $1`),
    'a disabled admin': admin('none', `UPDATE "User" SET "disabledAt" = clock_timestamp() WHERE id = $1`),
    'an admin whose sessions were all ended': admin(
      'none',
      `UPDATE "User" SET "tokenVersion" = "tokenVersion" + 1 WHERE id = $1`,
    ),
    'an admin who signed out': session(`DELETE FROM "Session" WHERE id = $1`),
    'an expired session': session(`UPDATE "Session" SET "expiresAt" = ${A_MOMENT_AGO} WHERE id = $1`),
  };
}

const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Those who make their tokens themselves, from a session that there is. */
function forgersOn(ground: AccessGround): Record<string, Knocking> {
  const { secret } = ground;
  const tokenFor = async (role: UserRole) => groundToken(ground, await ground.begin(ground.people[role]));
  const forged = (change: Partial<{ alg: string; typ: string; iss: string; aud: string; secret: string }>) =>
    knocking(async () => {
      const session = await ground.begin(ground.people.ADMIN);
      const jwt = new SignJWT({ sid: session.id, ver: session.tokenVersion })
        .setProtectedHeader({ alg: change.alg ?? 'HS256', typ: change.typ ?? 'session+jwt' })
        .setSubject(String(session.userId))
        .setIssuer(change.iss ?? 'job-manager')
        .setAudience(change.aud ?? 'job-manager-panel')
        .setExpirationTime('1h');
      return jwt.sign(new TextEncoder().encode(change.secret ?? secret));
    });
  return {
    'a tampered token': knocking(async () => {
      const [header, , signature] = (await tokenFor('USER')).split('.');
      const { id: sid, tokenVersion: ver } = await ground.begin(ground.people.ADMIN);
      const claims = { sub: String(ground.people.ADMIN), sid, ver, exp: 9_999_999_999 };
      return `${header}.${base64({ ...claims, iss: 'job-manager', aud: 'job-manager-panel' })}.${signature}`;
    }),
    'a token without signature (alg none)': knocking(async () => {
      const [, payload] = (await tokenFor('ADMIN')).split('.');
      return `${base64({ alg: 'none', typ: 'session+jwt' })}.${payload}.`;
    }),
    'a token that declares RS256 and is signed with HMAC': knocking(async () => {
      const [, payload] = (await tokenFor('ADMIN')).split('.');
      const signed = `${base64({ alg: 'RS256', typ: 'session+jwt' })}.${payload}`;
      return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
    }),
    'a token of another strength': forged({ alg: 'HS512', secret: secret.repeat(2) }),
    'a token signed with another key': forged({ secret: 'x'.repeat(40) }),
    'a token of another issuer': forged({ iss: 'someone-else' }),
    'a token for another audience': forged({ aud: 'another-service' }),
    'a token of another kind, such as for refreshing': forged({ typ: 'refresh+jwt' }),
    'a token of no kind': forged({ typ: 'JWT' }),
  };
}

const knocking = (token: () => Promise<string>): Knocking => ({ token, is: 'none' });
