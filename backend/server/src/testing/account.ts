import { writeAccount } from '@job-manager/engine/store/accounts';
import type { Sql } from '@job-manager/engine/store/sql';
import type { CurrentUser } from '@job-manager/shared/contract/auth';
import type { UserRole } from '@job-manager/shared/roles';
import { type Algorithm, hash } from '@node-rs/argon2';
import { normalizeEmail } from '../auth/accounts.js';

/** The password of every account that tests make. */
export const PASSWORD = 'correct horse battery';

const ARGON2ID: Algorithm = 2;
let passwordHash: Promise<string> | undefined;

/**
 * Creates an account that may sign in with PASSWORD. Its hash is argon2id at the least cost there is: one of full cost
 * takes a twentieth of a second to make, and as long at each sign-in.
 */
export async function createAccount(
  sql: Sql,
  { email, role }: { email: string; role: UserRole },
): Promise<CurrentUser> {
  passwordHash ??= hash(PASSWORD, { algorithm: ARGON2ID, memoryCost: 8, timeCost: 1, parallelism: 1 });
  return writeAccount(sql, { email: normalizeEmail(email), role, passwordHash: await passwordHash });
}
