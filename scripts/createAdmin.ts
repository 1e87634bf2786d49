import '@job-manager/server/cli/check-node';
import { createInterface } from 'node:readline/promises';
import { readConfig } from '@job-manager/engine/config';
import { Refusal, runCommand } from '@job-manager/server/cli/refusal';
import { complain, printLine } from '@job-manager/server/cli/terminal';
import { userRoles } from '@job-manager/shared/roles';
import { Command } from 'commander';
import pc from 'picocolors';
import { withDatabase } from './lib/database.js';

const IN_PLAIN_SIGHT =
  'A password on a command line is seen in the list of processes and kept by the shell: leave it out, and the command prompts for it.';

const program = new Command('admin:create')
  .description(
    'Creates an account, or gives an existing one this password and role, lets it in again and signs it out everywhere. The command prompts for the password, or reads it from standard input, and the person has to change it at the first sign-in.',
  )
  .usage('<email> <ROLE>')
  .argument('<email>')
  // Older calls have the password here, and the role behind it.
  .argument('<role>', `${userRoles.join(', ')}, or the name of an own role`)
  .argument('[role-behind-password]', 'for older scripts: <email> <password> <ROLE>')
  .showHelpAfterError('Try --help.')
  .action((email: string, second: string, third?: string) => runCommand(() => createAccount(email, second, third)));

await program.parseAsync();

async function createAccount(email: string, second: string, third: string | undefined): Promise<void> {
  const config = readConfig();
  const role = readRole(third ?? second);
  if (third !== undefined) complain(pc.yellow(IN_PLAIN_SIGHT));
  const password = third === undefined ? await readPassword() : second;
  const account = await withDatabase(config, async ({ pool }) => {
    const { AccountError, upsertAccount } = await import('@job-manager/server/auth/accounts');
    const { hostsOf } = await import('@job-manager/server/auth/password-rules');
    const options = { mustChangePassword: true, hosts: hostsOf(config) };
    return upsertAccount(pool, { email, password, role }, options).catch((error) => {
      throw error instanceof AccountError ? new Refusal(error.message) : error;
    });
  });
  printLine(`${account.email} can sign in as ${role}, and chooses a new password then.`);
}

/** A built-in role however it is written, or the name of an own one. */
function readRole(text: string): string {
  return userRoles.find((name) => name === text.toUpperCase()) ?? text;
}

async function readPassword(): Promise<string> {
  const { password: askPassword, cancel, isCancel } = await import('@clack/prompts');
  if (!process.stdin.isTTY) return readFirstLine();
  const given = await askPassword({ message: 'Password' });
  if (!isCancel(given)) return given ?? '';
  cancel('Nothing was changed.');
  process.exit(130);
}

async function readFirstLine(): Promise<string> {
  const lines = createInterface({ input: process.stdin });
  for await (const line of lines) return line;
  throw new Refusal('The password is missing: send it to standard input.');
}
