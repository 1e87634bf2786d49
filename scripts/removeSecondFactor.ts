import '@job-manager/server/cli/check-node';
import { readConfig } from '@job-manager/engine/config';
import { Refusal, runCommand } from '@job-manager/server/cli/refusal';
import { printLine } from '@job-manager/server/cli/terminal';
import { Command } from 'commander';
import { withDatabase } from './lib/database.js';

const program = new Command('admin:remove-second-factor')
  .description('Removes the second factor of an account, and ends all its sessions.')
  .argument('<email>')
  .showHelpAfterError('Try --help.')
  .action((email: string) => runCommand(() => removeSecondFactor(email)));

await program.parseAsync();

async function removeSecondFactor(typed: string): Promise<void> {
  const { normalizeEmail } = await import('@job-manager/server/auth/accounts');
  const { findAccount } = await import('@job-manager/engine/store/accounts');
  const { removeFactor } = await import('@job-manager/engine/store/second-factors');
  const email = normalizeEmail(typed);
  const isRemoved = await withDatabase(readConfig(), async ({ pool }) => {
    const account = await findAccount(pool, email);
    if (!account) throw new Refusal(`There is no account ${email}.`);
    return removeFactor(pool, account.id, { actorId: null, actorEmail: null, ip: null, userAgent: null });
  });
  if (!isRemoved) throw new Refusal(`${email} has no second factor.`);
  printLine(`The second factor of ${email} is removed: signing in takes the password alone.`);
}
