import type { AccountRow } from './accounts.js';
import type { Sql } from './sql.js';

/** How long a right password waits for the code, in milliseconds. */
export const PENDING_SIGN_IN_MS = 5 * 60_000;
/** Codes that may be tried before the password is required again. */
export const MAX_CODES = 5;

/** A person whose password was right, and which one that was. */
export type PendingAccount = Pick<AccountRow, 'id' | 'email' | 'role' | 'passwordHash'>;

/**
 * Remembers that a person's password was right. Null for a disabled account, or whose password is no longer the
 * one that was checked.
 */
export async function addPendingSignIn(
  sql: Sql,
  hash: string,
  account: Pick<AccountRow, 'id' | 'passwordHash'>,
): Promise<{ expiresAt: Date } | null> {
  const added = await sql.query<{ expiresAt: Date }>(ADD, [hash, account.id, account.passwordHash, PENDING_SIGN_IN_MS]);
  return added.rows[0] ?? null;
}

const ADD = `
WITH swept AS (DELETE FROM "PendingSignIn" WHERE "expiresAt" < clock_timestamp())
INSERT INTO "PendingSignIn" (hash, "userId", "passwordHash", "expiresAt")
SELECT $1, id, "passwordHash", clock_timestamp() + $4 * interval '1 ms' FROM "User"
WHERE id = $2 AND "passwordHash" = $3 AND "disabledAt" IS NULL
RETURNING "expiresAt"`;

/** Counts a code before it is checked. Null where no sign-in waits under this hash. */
export async function countSignInTry(sql: Sql, hash: string): Promise<PendingAccount | null> {
  const counted = await sql.query<PendingAccount>(
    `UPDATE "PendingSignIn" p SET tries = p.tries + 1 FROM "User" u
     WHERE p.hash = $1 AND u.id = p."userId" AND p."expiresAt" > clock_timestamp() AND p.tries < $2
     RETURNING u.id, u.email, u.role, p."passwordHash"`,
    [hash, MAX_CODES],
  );
  return counted.rows[0] ?? null;
}

/** Ends the wait; false where another call has. */
export async function endPendingSignIn(sql: Sql, hash: string): Promise<boolean> {
  const ended = await sql.query('DELETE FROM "PendingSignIn" WHERE hash = $1 RETURNING hash', [hash]);
  return ended.rows.length > 0;
}
