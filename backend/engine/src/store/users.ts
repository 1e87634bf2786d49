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
  /** The own role that they have; `role` is USER then. */
  accessRoleId: string | null;
  roleName: string | null;
  canSignIn: boolean;
  hasSecondFactor: boolean;
  disabledAt: Date | null;
  createdAt: Date;
  lastSignInAt: Date | null;
  /** Sessions that have not ended. */
  sessions: number;
}

/** A built-in role, or USER with an own one. */
export interface GivenRole {
  role: UserRole;
  accessRoleId: string | null;
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
  accessRoleId?: string;
  /** From 1. */
  page: number;
  pageSize: number;
}

/** What the audit log calls the role of a person: the name of the own one, or of the built-in one. */
const roleNamed = (person: string): string =>
  `coalesce((SELECT name FROM "AccessRole" WHERE id = ${person}."accessRoleId"), ${person}.role::text)`;

const LIVING_SESSIONS = `(
  SELECT count(*)::int FROM "Session" s WHERE s."userId" = u.id AND s."expiresAt" > clock_timestamp())`;

const selectPeople = (source: string, sessions = LIVING_SESSIONS): string => `
SELECT u.id, u.email, u.role, u."accessRoleId", a.name AS "roleName", u."passwordHash" IS NOT NULL AS "canSignIn", u."disabledAt", u."createdAt", u."lastSignInAt",
  ${HAS_SECOND_FACTOR}, ${sessions} AS sessions
FROM ${source} u LEFT JOIN "AccessRole" a ON a.id = u."accessRoleId"`;

/** A page of people, the highest role first, and how many there are in all. */
export async function listPeople(
  sql: Sql,
  { search = '', role, accessRoleId, page, pageSize }: PeopleRequest,
): Promise<{ people: PersonRow[]; total: number }> {
  const filter = [role ?? null, accessRoleId ?? null, containing(search), operatorRoles];
  const found = await sql.query<PersonRow>(LIST, [...filter, pageSize, (page - 1) * pageSize]);
  const counted = await sql.query<{ total: number }>(
    `SELECT count(*)::int AS total FROM "User" WHERE ${MATCHES}`,
    filter,
  );
  return { people: found.rows, total: counted.rows[0]?.total ?? 0 };
}

// By role alone, USER means those without an own one.
const MATCHES = `email ILIKE $3 AND CASE WHEN $2::uuid IS NOT NULL THEN "accessRoleId" = $2::uuid
  WHEN $1::"UserRole" IS NOT NULL THEN role = $1::"UserRole" AND "accessRoleId" IS NULL
  ELSE role = ANY($4::"UserRole"[]) OR "accessRoleId" IS NOT NULL END`;

// The page is cut out first, so that sessions are counted for its people alone.
const LIST = `
WITH page AS MATERIALIZED (
  SELECT * FROM "User" WHERE ${MATCHES} ORDER BY role DESC, "accessRoleId" NULLS LAST, email LIMIT $5 OFFSET $6
)
${selectPeople('page')} ORDER BY u.role DESC, u."accessRoleId" NULLS LAST, u.email`;

/** One person, or null. */
export async function findPerson(sql: Sql, userId: number): Promise<PersonRow | null> {
  const found = await sql.query<PersonRow>(`${selectPeople('"User"')} WHERE u.id = $1`, [userId]);
  return found.rows[0] ?? null;
}

/** Adds an account that may sign in, and then has to change the password; null where the address is taken. */
export async function addPerson(
  sql: Sql,
  person: GivenRole & { email: string; passwordHash: string },
  by: AuditPerson,
): Promise<PersonRow | null> {
  const values = [person.email, person.passwordHash, person.role, person.accessRoleId];
  const added = await sql.query<PersonRow>(ADD, [...values, ...auditPersonValues(by)]);
  return added.rows[0] ?? null;
}

const ADD = `
WITH added AS (
  INSERT INTO "User" (email, "passwordHash", role, "accessRoleId", "mustChangePassword", "passwordExpiresAt")
  VALUES ($1, $2, $3::"UserRole", $4::uuid, true, ${PASSWORD_END})
  ON CONFLICT (email) DO NOTHING RETURNING *
), audited AS (${auditPerson(
  'added',
  {
    action: 'account.create',
    target: 'email',
    details: `jsonb_build_object('userId', id, 'role', ${roleNamed('added')})`,
  },
  5,
)})
${selectPeople('added', '0')}`;

/**
 * Changes a role. Null where nothing changed: no account of that id, that role already, or no other would be left
 * who is SUPER_ADMIN and may sign in.
 */
export async function changeRole(
  sql: Sql,
  { userId, by }: PersonChange,
  { role, accessRoleId }: GivenRole,
): Promise<PersonRow | null> {
  const changed = await sql.query<PersonRow>(CHANGE_ROLE, [userId, ...auditPersonValues(by), role, accessRoleId]);
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

// Locks all who could be the last SUPER_ADMIN, in one order, before a statement counts who is left: of two statements
// that take the role from the last two, the second waits, and then sees the change of the first.
const ANOTHER_IS_LEFT = `EXISTS (SELECT FROM locked WHERE locked.id <> $1 AND locked."isSuperAdmin")`;
const LOCK_SUPER_ADMINS = `
locked AS MATERIALIZED (
  SELECT id, role, "accessRoleId", ${roleNamed('"User"')} AS "roleNamed", role = 'SUPER_ADMIN' AND "disabledAt" IS NULL AND "passwordHash" IS NOT NULL AS "isSuperAdmin" FROM "User"
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
  UPDATE "User" u SET role = $6::"UserRole", "accessRoleId" = $7::uuid FROM locked before
  WHERE u.id = $1 AND before.id = u.id AND (before.role <> $6::"UserRole" OR before."accessRoleId" IS DISTINCT FROM $7::uuid)
    AND ($6::"UserRole" = 'SUPER_ADMIN' OR ${ANOTHER_IS_LEFT})
  RETURNING u.*, before."roleNamed" AS "roleBefore"
), ${audited('account.change-role', `'from', "roleBefore", 'to', ${roleNamed('changed')}`)}
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
