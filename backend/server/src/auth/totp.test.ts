import { describe, expect, it } from 'vitest';
import { isRecoveryCode, makeRecoveryCodes, normalizeCode, RECOVERY_CODES } from './recovery-codes.js';
import { describeTotp, makeTotpSecret, stepOf } from './totp.js';

/** Appendix B of RFC 6238, SHA-1; the last six of its eight digits. */
const secret = new TextEncoder().encode('12345678901234567890');
const vectors = [
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_111_111_111, '050471'],
  [1_234_567_890, '005924'],
  [2_000_000_000, '279037'],
  [20_000_000_000, '353130'],
] as const;

describe('codes of the app', () => {
  it.each(vectors)('at %i s is %s', (seconds, code) => {
    expect(stepOf(secret, code, seconds * 1_000)).toBe(Math.floor(seconds / 30));
  });

  it('may be one step early or late, and no more', () => {
    const [, code] = vectors[3];
    const at = (steps: number) => stepOf(secret, code, (1_234_567_890 + 30 * steps) * 1_000);
    const step = Math.floor(1_234_567_890 / 30);
    expect([-2, -1, 0, 1, 2].map(at)).toEqual([null, step, step, step, null]);
  });

  it.each(['', '00592', '0059240', '005925', 'abcdef', '００５９２４'])('are not %j', (code) => {
    expect(stepOf(secret, code, 1_234_567_890_000)).toBeNull();
  });

  it('come from 160 random bits, which the address for the QR code names with whose they are', () => {
    const made = makeTotpSecret();
    expect(made).toHaveLength(20);
    expect(makeTotpSecret()).not.toEqual(made);
    const { secret: text, uri } = describeTotp(secret, 'ada@example.com');
    expect(text).toBe('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');
    expect(uri).toBe(
      `otpauth://totp/Job%20Manager:ada%40example.com?issuer=Job%20Manager&secret=${text}&algorithm=SHA1&digits=6&period=30`,
    );
  });
});

it('makes ten recovery codes that differ, and accepts one however it is typed', async () => {
  const { codes, hashes } = await makeRecoveryCodes();
  expect(new Set(codes).size).toBe(RECOVERY_CODES);
  expect(new Set(hashes).size).toBe(RECOVERY_CODES);
  for (const code of codes) {
    expect(code).toMatch(/^[a-z2-9]{5}-[a-z2-9]{5}$/);
    expect(isRecoveryCode(normalizeCode(` ${code.toUpperCase()} `))).toBe(true);
  }
  expect(isRecoveryCode('123456')).toBe(false);
});
