import type { AuditAction } from '@job-manager/shared/audit';
import { type AuditPerson, auditPerson, auditPersonValues } from './audit.js';
import type { Sql } from './sql.js';

/** How long a person may take to read the secret into their app and type its first code. */
const CONFIRM_WITHIN = `interval '15 minutes'`;
/** Wrong codes of one person within a day, from any address: an attacker who guesses codes has the password already. */
export const MAX_TRIES = 20;
const TRIES_WITHIN = `interval '24 hours'`;

/** The secret of an app, encrypted, and the database's clock. */
export interface FactorSecret {
  secret: Uint8Array;
  nowMs: number;
}

export interface CountedTry extends FactorSecret {
  recoverySalt: Uint8Array | null;
}

export interface NewRecoveryCodes {
  salt: Uint8Array;
  hashes: readonly string[];
}

/** Keeps the secret of an app that is yet to be confirmed, in place of an earlier one; false where one is confirmed. */
export async function writeUnconfirmedFactor(sql: Sql, userId: number, secret: Uint8Array): Promise<boolean> {
  const written = await sql.query(
    `INSERT INTO "SecondFactor" ("userId", secret) VALUES ($1, $2)
     ON CONFLICT ("userId") DO UPDATE SET secret = EXCLUDED.secret, "createdAt" = clock_timestamp()
     WHERE "SecondFactor"."confirmedAt" IS NULL RETURNING "userId"`,
    [userId, secret],
  );
  return written.rows.length > 0;
}

const NOW_MS = `(extract(epoch FROM clock_timestamp()) * 1000)::float8 AS "nowMs"`;

/** The secret that a person is about to confirm; null where there is none, or it waited too long. */
export async function findUnconfirmedFactor(sql: Sql, userId: number): Promise<FactorSecret | null> {
  const found = await sql.query<FactorSecret>(
    `SELECT secret, ${NOW_MS} FROM "SecondFactor"
     WHERE "userId" = $1 AND "confirmedAt" IS NULL AND "createdAt" > clock_timestamp() - ${CONFIRM_WITHIN}`,
    [userId],
  );
  return found.rows[0] ?? null;
}

/**
 * Requires the code from now on. Ends every other session of this person. Returns false where the secret is no longer
 * the one that was checked, or is confirmed already.
 */
export async function confirmFactor(
  sql: Sql,
  factor: { userId: number; secret: Uint8Array; step: number; sessionId: string; codes: NewRecoveryCodes },
  by: AuditPerson,
): Promise<boolean> {
  const { userId, secret, step, sessionId, codes } = factor;
  const values = [userId, secret, step, sessionId, codes.salt, codes.hashes];
  const confirmed = await sql.query(CONFIRM, [...values, ...auditPersonValues(by)]);
  return confirmed.rows.length > 0;
}

const endOtherSessions = (own: number): string =>
  `DELETE FROM "Session" WHERE "userId" IN (SELECT id FROM changed) AND id <> $${own}::uuid RETURNING id`;
const audited = (action: AuditAction, details: string, first: number): string =>
  auditPerson('changed', { action, target: 'email', details }, first);
const SESSIONS_ENDED = `jsonb_build_object('sessionsEnded', (SELECT count(*) FROM ended))`;

const CONFIRM = `
WITH changed AS (
  UPDATE "SecondFactor" f SET "confirmedAt" = clock_timestamp(), "lastStep" = $3::bigint, tries = 0, "recoverySalt" = $5, "recoveryHashes" = $6
  FROM "User" u WHERE f."userId" = $1 AND u.id = f."userId" AND f."confirmedAt" IS NULL AND f.secret = $2
  RETURNING u.id, u.email
), ended AS (${endOtherSessions(4)}), audited AS (${audited('second-factor.set-up', SESSIONS_ENDED, 7)})
SELECT id FROM changed`;

/**
 * Counts a code as wrong before it is checked, so that concurrent guesses are counted too, and returns what it is
 * compared with. A number is how many seconds to wait, after too many wrong ones; null: no second factor.
 */
export async function countTry(sql: Sql, userId: number): Promise<CountedTry | number | null> {
  const counted = await sql.query<CountedTry>(COUNT_TRY, [userId, MAX_TRIES]);
  if (counted.rows[0]) return counted.rows[0];
  const blocked = await sql.query<{ seconds: number }>(BLOCKED_FOR, [userId]);
  return blocked.rows[0]?.seconds ?? null;
}

const IS_STALE = `(f."triedSince" < clock_timestamp() - ${TRIES_WITHIN} OR f."triedVersion" <> u."tokenVersion")`;
const COUNT_TRY = `
UPDATE "SecondFactor" f SET
  tries = CASE WHEN ${IS_STALE} THEN 1 ELSE f.tries + 1 END,
  "triedSince" = CASE WHEN ${IS_STALE} THEN clock_timestamp() ELSE f."triedSince" END,
  "triedVersion" = u."tokenVersion"
FROM "User" u
WHERE f."userId" = $1 AND u.id = f."userId" AND f."confirmedAt" IS NOT NULL AND (f.tries < $2 OR ${IS_STALE})
RETURNING f.secret, f."recoverySalt", ${NOW_MS}`;
const BLOCKED_FOR = `
SELECT ceil(extract(epoch FROM "triedSince" + ${TRIES_WITHIN} - clock_timestamp()))::int AS seconds
FROM "SecondFactor" WHERE "userId" = $1 AND "confirmedAt" IS NOT NULL`;

