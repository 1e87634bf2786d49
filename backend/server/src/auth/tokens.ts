import { errors, jwtVerify, SignJWT } from 'jose';
import * as z from 'zod';

/** What a token contains: which session, of which user and which generation. Role and e-mail are never in it. */
export interface TokenClaims {
  sessionId: string;
  userId: number;
  tokenVersion: number;
}

const ALGORITHM = 'HS256';
const TYPE = 'session+jwt';
const ISSUER = 'job-manager';
/**
 * How a session's token may come: a cookie, which other servers on the same host name are sent, too, is no bearer
 * token.
 */
export type TokenUse = 'cookie' | 'bearer';
const AUDIENCES: Record<TokenUse, string> = { cookie: 'job-manager-panel', bearer: 'job-manager-api' };
/** The session's row decides, by the database's clock; `exp` must only never be stricter where clocks disagree. */
const CLOCKS_MAY_DIFFER_MS = 24 * 60 * 60 * 1_000;

/** The columns that they are compared with have 32 bits: PostgreSQL fails a statement that compares more. */
const integer = z.int32().min(0);
const payload = z.object({
  sub: z
    .string()
    .regex(/^\d{1,10}$/)
    .transform(Number)
    .pipe(integer),
  sid: z.uuid(),
  ver: integer,
  exp: z.number(),
});

/** Signs a token for a session, to come as a cookie or as a bearer token; as either where no use is given. */
export function signToken(secret: Uint8Array, claims: TokenClaims, expiresAt: Date, use?: TokenUse): Promise<string> {
  return new SignJWT({ sid: claims.sessionId, ver: claims.tokenVersion })
    .setProtectedHeader({ alg: ALGORITHM, typ: TYPE })
    .setSubject(String(claims.userId))
    .setIssuer(ISSUER)
    .setAudience(use === undefined ? Object.values(AUDIENCES) : AUDIENCES[use])
    .setExpirationTime(expiresAt)
    .sign(secret);
}

/** Tokens whose signature is remembered, each half a kilobyte. */
const MAX_REMEMBERED = 1_000;

/**
 * Reads tokens: the contents of one, or null for one that we didn't sign, or not for this use. That a signature is ours
 * is remembered, since it will always be, and finding it out takes longer than most calls; whether the session still is
 * valid is in the database, and read each time.
 */
export function createTokenReader(secret: Uint8Array): (token: string, use?: TokenUse) => Promise<TokenClaims | null> {
  const remembered = new Map<string, SignedClaims>();
  const claimsFor = ({ claims, audience }: SignedClaims, use: TokenUse | undefined) =>
    use === undefined || audience.includes(AUDIENCES[use]) ? claims : null;
  return async (token, use) => {
    const found = remembered.get(token);
    if (found && Date.now() < found.endsAt) return claimsFor(found, use);
    const read = await verify(secret, token);
    remembered.delete(token);
    if (read === null) return null;
    remembered.set(token, read);
    const [oldest] = remembered.keys();
    if (remembered.size > MAX_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
    return claimsFor(read, use);
  };
}

interface SignedClaims {
  claims: TokenClaims;
  audience: string[];
  /** By this process's clock, as far behind the database's as clocks may be. */
  endsAt: number;
}

async function verify(secret: Uint8Array, token: string): Promise<SignedClaims | null> {
  try {
    const verified = await jwtVerify(token, secret, {
      algorithms: [ALGORITHM],
      typ: TYPE,
      issuer: ISSUER,
      audience: Object.values(AUDIENCES),
      requiredClaims: ['exp'],
      clockTolerance: CLOCKS_MAY_DIFFER_MS / 1_000,
    });
    const { sid, sub, ver, exp } = payload.parse(verified.payload);
    const claims = { sessionId: sid, userId: sub, tokenVersion: ver };
    return { claims, audience: [verified.payload.aud ?? []].flat(), endsAt: exp * 1_000 + CLOCKS_MAY_DIFFER_MS };
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof z.ZodError) return null;
    throw error;
  }
}
