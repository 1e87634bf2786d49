import { createHash, randomBytes } from 'node:crypto';
import type { CurrentUser } from '@job-manager/shared/contract/auth';
import { type AccountRow, findAccount } from '../store/accounts.js';
import { recordAudit } from '../store/audit.js';
import { addPendingSignIn, countSignInTry, endPendingSignIn } from '../store/pending-sign-ins.js';
import { beginSession, type SessionOrigin } from '../store/sessions.js';
import type { Sql } from '../store/sql.js';
import { normalizeEmail } from './accounts.js';
import { type Attempts, TooManyAttempts } from './attempts.js';
import { isPassword } from './passwords.js';
import { type SecondFactors, WrongCode } from './second-factor.js';
import { signToken } from './tokens.js';

/** How long a session lasts, in milliseconds: 7 days. */
export const SESSION_MS = 7 * 24 * 60 * 60 * 1_000;

export interface Credentials {
  email: string;
  password: string;
}

export interface SignedIn {
  user: CurrentUser;
  token: string;
  sessionId: string;
  expiresAt: Date;
}

/** The password was right and a code comes next. */
export interface AwaitedCode {
  /** What the browser brings with the code; nobody is signed in by it. */
  challenge: string;
  expiresAt: Date;
}

/** Unknown or disabled account, or wrong password; nobody learns which. */
export class SignInRefused extends Error {}

/** The password is right, and this account takes a code as well. */
export class SignInCodeNeeded extends Error {}

/** The password was right, the code is not. */
export class SignInCodeRefused extends Error {}

/** Nobody waits for this code any more: too late, too many wrong ones, or another browser. */
export class SignInEnded extends Error {}

export interface SignIn {
  /**
   * Checks password and, for those who have a second factor, the code, and begins a session. Throws SignInRefused,
   * SignInCodeNeeded, SignInCodeRefused, TooManyAttempts, UnreadableSecret or HashingBusy.
   */
  signIn(credentials: Credentials & { code?: string }, from: SessionOrigin): Promise<SignedIn>;
  /** The same for a browser, which brings the code with its next call: see `finishSignIn`. */
  beginSignIn(credentials: Credentials, from: SessionOrigin): Promise<SignedIn | AwaitedCode>;
  /** Begins the session once the code is right. Throws SignInEnded, and what `signIn` throws. */
  finishSignIn(challenge: string, code: string, from: SessionOrigin): Promise<SignedIn>;
}

interface SignInDeps {
  sql: Sql;
  /** Signs the sessions. */
  secret: Uint8Array;
  attempts: Attempts;
  secondFactors: SecondFactors;
}

/** Signing in, in one step or two. No session begins before everything is right. */
export function createSignIn({ sql, secret, attempts, secondFactors }: SignInDeps): SignIn {
  const refuse = (email: string, from: SessionOrigin, refusal: unknown) => auditRefusal(sql, email, from, refusal);

  /** The account of the right password. Its try counts until `begin` or `release` takes it back. */
  const checkPassword = async ({ email: typed, password }: Credentials, from: SessionOrigin): Promise<AccountRow> => {
    const email = normalizeEmail(typed);
    await attempts.begin(email, from.ip).catch((error) => refuse(email, from, error));
    const account = await findAccount(sql, email);
    const isRight = await isPassword(account?.passwordHash ?? null, password);
    if (!account || !isRight || account.disabledAt !== null) return refuse(email, from, new SignInRefused());
    return account;
  };

  const checkCode = async (account: Pick<AccountRow, 'id' | 'email'>, code: string, from: SessionOrigin) => {
    try {
      await secondFactors.check(account, code, from);
    } catch (error) {
      throw error instanceof WrongCode ? new SignInCodeRefused() : error;
    }
  };

  const begin = async (
    account: Pick<AccountRow, 'id' | 'email' | 'role' | 'passwordHash'>,
    from: SessionOrigin,
  ): Promise<SignedIn> => {
    const { id, email, role } = account;
    const session = await beginSession(sql, account, SESSION_MS, from);
    if (!session) return refuse(email, from, new SignInRefused());
    await attempts.succeed(email, from.ip);
    const claims = { sessionId: session.id, userId: id, tokenVersion: session.tokenVersion };
    const token = await signToken(secret, claims, session.expiresAt);
    return { user: { id, email, role }, token, sessionId: session.id, expiresAt: session.expiresAt };
  };

  return {
    signIn: async ({ code, ...credentials }, from) => {
      const account = await checkPassword(credentials, from);
      if (!account.hasSecondFactor) return begin(account, from);
      if (code === undefined) {
        await attempts.release(account.email, from.ip);
        throw new SignInCodeNeeded();
      }
      await checkCode(account, code, from);
      return begin(account, from);
    },

    beginSignIn: async (credentials, from) => {
      const account = await checkPassword(credentials, from);
      if (!account.hasSecondFactor) return begin(account, from);
      const challenge = randomBytes(32).toString('base64url');
      const awaited = await addPendingSignIn(sql, hashOf(challenge), account);
      if (!awaited) return refuse(account.email, from, new SignInRefused());
      await attempts.release(account.email, from.ip);
      return { challenge, expiresAt: awaited.expiresAt };
    },

    finishSignIn: async (challenge, code, from) => {
      const hash = hashOf(challenge);
      const account = await countSignInTry(sql, hash);
      if (!account) throw new SignInEnded();
      await attempts.begin(account.email, from.ip).catch((error) => refuse(account.email, from, error));
      await checkCode(account, code, from);
      if (!(await endPendingSignIn(sql, hash))) throw new SignInEnded();
      return begin(account, from);
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

const hashOf = (challenge: string): string => createHash('sha256').update(challenge).digest('hex');
