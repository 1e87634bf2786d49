import { type AccountRow, changeOwnPassword, findAccount } from '@job-manager/engine/store/accounts';
import { recordAudit } from '@job-manager/engine/store/audit';
import type { SessionOrigin } from '@job-manager/engine/store/sessions';
import type { Sql } from '@job-manager/engine/store/sql';
import type { CurrentUser } from '@job-manager/shared/contract/auth';
import type { Attempts } from './attempts.js';
import { hashPassword, isPassword } from './passwords.js';

/** The current password, which changes of one's own account require, is another one. */
export class WrongPassword extends Error {}

interface Checks {
  sql: Sql;
  attempts: Pick<Attempts, 'beginOwn' | 'succeedOwn'>;
}

/** A person who is signed in, and where from. */
interface Person {
  user: CurrentUser;
  from: SessionOrigin;
}

/**
 * The account of a person who gives its current password. Wrong ones are counted per person and written down. Throws
 * WrongPassword, TooManyAttempts or HashingBusy.
 */
export async function confirmPassword(
  { sql, attempts }: Checks,
  { user, from }: Person,
  current: string,
): Promise<AccountRow> {
  const account = await findAccount(sql, user.email);
  if (account) {
    await attempts.beginOwn(account);
    if ((await isPassword(account.passwordHash, current)) && account.disabledAt === null) {
      await attempts.succeedOwn(account);
      return account;
    }
  }
  const actor = { actorId: user.id, actorEmail: user.email, ...from };
  await recordAudit(sql, { ...actor, action: 'session.refused', target: 'current password' });
  throw new WrongPassword();
}

/**
 * Changes the password of a person who gives the current one; their other sessions end. Throws as `confirmPassword`
 * does.
 */
export async function changePassword(
  checks: Checks,
  person: Person & { sessionId: string },
  { current, wanted }: { current: string; wanted: string },
): Promise<void> {
  const { user, from, sessionId } = person;
  const actor = { actorId: user.id, actorEmail: user.email, ...from };
  let seen = await confirmPassword(checks, person, current);
  const passwordHash = await hashPassword(wanted);
  // The account has changed meanwhile, by a sign-in or a new password: checked again.
  while (!(await changeOwnPassword(checks.sql, seen, { passwordHash, sessionId }, actor))) {
    seen = await confirmPassword(checks, person, current);
  }
}
