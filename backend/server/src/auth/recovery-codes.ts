import { randomBytes, randomInt } from 'node:crypto';
import { hashWithSalt } from './passwords.js';

export const RECOVERY_CODES = 10;
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';
const CHARS = 10;
const SALT_BYTES = 16;

export interface RecoveryCodes {
  /** Shown once. */
  codes: string[];
  salt: Uint8Array<ArrayBuffer>;
  /** In hex; this is stored. */
  hashes: string[];
}

/**
 * Ten codes of about 50 bits each. Their hashes share a salt of the person, so that looking a code up costs one hash.
 * Throws HashingBusy.
 */
export async function makeRecoveryCodes(): Promise<RecoveryCodes> {
  const texts = Array.from({ length: RECOVERY_CODES }, () =>
    Array.from({ length: CHARS }, () => LETTERS[randomInt(LETTERS.length)]).join(''),
  );
  const salt = new Uint8Array(randomBytes(SALT_BYTES));
  const hashes = await Promise.all(texts.map((text) => hashWithSalt(text, salt)));
  return { codes: texts.map((text) => `${text.slice(0, CHARS / 2)}-${text.slice(CHARS / 2)}`), salt, hashes };
}

/** A code as it is looked up, however it was typed. */
export const normalizeCode = (typed: string): string => typed.replace(/[\s-]/g, '').toLowerCase();

export const isRecoveryCode = (code: string): boolean => code.length === CHARS && /^[a-z2-9]+$/.test(code);
