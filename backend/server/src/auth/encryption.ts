import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** What was encrypted can't be read: it was changed, belongs to something else, or the server's secret is another one now. */
export class UnreadableSecret extends Error {}

/** Encrypts secrets that the database keeps, each bound to what it belongs to. */
export interface Encryption {
  encrypt(secret: Uint8Array, owner: string): Uint8Array<ArrayBuffer>;
  /** Throws UnreadableSecret. */
  decrypt(encrypted: Uint8Array, owner: string): Uint8Array;
}

const VERSION = 1;
const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 1 + IV_BYTES + TAG_BYTES;

/**
 * AES-256-GCM with a key of its own for each purpose, derived (HKDF-SHA-256) from the server's secret; see `loadSecret`.
 * An encrypted secret is version (1 byte), IV (12), tag (16) and ciphertext; the version and the owner are
 * authenticated, so that a row copied to another owner can't be read.
 */
export function createEncryption(serverSecret: Uint8Array, purpose: string): Encryption {
  const key = new Uint8Array(hkdfSync('sha256', serverSecret, '', `job-manager ${purpose}`, KEY_BYTES));
  const bound = (version: number, owner: string) => Buffer.concat([Buffer.of(version), Buffer.from(owner)]);
  return {
    encrypt: (secret, owner) => {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv(CIPHER, key, iv).setAAD(bound(VERSION, owner));
      const ciphertext = Buffer.concat([cipher.update(secret), cipher.final()]);
      return new Uint8Array(Buffer.concat([Buffer.of(VERSION), iv, cipher.getAuthTag(), ciphertext]));
    },
    decrypt: (encrypted, owner) => {
      const [version] = encrypted;
      if (version !== VERSION || encrypted.length < HEADER_BYTES) {
        throw new UnreadableSecret('The encrypted secret has no format of this version');
      }
      const iv = encrypted.subarray(1, 1 + IV_BYTES);
      const decipher = createDecipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES })
        .setAAD(bound(version, owner))
        .setAuthTag(encrypted.subarray(1 + IV_BYTES, HEADER_BYTES));
      try {
        return Buffer.concat([decipher.update(encrypted.subarray(HEADER_BYTES)), decipher.final()]);
      } catch (cause) {
        throw new UnreadableSecret('The encrypted secret does not fit its owner and the server’s secret', { cause });
      }
    },
  };
}
