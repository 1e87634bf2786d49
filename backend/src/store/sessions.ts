import type { CurrentUser } from '@job-manager/shared/contract/auth';
import { type AccountRow, HAS_SECOND_FACTOR } from './accounts.js';
import type { Sql } from './sql.js';

export interface SessionRow {
  id: string;
  expiresAt: Date;
  tokenVersion: number;
}

/** Where a session is begun or ended from. */
export interface SessionOrigin {
  ip: string | null;
  userAgent: string | null;
}

/**
 * Begins a session, notes the sign-in and writes its audit entry; sweeps out the person's expired ones on the way.
 * Null for somebody disabled, or whose password is no longer the one that was checked.
 */
export async function beginSession(
  sql: Sql,
  account: Pick<AccountRow, 'id' | 'passwordHash'>,
  lifetimeMs: number,
  from: SessionOrigin,
): Promise<SessionRow | null> {
  const values = [account.id, lifetimeMs, from.ip, from.userAgent, account.passwordHash];
  const begun = await sql.query<SessionRow>(BEGIN, values);
  return begun.rows[0] ?? null;
}

const BEGIN = `
WITH swept AS (
  DELETE FROM "Session" WHERE "userId" = $1 AND "expiresAt" < clock_timestamp()
), person AS (
  UPDATE "User" SET "lastSignInAt" = clock_timestamp()
  WHERE id = $1 AND "passwordHash" IS NOT DISTINCT FROM $5 AND "disabledAt" IS NULL
  RETURNING id, email, "tokenVersion"
), begun AS (
  INSERT INTO "Session" ("userId", "expiresAt", ip, "userAgent")
  SELECT id, clock_timestamp() + $2 * interval '1 ms', left($3, 64), left($4, 300) FROM person
  RETURNING id, "expiresAt"
), audited AS (
  INSERT INTO "AuditEvent" ("actorId", "actorEmail", action, ip, "userAgent")
  SELECT id, email, 'session.begin', left($3, 64), left($4, 300) FROM person
)
SELECT begun.id, begun."expiresAt", person."tokenVersion" FROM begun, person`;

export interface SessionUser extends CurrentUser {
  hasSecondFactor: boolean;
}

/** The person of a session as the database knows them now; null when it has ended, by whatever means. */
export async function findSessionUser(
  sql: Sql,
  session: { id: string; userId: number; tokenVersion: number },
): Promise<SessionUser | null> {
  const found = await sql.query<SessionUser>({
    // Every call asks it: planned once per connection.
    name: 'find-session',
    text: `SELECT u.id, u.email, u.role, ${HAS_SECOND_FACTOR} FROM "Session" s JOIN "User" u ON u.id = s."userId"
     WHERE s.id = $1 AND u.id = $2 AND u."tokenVersion" = $3 AND u."disabledAt" IS NULL
       AND s."expiresAt" > clock_timestamp()`,
    values: [session.id, session.userId, session.tokenVersion],
  });
  return found.rows[0] ?? null;
}

/** Whether a session began no longer ago than this. */
export async function isSessionFresh(sql: Sql, sessionId: string, withinMs: number): Promise<boolean> {
  const found = await sql.query(
    `SELECT FROM "Session" WHERE id = $1 AND "createdAt" > clock_timestamp() - $2 * interval '1 ms'`,
    [sessionId, withinMs],
  );
  return found.rows.length > 0;
}

/** Ends a session and writes its audit entry. A session that has ended already is left alone. */
export async function endSession(sql: Sql, sessionId: string, from: SessionOrigin): Promise<void> {
  await sql.query(END, [sessionId, from.ip, from.userAgent]);
}

const END = `
WITH ended AS (DELETE FROM "Session" WHERE id = $1 RETURNING "userId")
INSERT INTO "AuditEvent" ("actorId", "actorEmail", action, ip, "userAgent")
SELECT u.id, u.email, 'session.end', left($2, 64), left($3, 300) FROM ended JOIN "User" u ON u.id = ended."userId"`;