const UNCOUNT = `tries = greatest(0, tries - 1)`;

/** Takes the code of a step, and no longer counts it as wrong; false where it, or a later one, was taken before. */
export async function takeStep(sql: Sql, userId: number, step: number): Promise<boolean> {
  const taken = await sql.query(
    `UPDATE "SecondFactor" SET "lastStep" = $2::bigint, ${UNCOUNT}
     WHERE "userId" = $1 AND "confirmedAt" IS NOT NULL AND ("lastStep" IS NULL OR "lastStep" < $2::bigint) RETURNING "userId"`,
    [userId, step],
  );
  return taken.rows.length > 0;
}

/** Uses a recovery code up and writes its audit entry; false where there is none of this hash, or no longer. */
export async function takeRecoveryCode(sql: Sql, userId: number, hash: string, by: AuditPerson): Promise<boolean> {
  const taken = await sql.query(TAKE_RECOVERY_CODE, [userId, hash, ...auditPersonValues(by)]);
  return taken.rows.length > 0;
}

const TAKE_RECOVERY_CODE = `
WITH changed AS (
  UPDATE "SecondFactor" f SET "recoveryHashes" = array_remove("recoveryHashes", $2::text), ${UNCOUNT}
  FROM "User" u WHERE f."userId" = $1 AND u.id = f."userId" AND $2 = ANY ("recoveryHashes")
  RETURNING u.id, u.email, cardinality("recoveryHashes") AS "left"
), audited AS (${audited('second-factor.use-recovery-code', `jsonb_build_object('left', "left")`, 3)})
SELECT id FROM changed`;

/** Replaces the recovery codes of a person; the former ones are worth nothing. False where they have no second factor. */
export async function replaceRecoveryCodes(
  sql: Sql,
  userId: number,
  { salt, hashes }: NewRecoveryCodes,
  by: AuditPerson,
): Promise<boolean> {
  const replaced = await sql.query(REPLACE_RECOVERY_CODES, [userId, salt, hashes, ...auditPersonValues(by)]);
  return replaced.rows.length > 0;
}

const REPLACE_RECOVERY_CODES = `
WITH changed AS (
  UPDATE "SecondFactor" f SET "recoverySalt" = $2, "recoveryHashes" = $3 FROM "User" u
  WHERE f."userId" = $1 AND u.id = f."userId" AND f."confirmedAt" IS NOT NULL RETURNING u.id, u.email
), audited AS (${audited('second-factor.renew-recovery-codes', `NULL`, 4)})
SELECT id FROM changed`;

/** Whether a person has one, since when, and how many of their recovery codes are left. */
export async function readFactor(sql: Sql, userId: number): Promise<{ since: Date; recoveryCodes: number } | null> {
  const found = await sql.query<{ since: Date; recoveryCodes: number }>(
    `SELECT "confirmedAt" AS since, cardinality("recoveryHashes") AS "recoveryCodes" FROM "SecondFactor" WHERE "userId" = $1 AND "confirmedAt" IS NOT NULL`,
    [userId],
  );
  return found.rows[0] ?? null;
}

/** Turns off a person's own; every other session of theirs ends. False where they have none. */
export async function turnFactorOff(sql: Sql, userId: number, sessionId: string, by: AuditPerson): Promise<boolean> {
  const removed = await sql.query(TURN_OFF, [userId, sessionId, ...auditPersonValues(by)]);
  return removed.rows.length > 0;
}

const REMOVED = `DELETE FROM "SecondFactor" f USING "User" u
  WHERE f."userId" = $1 AND u.id = f."userId" AND f."confirmedAt" IS NOT NULL RETURNING u.id, u.email`;
const TURN_OFF = `
WITH changed AS (${REMOVED}), ended AS (${endOtherSessions(2)}),
audited AS (${audited('second-factor.turn-off', SESSIONS_ENDED, 3)})
SELECT id FROM changed`;

/** Takes away the second factor of a person who lost it, and ends their sessions. False where they have none. */
export async function removeFactor(sql: Sql, userId: number, by: AuditPerson): Promise<boolean> {
  const removed = await sql.query(REMOVE, [userId, ...auditPersonValues(by)]);
  return removed.rows.length > 0;
}

const REMOVE = `
WITH changed AS (${REMOVED}), raised AS (
  UPDATE "User" SET "tokenVersion" = "tokenVersion" + 1 WHERE id IN (SELECT id FROM changed)
), ended AS (
  DELETE FROM "Session" WHERE "userId" IN (SELECT id FROM changed) RETURNING id
), waiting AS (
  DELETE FROM "PendingSignIn" WHERE "userId" IN (SELECT id FROM changed)
), audited AS (${audited('second-factor.remove', `jsonb_build_object('userId', id, 'sessionsEnded', (SELECT count(*) FROM ended))`, 2)})
SELECT id FROM changed`;
