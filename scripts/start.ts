import '@job-manager/server/cli/check-node';
import { setTimeout as delay } from 'node:timers/promises';
import { type Config, readConfig, unknownSettings } from '@job-manager/engine/config';
import type { SignIn } from '@job-manager/server/auth/first-operator';
import { reportFailure } from '@job-manager/server/cli/refusal';
import { Resources } from '@job-manager/server/cli/resources';
import { onStopSignals } from '@job-manager/server/cli/stop-signals';
import { complain, printLine } from '@job-manager/server/cli/terminal';
import type { RunningServer } from '@job-manager/server/main';
import pc from 'picocolors';
import { claimInstance } from './lib/instance.js';
import { checkPort } from './lib/port.js';
import { prepareProduct, serve } from './lib/product.js';

/** How long a forced stop may take to leave the database in order. */
const FORCED_WITHIN_MS = 5_000;

const resources = new Resources();
const stopping = new AbortController();
let server: RunningServer | undefined;

onStopSignals({ stop: () => stopping.abort(), force: () => void forceStop() });

try {
  await Promise.race([start(), stopRequested()]);
  await stopRequested();
} catch (error) {
  reportFailure(error);
  process.exitCode = 1;
}
if (server) printLine(pc.dim('\nStopping: runs that are under way may end first; Ctrl-C again stops at once.'));
await resources.closeAll().catch((error) => {
  reportFailure(error);
  process.exitCode = 1;
});
process.exit();

/** Everything, up to the line that shows where it listens. */
async function start(): Promise<void> {
  const config = readConfig();
  for (const unknown of unknownSettings()) complain(pc.yellow(unknown));
  const instance = await resources.hold(claimInstance(config.DATA_DIR), (held) => held.release());
  await checkPort(config);
  const { database, signIn } = await prepareProduct({ config, resources, signal: stopping.signal });
  server = await serve({ config, databaseUrl: database.url, resources });
  const address = addressFor(server.url, config);
  await instance.announce(address);
  announce(address, signIn);
}

function stopRequested(): Promise<void> {
  return new Promise((resolve) => {
    if (stopping.signal.aborted) resolve();
    stopping.signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Where a browser on this machine finds it: "all addresses" is none that one can open. */
function addressFor(url: string, config: Config): string {
  return config.PUBLIC_URL ?? url.replace(/\/\/(0\.0\.0\.0|\[::\])/, '//localhost');
}

function announce(address: string, signIn: SignIn): void {
  const lines = [
    '',
    `  ${pc.bold('Job Manager')} runs at ${pc.cyan(pc.underline(address))}`,
    '',
    ...describeSignIn(signIn),
    pc.dim('  Ctrl-C stops it and keeps the data.'),
    '',
  ];
  printLine(lines.join('\n'));
}

function describeSignIn({ email, newPassword }: SignIn): string[] {
  const renew = `npx pnpm@10 admin:create ${email} SUPER_ADMIN`;
  if (!newPassword) return [`  Sign in as ${pc.bold(email)}`, pc.dim(`  Password forgotten? ${renew}`)];
  return [
    `  Sign in as ${pc.bold(email)}`,
    `  Password   ${pc.bold(newPassword)}`,
    pc.dim(`  Shown this once, and to be changed when you sign in. For another one: ${renew}`),
  ];
}

/** Gives up waiting for runs, but not the order in the database. */
async function forceStop(): Promise<void> {
  process.exitCode = 130;
  for (const runner of server?.runnerPids() ?? []) process.kill(runner, 'SIGKILL');
  await Promise.race([resources.closeAll().catch(() => {}), delay(FORCED_WITHIN_MS)]);
  process.exit();
}
