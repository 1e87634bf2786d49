import { errors, jwtVerify, SignJWT } from 'jose';
import * as z from 'zod';

/** What a token says: which session, whose, and of which generation. Role and e-mail are never in it. */
export interface TokenClaims {
  sessionId: string;
  userId: number;
  tokenVersion: number;
}

const ALGORITHM = 'HS256';
const TYPE = 'session+jwt';
const ISSUER = 'job-manager';
const AUDIENCE = 'job-manager-panel';
/** The session's row decides, by the database's clock; `exp` must only never be stricter where clocks disagree. */
const CLOCKS_MAY_DIFFER = '1 day';

const payload = z.object({
  sub: z.string().regex(/^\d{1,10}$/),
  sid: z.uuid(),
  ver: z.number().int(),
});

/** Signs a token for a session. */
export function signToken(secret: Uint8Array, claims: TokenClaims, expiresAt: Date): Promise<string> {
  return new SignJWT({ sid: claims.sessionId, ver: claims.tokenVersion })
    .setProtectedHeader({ alg: ALGORITHM, typ: TYPE })
    .setSubject(String(claims.userId))
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setExpirationTime(expiresAt)
    .sign(secret);
}

/** What a token says, or null for one that we didn't sign for this purpose. */
export async function readToken(secret: Uint8Array, token: string): Promise<TokenClaims | null> {
  try {
    const verified = await jwtVerify(token, secret, {
      algorithms: [ALGORITHM],
      typ: TYPE,
      issuer: ISSUER,
      audience: AUDIENCE,
      requiredClaims: ['exp'],
      clockTolerance: CLOCKS_MAY_DIFFER,
    });
    const claims = payload.parse(verified.payload);
    return { sessionId: claims.sid, userId: Number(claims.sub), tokenVersion: claims.ver };
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof z.ZodError) return null;
    throw error;
  }
}
