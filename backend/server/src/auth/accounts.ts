import { listRoles } from '@job-manager/engine/store/access-roles';
import { writeAccount } from '@job-manager/engine/store/accounts';
import type { Sql } from '@job-manager/engine/store/sql';
import { checkInput } from '@job-manager/shared/check-input';
import { type CurrentUser, newEmail, newPassword } from '@job-manager/shared/contract/auth';
import { type UserRole, userRoles } from '@job-manager/shared/roles';
import * as z from 'zod';
import { findWeakness } from './password-rules.js';
import { hashPassword } from './passwords.js';

/** An account that can't be created as requested; the message is one line for people. */
export class AccountError extends Error {}

const wanted = z.object({
  email: newEmail,
  password: newPassword,
  role: z.string(),
});

/** How an address is stored and looked up, however it was typed. */
export const normalizeEmail = (email: string): string => email.trim().toLowerCase();

interface AccountOptions {
  /** Whether the password, which another person chose, has to be changed before anything else. */
  mustChangePassword?: boolean;
  /** Names of the server, which make no password. */
  hosts?: readonly string[];
}

/** A built-in role, or an own one by its name. Throws AccountError where there is none. */
async function findRoleNamed(sql: Sql, name: string): Promise<{ role: UserRole; accessRoleId: string | null }> {
  const builtIn = userRoles.find((role) => role === name);
  if (builtIn) return { role: builtIn, accessRoleId: null };
  const own = await listRoles(sql);
  const found = own.find((role) => role.name === name);
  if (found) return { role: 'USER', accessRoleId: found.id };
  throw new AccountError(`role must be one of ${[...userRoles, ...own.map((role) => role.name)].join(', ')}`);
}

/**
 * Creates an account that may sign in. An account that exists gets the new password and role, a lock by wrong passwords
 * is lifted, and all of its sessions end. Throws AccountError for an address, password or role that can't be used.
 */
export async function upsertAccount(
  sql: Sql,
  account: { email: string; password: string; role: string },
  { mustChangePassword = false, hosts = [] }: AccountOptions = {},
): Promise<CurrentUser> {
  const checked = checkInput(wanted, account);
  if (!checked.success) {
    throw new AccountError(checked.issues.map(({ path, message }) => `${path} ${message}`).join('; '));
  }
  const { email, password, role } = checked.data;
  const weakness = await findWeakness(password, { email, hosts });
  if (weakness !== null) throw new AccountError(`password ${weakness}`);
  const given = await findRoleNamed(sql, role);
  return writeAccount(sql, { email, ...given, passwordHash: await hashPassword(password), mustChangePassword });
}
