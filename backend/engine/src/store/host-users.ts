import type { CurrentUser } from '@job-manager/shared/contract/auth';
import type { UserRole } from '@job-manager/shared/roles';
import type { Sql } from './sql.js';

/** A person of the application that embeds us, as it names them. */
export interface HostPerson {
  /** Their id there. */
  externalId: string;
  email: string;
  role: UserRole;
}

/**
 * Keeps the row that runs and the audit log point to for a user of the host application, and answers it. Two people
 * there may share an address, which is unique here: the second one's then carries their id behind it.
 */
export async function writeHostUser(sql: Sql, person: HostPerson): Promise<CurrentUser> {
  const values = [person.externalId, person.email, person.role];
  // Of two users with the same address at the same moment, one finds it taken only at the second try.
  const write = () => sql.query<CurrentUser>(WRITE, values);
  const { rows } = await write().catch((error) => (isTaken(error) ? write() : Promise.reject(error)));
  const [user] = rows;
  if (!user) throw new Error('PostgreSQL returned no row for a user of the host application');
  return user;
}

const WRITE = `
INSERT INTO "User" ("externalId", email, role)
SELECT $1::text, CASE WHEN EXISTS (SELECT FROM "User" WHERE email = $2::text AND "externalId" IS DISTINCT FROM $1::text)
  THEN left($2::text, 251 - length($1::text)) || ' (' || $1::text || ')' ELSE $2::text END, $3::"UserRole"
ON CONFLICT ("externalId") DO UPDATE SET email = EXCLUDED.email, role = EXCLUDED.role, "accessRoleId" = NULL
RETURNING id, email, role`;

const isTaken = (error: unknown): boolean => (error as { code?: unknown } | null)?.code === '23505';
