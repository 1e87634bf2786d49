import { recordAudit } from '@job-manager/engine/store/audit';
import {
  confirmFactor,
  countTry,
  findUnconfirmedFactor,
  replaceRecoveryCodes,
  takeRecoveryCode,
  takeStep,
  turnFactorOff,
  writeUnconfirmedFactor,
} from '@job-manager/engine/store/second-factors';
import type { SessionOrigin } from '@job-manager/engine/store/sessions';
import type { Sql } from '@job-manager/engine/store/sql';
import type { CurrentUser } from '@job-manager/shared/contract/auth';
import { TooManyAttempts } from './attempts.js';
import { createEncryption } from './encryption.js';
import { hashWithSalt } from './passwords.js';
import { isRecoveryCode, makeRecoveryCodes, normalizeCode } from './recovery-codes.js';
import { describeTotp, makeTotpSecret, stepOf } from './totp.js';

/** The code is not one of this moment, was taken before, or is no recovery code that is left. */
export class WrongCode extends Error {}

/** There is no second factor that this could be done with; the message is for people. */
export class NoSecondFactor extends Error {}

/** A second factor is set up already. */
export class SecondFactorExists extends Error {}

type Person = Pick<CurrentUser, 'id' | 'email'>;
interface OwnSession {
  user: Person;
  sessionId: string;
}

/** Second factors: codes of an authenticator app, and recovery codes. */
export interface SecondFactors {
  /** A new secret; signing in requires no code until it is confirmed. Throws SecondFactorExists. */
  begin(user: Person): Promise<{ secret: string; uri: string }>;
  /**
   * Sets it up with a first code, ends every other session of this person, and answers the recovery codes.
   * Throws WrongCode, NoSecondFactor, SecondFactorExists or HashingBusy.
   */
  confirm(session: OwnSession, code: string, from: SessionOrigin): Promise<string[]>;
  /** Uses a code up. Throws WrongCode, TooManyAttempts, NoSecondFactor, UnreadableSecret or HashingBusy. */
  check(user: Person, code: string, from: SessionOrigin): Promise<void>;
  /** New recovery codes. Throws NoSecondFactor or HashingBusy. */
  renewRecoveryCodes(user: Person, from: SessionOrigin): Promise<string[]>;
  /** Turns one's own off, and ends every other session of this person. Throws NoSecondFactor. */
  turnOff(session: OwnSession, from: SessionOrigin): Promise<void>;
}

const NONE = 'No second factor is set up.';

/** Second factors over a database, their secrets encrypted with a key derived from the server's own. */
export function createSecondFactors({ sql, serverSecret }: { sql: Sql; serverSecret: Uint8Array }): SecondFactors {
  const encryption = createEncryption(serverSecret, 'second factor');
  const decrypt = (secret: Uint8Array, { id }: Person) => encryption.decrypt(secret, ownerOf(id));

  const isRight = async (user: Person, code: string, from: SessionOrigin): Promise<boolean> => {
    const counted = await countTry(sql, user.id);
    if (counted === null) throw new NoSecondFactor(NONE);
    if (typeof counted === 'number') throw new TooManyAttempts(counted, 'wrong codes');
    if (!isRecoveryCode(code)) {
      const step = stepOf(decrypt(counted.secret, user), code, counted.nowMs);
      return step !== null && takeStep(sql, user.id, step);
    }
    if (counted.recoverySalt === null) return false;
    return takeRecoveryCode(sql, user.id, await hashWithSalt(code, counted.recoverySalt), actorOf(user, from));
  };

  return {
    begin: async (user) => {
      const secret = makeTotpSecret();
      const isWritten = await writeUnconfirmedFactor(sql, user.id, encryption.encrypt(secret, ownerOf(user.id)));
      if (!isWritten) throw new SecondFactorExists();
      return describeTotp(secret, user.email);
    },

    confirm: async ({ user, sessionId }, typed, from) => {
      const found = await findUnconfirmedFactor(sql, user.id);
      if (!found) throw new NoSecondFactor('The set-up was not begun, or more than 15 minutes ago: begin it again.');
      const step = stepOf(decrypt(found.secret, user), normalizeCode(typed), found.nowMs);
      if (step === null) throw new WrongCode();
      const { codes, ...kept } = await makeRecoveryCodes();
      const factor = { userId: user.id, secret: found.secret, step, sessionId, codes: kept };
      if (!(await confirmFactor(sql, factor, actorOf(user, from)))) throw new SecondFactorExists();
      return codes;
    },

    check: async (user, typed, from) => {
      if (await isRight(user, normalizeCode(typed), from)) return;
      await recordAudit(sql, { ...actorOf(user, from), action: 'second-factor.refused', target: user.email });
      throw new WrongCode();
    },

    renewRecoveryCodes: async (user, from) => {
      const { codes, ...kept } = await makeRecoveryCodes();
      if (!(await replaceRecoveryCodes(sql, user.id, kept, actorOf(user, from)))) throw new NoSecondFactor(NONE);
      return codes;
    },

    turnOff: async ({ user, sessionId }, from) => {
      if (!(await turnFactorOff(sql, user.id, sessionId, actorOf(user, from)))) throw new NoSecondFactor(NONE);
    },
  };
}

const ownerOf = (userId: number): string => `user ${userId}`;
const actorOf = ({ id, email }: Person, from: SessionOrigin) => ({ actorId: id, actorEmail: email, ...from });
