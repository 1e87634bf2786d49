import { randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';

/** What authenticator apps take by default: RFC 6238 with SHA-1, six digits and 30 seconds. */
const STANDARD = { algorithm: 'SHA1', digits: 6, period: 30 } as const;
/** RFC 4226 requires 128 bits at least and recommends 160. */
const SECRET_BYTES = 20;
/** Steps that the clock of the phone may be fast or slow. */
const DRIFT_STEPS = 1;
const ISSUER = 'Job Manager';

export const makeTotpSecret = (): Uint8Array => randomBytes(SECRET_BYTES);

/** The secret as people type it, and as apps read it from a QR code. */
export function describeTotp(secret: Uint8Array, email: string): { secret: string; uri: string } {
  const totp = totpOf(secret, email);
  return { secret: totp.secret.base32, uri: totp.toString() };
}

/**
 * The 30 seconds that a code stands for, counted from 1970; null for a code that is not one of the moment `atMs`, in
 * milliseconds.
 */
export function stepOf(secret: Uint8Array, code: string, atMs: number): number | null {
  // The library throws for six characters of more than six bytes.
  if (!/^\d{6}$/.test(code)) return null;
  const totp = totpOf(secret);
  const drift = totp.validate({ token: code, timestamp: atMs, window: DRIFT_STEPS });
  return drift === null ? null : totp.counter({ timestamp: atMs }) + drift;
}

function totpOf(secret: Uint8Array, label = ''): TOTP {
  // A copy: the library takes the whole buffer, which may hold more than these bytes.
  return new TOTP({
    ...STANDARD,
    issuer: ISSUER,
    label,
    secret: new Secret({ buffer: Uint8Array.from(secret).buffer }),
  });
}
