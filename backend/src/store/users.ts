import type { AuditAction } from '@job-manager/shared/audit';
import { operatorRoles, type UserRole } from '@job-manager/shared/roles';
import { HAS_SECOND_FACTOR, PASSWORD_END } from './accounts.js';
import { type AuditPerson, auditPerson, auditPersonValues } from './audit.js';
import { containing } from './search.js';
import type { Sql } from './sql.js';

/** A person as those who manage people see them. */
export interface PersonRow {
  id: number;
  email: string;
  role: UserRole;
  canSignIn: boolean;
  hasSecondFactor: boolean;
  disabledAt: Date | null;
  createdAt: Date;
  lastSignInAt: Date | null;
  /** Sessions that have not ended. */
  sessions: number;
}

/** Who is changed, and by whom. */
export interface PersonChange {
  userId: number;
  by: AuditPerson;
}

export interface PeopleRequest {
  /** Part of an address. */
  search?: string;
  /** Operators when left out. */
  role?: UserRole;
  /** From 1. */
  page: number;
  pageSize: number;
}

const LIVING_SESSIONS = `(
  SELECT count(*)::int FROM "Session" s WHERE s."userId" = u.id AND s."expiresAt" > clock_timestamp())`;

const selectPeople = (source: string, sessions = LIVING_SESSIONS): string => `
SELECT u.id, u.email, u.role, u."passwordHash" IS NOT NULL AS "canSignIn", u."disabledAt", u."createdAt", u."lastSignInAt",
  ${HAS_SECOND_FACTOR}, ${sessions} AS sessions
FROM ${source} u`;

/** A page of people, the highest role first, and how many there are in all. */
export async function listPeople(
  sql: Sql,
  { search = '', role, page, pageSize }: PeopleRequest,
): Promise<{ people: PersonRow[]; total: number }> {
  const filter = [role === undefined ? operatorRoles : [role], containing(search)];
  const found = await sql.query<PersonRow>(LIST, [...filter, pageSize, (page - 1) * pageSize]);
  const counted = await sql.query<{ total: number }>(
    `SELECT count(*)::int AS total FROM "User" WHERE ${MATCHES}`,
    filter,
  );
  return { people: found.rows, total: counted.rows[0]?.total ?? 0 };
}

const MATCHES = `role = ANY($1::"UserRole"[]) AND email ILIKE $2`;

// The page is cut out first, so that sessions are counted for its people alone.
const LIST = `
WITH page AS MATERIALIZED (
  SELECT * FROM "User" WHERE ${MATCHES} ORDER BY role DESC, email LIMIT $3 OFFSET $4
)
${selectPeople('page')} ORDER BY u.role DESC, u.email`;

/** One person, or null. */
export async function findPerson(sql: Sql, userId: number): Promise<PersonRow | null> {
  const found = await sql.query<PersonRow>(`${selectPeople('"User"')} WHERE u.id = $1`, [userId]);
  return found.rows[0] ?? null;
}

/** Adds an account that may sign in, and then has to change the password; null where the address is taken. */
export async function addPerson(
  sql: Sql,
  person: { email: string; passwordHash: string; role: UserRole },
  by: AuditPerson,
): Promise<PersonRow | null> {
  const values = [person.email, person.passwordHash, person.role];
  const added = await sql.query<PersonRow>(ADD, [...values, ...auditPersonValues(by)]);
  return added.rows[0] ?? null;
}

const ADD = `
WITH added AS (
  INSERT INTO "User" (email, "passwordHash", role, "mustChangePassword", "passwordExpiresAt")
  VALUES ($1, $2, $3::"UserRole", true, ${PASSWORD_END})
  ON CONFLICT (email) DO NOTHING RETURNING *
), audited AS (${auditPerson(
  'added',
  { action: 'account.create', target: 'email', details: `jsonb_build_object('userId', id, 'role', role)` },
  4,
)})
${selectPeople('added', '0')}`;

/**
 * Changes a role. Null where nothing changed: no account of that id, that role already, or no other would be left
 * who is SUPER_ADMIN and may sign in.
 */
export async function changeRole(sql: Sql, { userId, by }: PersonChange, role: UserRole): Promise<PersonRow | null> {
  const changed = await sql.query<PersonRow>(CHANGE_ROLE, [userId, ...auditPersonValues(by), role]);
  return changed.rows[0] ?? null;
}

/** Disables an account and ends its sessions. Null where nothing changed, as with `changeRole`. */
export async function disablePerson(sql: Sql, { userId, by }: PersonChange): Promise<PersonRow | null> {
  const changed = await sql.query<PersonRow>(DISABLE, [userId, ...auditPersonValues(by)]);
  return changed.rows[0] ?? null;
}

