import type { IncomingMessage } from 'node:http';
import type { CurrentUser } from '@job-manager/shared/contract/auth';
import type { PendingStep } from '@job-manager/shared/pending-steps';
import { type Permission, permissionsOf } from '@job-manager/shared/permissions';
import type { Config } from '../config.js';
import { type AccountRow, changeOwnPassword, findAccount } from '../store/accounts.js';
import { recordAudit } from '../store/audit.js';
import { endSession, findSessionUser, type SessionOrigin } from '../store/sessions.js';
import type { Sql } from '../store/sql.js';
import { authenticateToken, isApiToken } from './api-tokens.js';
import { createAttempts } from './attempts.js';
import { hashPassword, isPassword, unknownHash } from './passwords.js';
import { readBearer, readCookie } from './request.js';
import { createSecondFactors, type SecondFactors } from './second-factor.js';
import { loadSecret } from './secret.js';
import { createSignIn, type SignIn } from './sign-in.js';
import { createTokenReader } from './tokens.js';

const RECHECK_MS = 300_000;

/** Somebody signed in, as the database knows them this moment. */
export interface SessionIdentity {
  user: CurrentUser;
  apiToken: null;
  /** None while something is pending. */
  permissions: readonly Permission[];
  /** What must be done before anything else. */
  pending: readonly PendingStep[];
  sessionId: string;
  /** A browser with its cookie, or a program with a bearer token. */
  via: 'cookie' | 'bearer';
}

/** Somebody whom the application that embeds us says it is. */
export interface HostIdentity {
  user: CurrentUser;
  apiToken: null;
  permissions: readonly Permission[];
  pending: readonly [];
  via: 'host';
}

/** A program with an API token. */
export interface TokenIdentity {
  user: null;
  apiToken: { id: string; name: string };
  permissions: readonly Permission[];
  pending: readonly [];
  via: 'bearer';
}

/** Who makes a request. */
export type Identity = SessionIdentity | HostIdentity | TokenIdentity;

/** The current password, asked for before it is changed, is another one. */
export class WrongPassword extends Error {}

export interface Sessions extends SignIn {
  accounts: 'own';
  secondFactors: SecondFactors;
  /** How often open sockets are looked at again: a backup, for whatever takes access away is notified. */
  recheckMs: number;
  /**
   * Who makes this request (or asks for this upgrade): one query, no answer of which is remembered, so a demotion, a
   * deletion, a sign-out or a revoked API token counts from the next request on. Null for nobody. A bearer
   * token goes before a cookie. `ip` is noted as where an API token was used from.
   */
  authenticate(request: IncomingMessage, ip?: string | null): Promise<Identity | null>;
  signOut(identity: SessionIdentity, from: SessionOrigin): Promise<void>;
  /** Asks for one's own password again. Throws WrongPassword, TooManyAttempts or HashingBusy. */
  checkPassword(identity: SessionIdentity, password: string, from: SessionOrigin): Promise<void>;
  /**
   * Changes one's own password; every other session of this person ends. Guesses at the current one count with
   * those at signing in. Throws WrongPassword, TooManyAttempts or HashingBusy.
   */
  changePassword(
    identity: SessionIdentity,
    passwords: { current: string; wanted: string },
    from: SessionOrigin,
  ): Promise<void>;
}

/** Sessions over a database. Creates the signing key when there is none yet. */
export async function createSessions(deps: {
  sql: Sql;
  config: Pick<Config, 'JWT_SECRET' | 'DATA_DIR' | 'PUBLIC_URL' | 'TRUST_PROXY' | 'SECOND_FACTOR_FOR'>;
}): Promise<Sessions> {
  const { sql, config } = deps;
  const secret = await loadSecret(config);
  const readToken = createTokenReader(secret);
  const attempts = createAttempts();
  const secondFactors = createSecondFactors({ sql, serverSecret: secret });
  await unknownHash();

  const checkCurrent = async ({ user }: SessionIdentity, current: string, from: SessionOrigin): Promise<AccountRow> => {
    const account = await findAccount(sql, user.email);
    const isRight = await isPassword(account?.passwordHash ?? null, current);
    if (account && isRight && account.disabledAt === null) return account;
    const actor = { actorId: user.id, actorEmail: user.email, ...from };
    await recordAudit(sql, { ...actor, action: 'session.refused', target: 'current password' });
    throw new WrongPassword();
  };

  return {
    accounts: 'own',
    recheckMs: RECHECK_MS,
    secondFactors,
    ...createSignIn({ sql, secret, attempts, secondFactors }),

    authenticate: async (request, ip = null) => {
      const bearer = readBearer(request);
      if (bearer !== undefined && isApiToken(bearer)) return authenticateToken(sql, bearer, ip);
      const token = bearer ?? readCookie(request, config);
      const claims = token === undefined ? null : await readToken(token);
      if (!claims) return null;
      const found = await findSessionUser(sql, { ...claims, id: claims.sessionId });
      if (!found) return null;
      const { hasSecondFactor, ...user } = found;
      const pending: PendingStep[] =
        config.SECOND_FACTOR_FOR.includes(user.role) && !hasSecondFactor ? ['setUpSecondFactor'] : [];
      return {
        user,
        apiToken: null,
        permissions: pending.length > 0 ? [] : permissionsOf[user.role],
        pending,
        sessionId: claims.sessionId,
        via: bearer === undefined ? 'cookie' : 'bearer',
      };
    },

    signOut: (identity, from) => endSession(sql, identity.sessionId, from),

    checkPassword: async (identity, password, from) => {
      await attempts.begin(identity.user.email, from.ip);
      await checkCurrent(identity, password, from);
      await attempts.succeed(identity.user.email, from.ip);
    },

    changePassword: async (identity, { current, wanted }, from) => {
      const { user, sessionId } = identity;
      const actor = { actorId: user.id, actorEmail: user.email, ...from };
      await attempts.begin(user.email, from.ip);
      let seen = await checkCurrent(identity, current, from);
      const change = { passwordHash: await hashPassword(wanted), sessionId };
      while (!(await changeOwnPassword(sql, seen, change, actor))) seen = await checkCurrent(identity, current, from);
      await attempts.succeed(user.email, from.ip);
    },
  };
}
