import type { CurrentUser } from '@job-manager/shared/contract/auth';
import { type AccountRow, HAS_SECOND_FACTOR } from './accounts.js';
import type { Sql } from './sql.js';

/** How long a session lasts at most, in milliseconds: 7 days. `SESSION_IDLE_MS` of the settings ends it sooner. */
export const SESSION_MS = 7 * 24 * 60 * 60 * 1_000;

export interface SessionRow {
  id: string;
  /** When it ends however much it is used. */
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
 * It ends when it was not used for `idleMs`. Null for a disabled account, or whose password is no longer the one that
 * was checked.
 */
export async function beginSession(
  sql: Sql,
  account: Pick<AccountRow, 'id' | 'passwordHash'>,
  lifetimeMs: number,
  from: SessionOrigin,
  idleMs: number = lifetimeMs,
): Promise<SessionRow | null> {
  const values = [account.id, lifetimeMs, from.ip, from.userAgent, account.passwordHash, Math.min(idleMs, lifetimeMs)];
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
  INSERT INTO "Session" ("userId", "endsAt", "expiresAt", ip, "userAgent")
  SELECT id, clock_timestamp() + $2 * interval '1 ms', clock_timestamp() + $6 * interval '1 ms', left($3, 64), left($4, 300)
  FROM person
  RETURNING id, "endsAt"
), audited AS (
  INSERT INTO "AuditEvent" ("actorId", "actorEmail", action, ip, "userAgent")
  SELECT id, email, 'session.begin', left($3, 64), left($4, 300) FROM person
)
SELECT begun.id, begun."endsAt" AS "expiresAt", person."tokenVersion" FROM begun, person`;

/** Networks that are remembered of a person; the ones longest unused are forgotten beyond it. */
const MAX_NETWORKS = 20;

/**
 * What follows a sign-in: the network is remembered as one that the person signs in from, and their oldest sessions
 * beyond `maxSessions` end, with their audit entries. A statement of its own, so that it sees sessions begun at once.
 */
export async function settleSignIn(
  sql: Sql,
  userId: number,
  { network, maxSessions }: { network: string | null; maxSessions: number },
): Promise<void> {
  await sql.query(SETTLE, [userId, network, maxSessions, MAX_NETWORKS - 1]);
}

const SETTLE = `
WITH remembered AS (
  INSERT INTO "SignInNetwork" ("userId", network) SELECT id, $2::text FROM "User" WHERE id = $1 AND $2::text IS NOT NULL
  ON CONFLICT ("userId", network) DO UPDATE SET "lastAt" = clock_timestamp()
), forgotten AS (
  DELETE FROM "SignInNetwork" WHERE "userId" = $1 AND network IN (
    SELECT network FROM "SignInNetwork" WHERE "userId" = $1 AND network IS DISTINCT FROM $2::text
    ORDER BY "lastAt" DESC OFFSET $4)
), ended AS (
  DELETE FROM "Session" WHERE id IN (
    SELECT id FROM "Session" WHERE "userId" = $1 ORDER BY "createdAt" DESC, id OFFSET $3)
  RETURNING "userId", ip, "userAgent"
)
INSERT INTO "AuditEvent" ("actorId", "actorEmail", action, ip, "userAgent", details)
SELECT u.id, u.email, 'session.end', ended.ip, ended."userAgent", '{"reason": "too many sessions"}'
FROM ended JOIN "User" u ON u.id = ended."userId"`;

export interface SessionUser extends CurrentUser {
  /** Of the own role that the person has; null with a built-in one. */
  roleName: string | null;
  rolePermissions: string[] | null;
  jobPatterns: string[] | null;
  mustChangePassword: boolean;
  hasSecondFactor: boolean;
  /** Whether it is time to note that the session is in use. */
  isUseDue: boolean;
}

/** The person of a session, with the current data of the database; null when it has ended. */
export async function findSessionUser(
  sql: Sql,
  session: { id: string; userId: number; tokenVersion: number },
  noteUseEveryMs: number,
): Promise<SessionUser | null> {
  const found = await sql.query<SessionUser>({
    // Sent with every call, so it is planned once per connection.
    name: 'find-session',
    text: `SELECT u.id, u.email, u.role, u."mustChangePassword",
       a.name AS "roleName", a.permissions AS "rolePermissions", a."jobPatterns",
       s."lastUsedAt" < clock_timestamp() - $4 * interval '1 ms' AS "isUseDue",
       ${HAS_SECOND_FACTOR}
     FROM "Session" s JOIN "User" u ON u.id = s."userId" LEFT JOIN "AccessRole" a ON a.id = u."accessRoleId"
     WHERE s.id = $1 AND u.id = $2 AND u."tokenVersion" = $3 AND u."disabledAt" IS NULL
       AND s."expiresAt" > clock_timestamp()`,
    values: [session.id, session.userId, session.tokenVersion, noteUseEveryMs],
  });
  return found.rows[0] ?? null;
}

/** Extends a live session to `idleMs` from now, at most to its last end. */
export async function noteSessionUse(sql: Sql, sessionId: string, idleMs: number): Promise<void> {
  await sql.query(
    `UPDATE "Session" SET "lastUsedAt" = clock_timestamp(),
       "expiresAt" = LEAST("endsAt", clock_timestamp() + $2 * interval '1 ms')
     WHERE id = $1 AND "expiresAt" > clock_timestamp()`,
    [sessionId, idleMs],
  );
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
export async function endSession(
  sql: Sql,
  sessionId: string,
  from: SessionOrigin,
  reason: string | null = null,
): Promise<void> {
  await sql.query(`WITH ended AS (DELETE FROM "Session" WHERE id = $1 RETURNING "userId") ${audited(2)}`, [
    sessionId,
    ...[from.ip, from.userAgent, reason],
  ]);
}

/** Ends one of a person's sessions (`only`), or all but one (`except`), and writes the audit entries; how many ended. */
export async function endOwnSessions(
  sql: Sql,
  userId: number,
  which: { only: string } | { except: string },
  from: SessionOrigin,
): Promise<number> {
  const [compare, id] = 'only' in which ? ['=', which.only] : ['<>', which.except];
  const ended = await sql.query(
    `WITH ended AS (DELETE FROM "Session" WHERE "userId" = $1 AND id ${compare} $2 RETURNING "userId") ${audited(3)} RETURNING id`,
    [userId, id, from.ip, from.userAgent, 'ended by its owner'],
  );
  return ended.rows.length;
}

/** The audit entries of sessions that `ended`; address, browser and reason are the values from `$first` on. */
const audited = (first: number): string => `
INSERT INTO "AuditEvent" ("actorId", "actorEmail", action, ip, "userAgent", details)
SELECT u.id, u.email, 'session.end', left($${first}, 64), left($${first + 1}, 300),
  CASE WHEN $${first + 2}::text IS NOT NULL THEN jsonb_build_object('reason', $${first + 2}::text) END
FROM ended JOIN "User" u ON u.id = ended."userId"`;

/** A session as its owner sees it. */
export interface OwnSessionRow extends SessionOrigin {
  id: string;
  createdAt: Date;
  lastUsedAt: Date;
  expiresAt: Date;
}

/** The live sessions of a person, last used first. */
export async function listOwnSessions(sql: Sql, userId: number): Promise<OwnSessionRow[]> {
  const found = await sql.query<OwnSessionRow>(
    `SELECT id, "createdAt", "lastUsedAt", "expiresAt", ip, "userAgent" FROM "Session"
     WHERE "userId" = $1 AND "expiresAt" > clock_timestamp() ORDER BY "lastUsedAt" DESC, id`,
    [userId],
  );
  return found.rows;
}
