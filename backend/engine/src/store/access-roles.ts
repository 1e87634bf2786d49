import type { Permission } from '@job-manager/shared/permissions';
import { type AuditPerson, auditPerson, auditPersonValues } from './audit.js';
import type { Sql } from './sql.js';

/** A custom role of the installation. */
export interface RoleRow {
  id: string;
  name: string;
  permissions: Permission[];
  jobPatterns: string[] | null;
  /** Accounts with this role. */
  people: number;
  createdAt: Date;
  updatedAt: Date;
}

export type GivenAccessRole = Pick<RoleRow, 'name' | 'permissions' | 'jobPatterns'>;

/** The limit of roles: more would be no readable list. */
export const MAX_ROLES = 50;

const selectRoles = (source: string): string => `
SELECT r.id, r.name, r.permissions, r."jobPatterns", r."createdAt", r."updatedAt",
  (SELECT count(*)::int FROM "User" u WHERE u."accessRoleId" = r.id) AS people
FROM ${source} r`;

/** All own roles, by name. */
export async function listRoles(sql: Sql): Promise<RoleRow[]> {
  return (await sql.query<RoleRow>(`${selectRoles('"AccessRole"')} ORDER BY lower(r.name), r.id`)).rows;
}

/** One own role, or null. */
export async function findRole(sql: Sql, id: string): Promise<RoleRow | null> {
  return (await sql.query<RoleRow>(`${selectRoles('"AccessRole"')} WHERE r.id = $1`, [id])).rows[0] ?? null;
}

/** What the own role of this name allows, or null. */
export async function findRoleByName(sql: Sql, name: string): Promise<GivenAccessRole | null> {
  const { rows } = await sql.query<GivenAccessRole>({
    // Sent with each call of such a person, so it is planned once per connection.
    name: 'find-role-by-name',
    text: 'SELECT name, permissions, "jobPatterns" FROM "AccessRole" WHERE name = $1',
    values: [name],
  });
  return rows[0] ?? null;
}

const content = (row: string) =>
  `jsonb_build_object('permissions', ${row}.permissions, 'jobPatterns', ${row}."jobPatterns")`;

/** Adds a role and writes its audit entry; null where there are MAX_ROLES. Throws 23505 for a name that is taken. */
export async function addRole(sql: Sql, given: GivenAccessRole, by: AuditPerson): Promise<RoleRow | null> {
  const values = [given.name, given.permissions, given.jobPatterns];
  return (await sql.query<RoleRow>(ADD, [...values, ...auditPersonValues(by)])).rows[0] ?? null;
}

const ADD = `
WITH added AS (
  INSERT INTO "AccessRole" (name, permissions, "jobPatterns")
  SELECT $1, $2::text[], $3::text[] WHERE (SELECT count(*) FROM "AccessRole") < ${MAX_ROLES}
  RETURNING *
), audited AS (${auditPerson(
  'added',
  { action: 'role.create', target: 'name', details: `jsonb_build_object('roleId', id) || ${content('added')}` },
  4,
)})
${selectRoles('added')}`;

/** Changes a role and writes what it was and is into the audit log; null for an unknown id. Throws 23505 as `addRole` does. */
export async function changeAccessRole(
  sql: Sql,
  id: string,
  given: GivenAccessRole,
  by: AuditPerson,
): Promise<RoleRow | null> {
  const values = [id, given.name, given.permissions, given.jobPatterns];
  return (await sql.query<RoleRow>(CHANGE, [...values, ...auditPersonValues(by)])).rows[0] ?? null;
}

const CHANGE = `
WITH before AS MATERIALIZED (SELECT * FROM "AccessRole" WHERE id = $1 FOR UPDATE
), changed AS (
  UPDATE "AccessRole" r SET name = $2, permissions = $3::text[], "jobPatterns" = $4::text[], "updatedAt" = clock_timestamp()
  FROM before WHERE r.id = before.id RETURNING r.*
), audited AS (${auditPerson(
  'changed JOIN before USING (id)',
  {
    action: 'role.change',
    target: 'changed.name',
    details: `jsonb_build_object('roleId', id, 'before', ${content('before')} || jsonb_build_object('name', before.name), 'after', ${content('changed')} || jsonb_build_object('name', changed.name))`,
  },
  5,
)})
${selectRoles('changed')}`;

/** Removes a role and writes its audit entry. Throws where an account has it; false for an unknown id. */
export async function removeRole(sql: Sql, id: string, by: AuditPerson): Promise<boolean> {
  return (await sql.query(REMOVE, [id, ...auditPersonValues(by)])).rows.length > 0;
}

const REMOVE = `
WITH removed AS (DELETE FROM "AccessRole" WHERE id = $1 RETURNING *
), audited AS (${auditPerson(
  'removed',
  { action: 'role.remove', target: 'name', details: `jsonb_build_object('roleId', id) || ${content('removed')}` },
  2,
)})
SELECT id FROM removed`;
