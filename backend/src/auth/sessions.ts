import type { IncomingMessage } from 'node:http';
import type { CurrentUser } from '@job-manager/shared/contract/auth';
import type { PendingStep } from '@job-manager/shared/pending-steps';
import { type Permission, permissionsOf } from '@job-manager/shared/permissions';
import type { Config } from '../config.js';
import { type AccountRow, changeOwnPassword, findAccount } from '../store/accounts.js';
import { recordAudit } from '../store/audit.js';
import { beginSession, endSession, findSessionUser, type SessionOrigin } from '../store/sessions.js';
import type { Sql } from '../store/sql.js';
import { normalizeEmail } from './accounts.js';
import { authenticateToken, isApiToken } from './api-tokens.js';
import { createAttempts, TooManyAttempts } from './attempts.js';
import { hashPassword, isPassword, unknownHash } from './passwords.js';
import { readBearer, readCookie } from './request.js';
import { loadSecret } from './secret.js';
import { createTokenReader, signToken } from './tokens.js';

/** How long a session lasts, in milliseconds: 7 days. */
export const SESSION_MS = 7 * 24 * 60 * 60 * 1_000;

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

export interface SignedIn {
  user: CurrentUser;
  token: string;
  sessionId: string;
  expiresAt: Date;
}

/** Unknown or disabled account, or wrong password; nobody learns which. */
export class SignInRefused extends Error {}

/** The current password, asked for before it is changed, is another one. */
export class WrongPassword extends Error {}

export interface Sessions {
  accounts: 'own';
  /** How often open sockets are looked at again: a backup, for whatever takes access away is notified. */
  recheckMs: number;
  /** Checks a password and begins a session. Throws SignInRefused, TooManyAttempts or HashingBusy. */
  signIn(credentials: { email: string; password: string }, from: SessionOrigin): Promise<SignedIn>;
  /**
   * Who makes this request (or asks for this upgrade): one query, no answer of which is remembered, so a demotion, a
   * deletion, a sign-out or a revoked API token counts from the next request on. Null for nobody. A bearer
   * token goes before a cookie. `ip` is noted as where an API token was used from.
   */
  authenticate(request: IncomingMessage, ip?: string | null): Promise<Identity | null>;
  signOut(identity: SessionIdentity, from: SessionOrigin): Promise<void>;
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
  await unknownHash();

  return {
    accounts: 'own',
    recheckMs: RECHECK_MS,

    signIn: async ({ email: typed, password }, from) => {
      const email = normalizeEmail(typed);
      await attempts.begin(email, from.ip).catch((error) => auditRefusal(sql, email, from, error));
      const account = await findAccount(sql, email);
      const isRight = await isPassword(account?.passwordHash ?? null, password);
      const session = account && isRight ? await beginSession(sql, account, SESSION_MS, from) : null;
      if (!account || !session) return auditRefusal(sql, email, from, new SignInRefused());
      await attempts.succeed(email, from.ip);
      const claims = { sessionId: session.id, userId: account.id, tokenVersion: session.tokenVersion };
      return {
        user: { id: account.id, email: account.email, role: account.role },
        token: await signToken(secret, claims, session.expiresAt),
        sessionId: session.id,
        expiresAt: session.expiresAt,
      };
    },

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

    changePassword: async ({ user, sessionId }, { current, wanted }, from) => {
      const actor = { actorId: user.id, actorEmail: user.email, ...from };
      const checkCurrent = async (): Promise<AccountRow> => {
        const account = await findAccount(sql, user.email);
        const isRight = await isPassword(account?.passwordHash ?? null, current);
        if (account && isRight && account.disabledAt === null) return account;
        await recordAudit(sql, { ...actor, action: 'session.refused', target: 'current password' });
        throw new WrongPassword();
      };
      await attempts.begin(user.email, from.ip);
      let seen = await checkCurrent();
      const passwordHash = await hashPassword(wanted);
      while (!(await changeOwnPassword(sql, seen, { passwordHash, sessionId }, actor))) seen = await checkCurrent();
      await attempts.succeed(user.email, from.ip);
    },
  };
}

async function auditRefusal(sql: Sql, email: string, from: SessionOrigin, refusal: unknown): Promise<never> {
  // Tries beyond the limit leave no entry: a flood must not fill the log.
  if (!(refusal instanceof TooManyAttempts)) {
    await recordAudit(sql, { ...from, actorId: null, actorEmail: email, action: 'session.refused', target: null });
  }
  throw refusal;
}