/** Enables an account again, whatever wrong passwords there were; null where nothing changed. */
export async function enablePerson(sql: Sql, { userId, by }: PersonChange): Promise<PersonRow | null> {
  const changed = await sql.query<PersonRow>(ENABLE, [userId, ...auditPersonValues(by)]);
  return changed.rows[0] ?? null;
}

/**
 * Gives a person another password, which they have to change, ends their sessions and lifts a lock by wrong passwords;
 * null for an unknown id.
 */
export async function resetPassword(
  sql: Sql,
  { userId, by }: PersonChange,
  passwordHash: string,
): Promise<PersonRow | null> {
  const changed = await sql.query<PersonRow>(RESET_PASSWORD, [userId, ...auditPersonValues(by), passwordHash]);
  return changed.rows[0] ?? null;
}

/** Ends all sessions of an account; null for an unknown id. */
export async function signOutEverywhere(sql: Sql, { userId, by }: PersonChange): Promise<PersonRow | null> {
  const changed = await sql.query<PersonRow>(SIGN_OUT, [userId, ...auditPersonValues(by)]);
  return changed.rows[0] ?? null;
}

// All who could be the last SUPER_ADMIN are locked, in one order, before anybody looks who is left: of two statements
// that take the role from the last two, the second waits, and then sees what the first has done.
const ANOTHER_IS_LEFT = `EXISTS (SELECT FROM locked WHERE locked.id <> $1 AND locked."isSuperAdmin")`;
const LOCK_SUPER_ADMINS = `
locked AS MATERIALIZED (
  SELECT id, role, role = 'SUPER_ADMIN' AND "disabledAt" IS NULL AND "passwordHash" IS NOT NULL AS "isSuperAdmin" FROM "User"
  WHERE id = $1 OR (role = 'SUPER_ADMIN' AND "disabledAt" IS NULL AND "passwordHash" IS NOT NULL)
  ORDER BY id FOR UPDATE
)`;

// Raising the version ends sessions, too, that begin this very moment and can't be seen here yet.
const END_SESSIONS = `"tokenVersion" = u."tokenVersion" + 1`;
const LIFT_LOCK = `"attemptsResetAt" = clock_timestamp()`;
const ENDED = `ended AS (DELETE FROM "Session" WHERE "userId" IN (SELECT id FROM changed) RETURNING id)`;

const audited = (action: AuditAction, details: string): string =>
  `audited AS (${auditPerson('changed', { action, target: 'email', details: `jsonb_build_object('userId', id, ${details})` }, 2)})`;
const SESSIONS_ENDED = `'sessionsEnded', (SELECT count(*) FROM ended)`;

const CHANGE_ROLE = `
WITH ${LOCK_SUPER_ADMINS}, changed AS (
  UPDATE "User" u SET role = $6::"UserRole" FROM locked before
  WHERE u.id = $1 AND before.id = u.id AND before.role <> $6::"UserRole"
    AND ($6::"UserRole" = 'SUPER_ADMIN' OR ${ANOTHER_IS_LEFT})
  RETURNING u.*, before.role AS "roleBefore"
), ${audited('account.change-role', `'from', "roleBefore", 'to', role`)}
${selectPeople('changed')}`;

const DISABLE = `
WITH ${LOCK_SUPER_ADMINS}, changed AS (
  UPDATE "User" u SET "disabledAt" = clock_timestamp(), ${END_SESSIONS}
  WHERE u.id = $1 AND u."disabledAt" IS NULL AND ${ANOTHER_IS_LEFT} RETURNING u.*
), ${ENDED}, ${audited('account.disable', SESSIONS_ENDED)}
${selectPeople('changed', '0')}`;

const ENABLE = `
WITH changed AS (
  UPDATE "User" u SET "disabledAt" = NULL, ${LIFT_LOCK} WHERE u.id = $1 AND u."disabledAt" IS NOT NULL
  RETURNING u.*
), ${audited('account.enable', `'role', role`)}
${selectPeople('changed')}`;

const RESET_PASSWORD = `
WITH changed AS (
  UPDATE "User" u SET "passwordHash" = $6, "mustChangePassword" = true, "passwordExpiresAt" = ${PASSWORD_END}, ${LIFT_LOCK}, ${END_SESSIONS}
  WHERE u.id = $1 RETURNING u.*
), ${ENDED}, ${audited('account.reset-password', SESSIONS_ENDED)}
${selectPeople('changed', '0')}`;

const SIGN_OUT = `
WITH changed AS (
  UPDATE "User" u SET ${END_SESSIONS} WHERE u.id = $1 RETURNING u.*
), ${ENDED}, ${audited('account.sign-out-everywhere', SESSIONS_ENDED)}
${selectPeople('changed', '0')}`;
