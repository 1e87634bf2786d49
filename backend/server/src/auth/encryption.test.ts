import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { createEncryption, UnreadableSecret } from './encryption.js';

const serverSecret = randomBytes(32);
const { encrypt, decrypt } = createEncryption(serverSecret, 'second factor');
const secret = randomBytes(20);
const encrypted = encrypt(secret, 'user 7');

it('reads back what it encrypted, and never encrypts twice alike', () => {
  expect(Buffer.from(decrypt(encrypted, 'user 7'))).toEqual(secret);
  expect(encrypt(secret, 'user 7')).not.toEqual(encrypted);
  expect(Buffer.from(encrypted).includes(secret)).toBe(false);
});

it('refuses a secret of which any byte was changed, cut off or added', () => {
  for (const place of encrypted.keys()) {
    const changed = encrypted.map((byte, index) => (index === place ? byte ^ 1 : byte));
    expect(() => decrypt(changed, 'user 7'), `byte ${place}`).toThrow(UnreadableSecret);
    expect(() => decrypt(encrypted.subarray(0, place), 'user 7'), `length ${place}`).toThrow(UnreadableSecret);
  }
  expect(() => decrypt(Buffer.concat([encrypted, Buffer.of(0)]), 'user 7')).toThrow(UnreadableSecret);
});

it('refuses a secret of another person, of another purpose and of another server', () => {
  expect(() => decrypt(encrypted, 'user 8')).toThrow(UnreadableSecret);
  expect(() => createEncryption(serverSecret, 'alerts').decrypt(encrypted, 'user 7')).toThrow(UnreadableSecret);
  expect(() => createEncryption(randomBytes(32), 'second factor').decrypt(encrypted, 'user 7')).toThrow(
    UnreadableSecret,
  );
});
