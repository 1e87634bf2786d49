import type { CurrentUser } from '@job-manager/shared/contract/auth';
import type { UserRole } from '@job-manager/shared/roles';
import { type AuditPerson, auditPerson, auditPersonValues } from './audit.js';
import type { Sql } from './sql.js';

/** An account as sign-in needs it; no hash means that it can't sign in. */
export interface AccountRow extends CurrentUser {
  passwordHash: string | null;
  disabledAt: Date | null;
  lastSignInAt: Date | null;
  mustChangePassword: boolean;
  /** Another person set the password, and the owner did not change it in time. */
  isPasswordExpired: boolean;
  attemptsResetAt: Date | null;
  /** Whether its person has signed in from the given network. */
  isKnownNetwork: boolean;
  hasSecondFactor: boolean;
}

/**
 * When a password that another person set expires, as an SQL expression: it may be on a screen, in a mail or in a log.
 */
export const PASSWORD_END = `clock_timestamp() + interval '7 days'`;

/** Of the person `u`. */
export const HAS_SECOND_FACTOR = `EXISTS (
  SELECT FROM "SecondFactor" f WHERE f."userId" = u.id AND f."confirmedAt" IS NOT NULL) AS "hasSecondFactor"`;

/** The account of an address in lower case, or null. */
export async function findAccount(sql: Sql, email: string, network: string | null = null): Promise<AccountRow | null> {
  const found = await sql.query<AccountRow>(
    `SELECT id, email, role, "passwordHash", "disabledAt", "lastSignInAt", "mustChangePassword", "attemptsResetAt", ${HAS_SECOND_FACTOR},
       coalesce("passwordExpiresAt" < clock_timestamp(), false) AS "isPasswordExpired",
       EXISTS (SELECT FROM "SignInNetwork" n WHERE n."userId" = u.id AND n.network = $2) AS "isKnownNetwork"
     FROM "User" u WHERE email = $1`,
    [email, network],
  );
  return found.rows[0] ?? null;
}

export interface NewAccount {
  email: string;
  passwordHash: string;
  role: UserRole;
  /** An own role; `role` is USER then. */
  accessRoleId?: string | null;
  /** Where another person chose the password. */
  mustChangePassword?: boolean;
}

/**
 * Creates the account, or gives the existing one this password and role, lets it in again, lifts a lock by wrong
 * passwords and ends all of its sessions.
 */
export async function writeAccount(sql: Sql, account: NewAccount): Promise<CurrentUser> {
  const { email, passwordHash, role, accessRoleId = null, mustChangePassword = false } = account;
  const written = await sql.query<CurrentUser>(WRITE, [email, passwordHash, role, mustChangePassword, accessRoleId]);
  const [user] = written.rows;
  if (!user) throw new Error('PostgreSQL returned no row for an account');
  return user;
}

const WRITE = `
WITH written AS (
  INSERT INTO "User" (email, "passwordHash", role, "mustChangePassword", "passwordExpiresAt", "accessRoleId")
  VALUES ($1, $2, $3::"UserRole", $4, CASE WHEN $4 THEN ${PASSWORD_END} END, $5::uuid)
  ON CONFLICT (email) DO UPDATE
  SET "passwordHash" = EXCLUDED."passwordHash", role = EXCLUDED.role, "accessRoleId" = EXCLUDED."accessRoleId", "disabledAt" = NULL,
      "mustChangePassword" = EXCLUDED."mustChangePassword", "passwordExpiresAt" = EXCLUDED."passwordExpiresAt", "attemptsResetAt" = clock_timestamp(),
      "tokenVersion" = "User"."tokenVersion" + 1
  RETURNING id, email, role, "accessRoleId"
), ended AS (
  DELETE FROM "Session" WHERE "userId" IN (SELECT id FROM written)
), audited AS (
  INSERT INTO "AuditEvent" (action, target) SELECT 'account.write', email || ' ' || coalesce((SELECT name FROM "AccessRole" WHERE id = "accessRoleId"), role::text) FROM written
)
SELECT id, email, role FROM written`;

/**
 * Gives an account the password its person chose and ends all of their sessions but this one. Changes nothing and
 * returns false when the account has changed since it was `seen`: another password, or a sign-in meanwhile, whose
 * session this statement could not see and would not end.
 */
export async function changeOwnPassword(
  sql: Sql,
  seen: AccountRow,
  change: { passwordHash: string; sessionId: string },
  person: AuditPerson,
): Promise<boolean> {
  const { id, passwordHash, lastSignInAt } = seen;
  const values = [id, passwordHash, lastSignInAt, change.passwordHash, change.sessionId];
  const changed = await sql.query(CHANGE_OWN_PASSWORD, [...values, ...auditPersonValues(person)]);
  return changed.rows.length > 0;
}

const CHANGE_OWN_PASSWORD = `
WITH changed AS (
  UPDATE "User" SET "passwordHash" = $4, "mustChangePassword" = false, "passwordExpiresAt" = NULL
  WHERE id = $1 AND "passwordHash" = $2 AND "lastSignInAt" IS NOT DISTINCT FROM $3::timestamptz AND "disabledAt" IS NULL
  RETURNING id, email
), ended AS (
  DELETE FROM "Session" WHERE "userId" IN (SELECT id FROM changed) AND id <> $5::uuid RETURNING id
), audited AS (${auditPerson(
  'changed',
  {
    action: 'account.change-password',
    target: 'email',
    details: `jsonb_build_object('sessionsEnded', (SELECT count(*) FROM ended))`,
  },
  6,
)})
SELECT id FROM changed`;
