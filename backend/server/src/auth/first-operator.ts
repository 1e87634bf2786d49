import type { Config } from '@job-manager/engine/config';
import type { createPool } from '@job-manager/engine/database/client';
import { Refusal } from '../cli/refusal.js';

type Pool = ReturnType<typeof createPool>;

/** How to sign in, for the one who starts the server. */
export interface SignIn {
  email: string;
  /** Generated just now, and stored nowhere else. */
  newPassword?: string;
}

const DEFAULT_EMAIL = 'admin@example.com';

/** Creates the first SUPER_ADMIN when there is no operator; returns who can sign in. */
export async function ensureOperator(pool: Pool, config: Config): Promise<SignIn> {
  const found = await pool.query<{ email: string }>(
    `SELECT email FROM "User" WHERE role IN ('ADMIN', 'SUPER_ADMIN') AND "passwordHash" IS NOT NULL
     ORDER BY "disabledAt" IS NULL DESC, role = 'SUPER_ADMIN' DESC, id LIMIT 1`,
  );
  const [operator] = found.rows;
  if (operator) return operator;
  const { AccountError, upsertAccount } = await import('./accounts.js');
  const { hostsOf } = await import('./password-rules.js');
  const { makePassword } = await import('./passwords.js');
  const password = config.ADMIN_PASSWORD ?? makePassword();
  const account = { email: config.ADMIN_EMAIL ?? DEFAULT_EMAIL, password, role: 'SUPER_ADMIN' as const };
  // Who sets ADMIN_PASSWORD chose it themselves; a generated one was on a screen or in a log.
  const options = { mustChangePassword: config.ADMIN_PASSWORD === undefined, hosts: hostsOf(config) };
  const { email } = await upsertAccount(pool, account, options).catch((error) => {
    throw error instanceof AccountError
      ? new Refusal(`The account of ADMIN_EMAIL and ADMIN_PASSWORD cannot be made: ${error.message}.`)
      : error;
  });
  return config.ADMIN_PASSWORD ? { email } : { email, newPassword: password };
}
