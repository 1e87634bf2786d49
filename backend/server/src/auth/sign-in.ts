import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type AccountRow, findAccount } from '@job-manager/engine/store/accounts';
import { addPendingSignIn, countSignInTry, endPendingSignIn } from '@job-manager/engine/store/pending-sign-ins';
import { beginSession, SESSION_MS, type SessionOrigin, settleSignIn } from '@job-manager/engine/store/sessions';
import type { Sql } from '@job-manager/engine/store/sql';
import type { CurrentUser } from '@job-manager/shared/contract/auth';
import { normalizeEmail } from './accounts.js';
import { type Attempt, type Attempts, network, TooManyAttempts } from './attempts.js';
import { isPassword } from './passwords.js';
import type { Refusals } from './refusals.js';
import { type SecondFactors, WrongCode } from './second-factor.js';
import { signToken } from './tokens.js';

/** Sessions of one person; a new one ends the oldest beyond it. */
const MAX_SESSIONS = 20;

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
  /** What the browser brings with the code; it signs no one in. */
  challenge: string;
  expiresAt: Date;
}

/** Unknown or disabled account, or wrong password; the answer is the same. */
export class SignInRefused extends Error {}

/** The password is right, but another person set it and it was not changed in time. */
export class PasswordExpired extends Error {}

/** The password is right, and this account takes a code as well. */
export class SignInCodeNeeded extends Error {}

/** The password was right, the code is not. */
export class SignInCodeRefused extends Error {}

/** No sign-in waits for this code any more: too late, too many wrong ones, or another browser. */
export class SignInEnded extends Error {}

export interface SignIn {
  /**
   * Checks password and, for those who have a second factor, the code, and begins a session. Throws SignInRefused,
   * PasswordExpired, SignInCodeNeeded, SignInCodeRefused, TooManyAttempts, UnreadableSecret or HashingBusy.
   */
  signIn(credentials: Credentials & { code?: string }, from: SessionOrigin): Promise<SignedIn>;
  /**
   * The same for a browser, which brings the code with its next call: see `finishSignIn`. The session that its cookie
   * stands for ends, since the cookie is replaced.
   */
  beginSignIn(credentials: Credentials, from: SessionOrigin, browser: IncomingMessage): Promise<SignedIn | AwaitedCode>;
  /** Begins the session once the code is right. Throws SignInEnded, and what `signIn` throws. */
  finishSignIn(challenge: string, code: string, from: SessionOrigin, browser: IncomingMessage): Promise<SignedIn>;
}

interface SignInDeps {
  sql: Sql;
  /** Signs the sessions. */
  secret: Uint8Array;
  attempts: Attempts;
  refusals: Refusals;
  secondFactors: SecondFactors;
  /** A session that isn't used ends after this. */
  idleMs: number;
  /** Ends the session that the cookie of a browser stands for. */
  endReplaced(browser: IncomingMessage, from: SessionOrigin): Promise<void>;
}

/** Signing in, in one step or two. No session begins before everything is right. */
export function createSignIn({
  sql,
  secret,
  attempts,
  refusals,
  secondFactors,
  idleMs,
  endReplaced,
}: SignInDeps): SignIn {
  const refuse = async (email: string, from: SessionOrigin, refusal: unknown): Promise<never> => {
    // A try beyond the limit leaves no entry of its own: one is written when the limit begins.
    if (!(refusal instanceof TooManyAttempts)) {
      await refusals.record({ ...from, actorId: null, actorEmail: email, action: 'session.refused', target: null });
    }
    throw refusal;
  };

  /** Who tries; counted until `begin` or `release` takes the try back. */
  const beginAttempt = async (email: string, from: SessionOrigin) => {
    const account = await findAccount(sql, email, network(from.ip));
    const attempt = { email, ip: from.ip, account };
    await attempts.begin(attempt).catch((error) => refuse(email, from, error));
    return attempt;
  };

  /** The attempt and the account of the right password. */
  const checkPassword = async ({ email: typed, password }: Credentials, from: SessionOrigin): Promise<KnownAttempt> => {
    const attempt = await beginAttempt(normalizeEmail(typed), from);
    const { email, account } = attempt;
    const isRight = await isPassword(account?.passwordHash ?? null, password);
    if (!account || !isRight || account.disabledAt !== null) return refuse(email, from, new SignInRefused());
    if (account.isPasswordExpired) return refuse(email, from, new PasswordExpired());
    return { ...attempt, account };
  };

  const checkCode = async (account: Pick<AccountRow, 'id' | 'email'>, code: string, from: SessionOrigin) => {
    try {
      await secondFactors.check(account, code, from);
    } catch (error) {
      throw error instanceof WrongCode ? new SignInCodeRefused() : error;
    }
  };

  const begin = async (attempt: KnownAttempt, from: SessionOrigin, browser?: IncomingMessage): Promise<SignedIn> => {
    const { id, email, role } = attempt.account;
    await attempts.succeed(attempt);
    const session = await beginSession(sql, attempt.account, SESSION_MS, from, idleMs);
    if (!session) return refuse(email, from, new SignInRefused());
    await settleSignIn(sql, id, { network: knownNetwork(from.ip), maxSessions: MAX_SESSIONS });
    if (browser) await endReplaced(browser, from);
    const claims = { sessionId: session.id, userId: id, tokenVersion: session.tokenVersion };
    const token = await signToken(secret, claims, session.expiresAt, browser ? 'cookie' : 'bearer');
    return { user: { id, email, role }, token, sessionId: session.id, expiresAt: session.expiresAt };
  };

  return {
    signIn: async ({ code, ...credentials }, from) => {
      const attempt = await checkPassword(credentials, from);
      if (!attempt.account.hasSecondFactor) return begin(attempt, from);
      if (code === undefined) {
        await attempts.release(attempt);
        throw new SignInCodeNeeded();
      }
      await checkCode(attempt.account, code, from);
      return begin(attempt, from);
    },

    beginSignIn: async (credentials, from, browser) => {
      const attempt = await checkPassword(credentials, from);
      if (!attempt.account.hasSecondFactor) return begin(attempt, from, browser);
      const challenge = randomBytes(32).toString('base64url');
      const awaited = await addPendingSignIn(sql, hashOf(challenge), attempt.account);
      if (!awaited) return refuse(attempt.email, from, new SignInRefused());
      await attempts.release(attempt);
      return { challenge, expiresAt: awaited.expiresAt };
    },

    finishSignIn: async (challenge, code, from, browser) => {
      const hash = hashOf(challenge);
      const waiting = await countSignInTry(sql, hash);
      if (!waiting) throw new SignInEnded();
      const attempt = await beginAttempt(waiting.email, from);
      if (attempt.account === null) throw new SignInEnded();
      await checkCode(waiting, code, from);
      if (!(await endPendingSignIn(sql, hash))) throw new SignInEnded();
      // The password that was right then: another one since makes this worthless.
      const account = { ...attempt.account, passwordHash: waiting.passwordHash };
      return begin({ ...attempt, account }, from, browser);
    },
  };
}

type KnownAttempt = Attempt & { account: AccountRow };

/** The network by which a person is known; null where the address gives none. */
function knownNetwork(ip: string | null): string | null {
  const found = network(ip);
  return found === 'unknown' ? null : found;
}

const hashOf = (challenge: string): string => createHash('sha256').update(challenge).digest('hex');
