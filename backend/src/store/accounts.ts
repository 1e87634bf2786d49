import type { CurrentUser } from '@job-manager/shared/contract/auth';
import type { UserRole } from '@job-manager/shared/roles';
import type { Sql } from './sql.js';

/** An account as sign-in needs it; no hash means that nobody can sign in to it. */
export interface AccountRow extends CurrentUser {
  passwordHash: string | null;
}

/** The account of an address in lower case, or null. */
export async function findAccount(sql: Sql, email: string): Promise<AccountRow | null> {
  const found = await sql.query<AccountRow>(`SELECT id, email, role, "passwordHash" FROM "User" WHERE email = $1`, [
    email,
  ]);
  return found.rows[0] ?? null;
}

export interface NewAccount {
  email: string;
  passwordHash: string;
  role: UserRole;
}

/** Creates the account, or gives the existing one this password and role and ends all of its sessions. */
export async function writeAccount(sql: Sql, account: NewAccount): Promise<CurrentUser> {
  const written = await sql.query<CurrentUser>(WRITE, [account.email, account.passwordHash, account.role]);
  const [user] = written.rows;
  if (!user) throw new Error('PostgreSQL returned no row for an account');
  return user;
}

const WRITE = `
WITH written AS (
  INSERT INTO "User" (email, "passwordHash", role) VALUES ($1, $2, $3::"UserRole")
  ON CONFLICT (email) DO UPDATE
  SET "passwordHash" = EXCLUDED."passwordHash", role = EXCLUDED.role, "tokenVersion" = "User"."tokenVersion" + 1
  RETURNING id, email, role
), audited AS (
  INSERT INTO "AuditEvent" (action, target) SELECT 'account.write', email || ' ' || role FROM written
)
SELECT id, email, role FROM written`;
