import type { IncomingMessage } from 'node:http';
import type { Config } from '@job-manager/engine/config';
import {
  endOwnSessions,
  endSession,
  findSessionUser,
  listOwnSessions,
  noteSessionUse,
  type OwnSessionRow,
  type SessionOrigin,
} from '@job-manager/engine/store/sessions';
import type { Sql } from '@job-manager/engine/store/sql';
import type { PendingStep } from '@job-manager/shared/pending-steps';
import { ownRolePermissions, type Permission, permissionsOf } from '@job-manager/shared/permissions';
import { authenticateToken, isApiToken } from './api-tokens.js';
import { createAttempts } from './attempts.js';
import type { Identity, SessionIdentity } from './identity.js';
import { changePassword, confirmPassword } from './own-password.js';
import { unknownHash } from './passwords.js';
import type { Refusals } from './refusals.js';
import { readBearer, readCookie } from './request.js';
import { createSecondFactors, type SecondFactors } from './second-factor.js';
import { loadSecret } from './secret.js';
import { createSignIn, type SignIn } from './sign-in.js';
import { createTokenReader, type TokenUse } from './tokens.js';

const RECHECK_MS = 300_000;
/** A session's use is written down at most so often, and ten times within what counts as idle. */
const NOTE_USE_EVERY_MS = 60_000;

export interface Sessions extends SignIn {
  accounts: 'own';
  secondFactors: SecondFactors;
  /** How often open sockets are checked again: a backup, for each loss of access is notified. */
  recheckMs: number;
  /**
   * Who makes this request (or this upgrade): one query whose answer is not cached, so a demotion, a
   * deletion, a sign-out or a revoked API token counts from the next request on. Null for no identity. A bearer
   * token goes before a cookie. A call says where it comes `from`, and counts as use of the session or the API token;
   * without, as for a socket that is looked at again, it doesn't.
   */
  authenticate(request: IncomingMessage, from?: SessionOrigin): Promise<Identity | null>;
  /** Whether we signed this session token, however the session ended. */
  isOwnToken(token: string): Promise<boolean>;
  signOut(identity: SessionIdentity, from: SessionOrigin): Promise<void>;
  /** Checks one's own password again. Throws WrongPassword, TooManyAttempts or HashingBusy. */
  checkPassword(identity: SessionIdentity, password: string, from: SessionOrigin): Promise<void>;
  /**
   * Changes one's own password; every other session of this person ends. Guesses at the current one are counted apart
   * from those at signing in. Throws WrongPassword, TooManyAttempts or HashingBusy.
   */
  changePassword(
    identity: SessionIdentity,
    passwords: { current: string; wanted: string },
    from: SessionOrigin,
  ): Promise<void>;
  /** Where one is signed in, last used first. */
  listOwn(identity: SessionIdentity): Promise<OwnSessionRow[]>;
  /**
   * Ends one of one's own sessions, or all but this one, and returns how many ended. Throws as `changePassword` does.
   */
  endOwn(
    identity: SessionIdentity,
    which: 'others' | { id: string },
    current: string,
    from: SessionOrigin,
  ): Promise<number>;
}

/** Whether a person must have a second factor. One with an own role is an operator, as an ADMIN is. */
export const isFactorDemanded = (
  config: Pick<Config, 'SECOND_FACTOR_FOR'>,
  { user, roleName }: Pick<SessionIdentity, 'user' | 'roleName'>,
): boolean => config.SECOND_FACTOR_FOR.includes(roleName === null ? user.role : 'ADMIN');

/** Those of an own role that there are in this version. */
export const ownPermissions = (given: readonly string[]): Permission[] =>
  ownRolePermissions.filter((permission) => given.includes(permission));

/** Sessions over a database. Creates the signing key when there is none yet. */
export async function createSessions(deps: {
  sql: Sql;
  refusals: Refusals;
  config: Pick<
    Config,
    'JWT_SECRET' | 'DATA_DIR' | 'PUBLIC_URL' | 'TRUST_PROXY' | 'SECOND_FACTOR_FOR' | 'SESSION_IDLE_MS'
  >;
}): Promise<Sessions> {
  const { sql, config, refusals } = deps;
  const secret = await loadSecret(config);
  const readToken = createTokenReader(secret);
  const attempts = createAttempts();
  const idleMs = config.SESSION_IDLE_MS;
  const noteUseEveryMs = Math.min(NOTE_USE_EVERY_MS, idleMs / 10);
  const secondFactors = createSecondFactors({ sql, serverSecret: secret });
  await unknownHash();

  /** The session that a token of a request stands for, or stood for. */
  const claimsOf = async (token: string | undefined, use: TokenUse) =>
    token === undefined ? null : readToken(token, use);
  const endReplaced = async (browser: IncomingMessage, from: SessionOrigin) => {
    const replaced = await claimsOf(readCookie(browser, config), 'cookie');
    if (replaced) await endSession(sql, replaced.sessionId, from, 'replaced by a new sign-in');
  };

  return {
    accounts: 'own',
    recheckMs: RECHECK_MS,

    secondFactors,
    ...createSignIn({ sql, secret, attempts, refusals, secondFactors, idleMs, endReplaced }),

    authenticate: async (request, from) => {
      const bearer = readBearer(request);
      if (bearer !== undefined && isApiToken(bearer)) return authenticateToken(sql, bearer, from?.ip ?? null);
      const via = bearer === undefined ? 'cookie' : 'bearer';
      const claims = await claimsOf(bearer ?? readCookie(request, config), via);
      if (!claims) return null;
      const found = await findSessionUser(sql, { ...claims, id: claims.sessionId }, noteUseEveryMs);
      if (!found) return null;
      const { hasSecondFactor, mustChangePassword, isUseDue, roleName, rolePermissions, jobPatterns, ...user } = found;
      const permissions = rolePermissions === null ? permissionsOf[user.role] : ownPermissions(rolePermissions);
      // The call needn't wait for it, and is as good without it.
      if (from && isUseDue) void noteSessionUse(sql, claims.sessionId, idleMs).catch(() => {});
      const pending: PendingStep[] = [];
      if (mustChangePassword) pending.push('changePassword');
      if (isFactorDemanded(config, { user, roleName }) && !hasSecondFactor) pending.push('setUpSecondFactor');
      return {
        user,
        apiToken: null,
        roleName,
        permissions: pending.length > 0 ? [] : permissions,
        jobPatterns,
        pending,
        sessionId: claims.sessionId,
        via,
      };
    },

    isOwnToken: async (token) => (await readToken(token)) !== null,

    signOut: (identity, from) => endSession(sql, identity.sessionId, from),

    checkPassword: async ({ user }, password, from) => {
      await confirmPassword({ sql, attempts }, { user, from }, password);
    },

    changePassword: (identity, passwords, from) => changePassword({ sql, attempts }, { ...identity, from }, passwords),

    listOwn: ({ user }) => listOwnSessions(sql, user.id),

    endOwn: async ({ user, sessionId }, which, current, from) => {
      await confirmPassword({ sql, attempts }, { user, from }, current);
      return endOwnSessions(sql, user.id, which === 'others' ? { except: sessionId } : { only: which.id }, from);
    },
  };
}
