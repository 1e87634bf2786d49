import '@job-manager/server/cli/check-node';
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Config, readConfig } from '@job-manager/engine/config';
import { reportFailure } from '@job-manager/server/cli/refusal';
import { Resources } from '@job-manager/server/cli/resources';
import { onStopSignals } from '@job-manager/server/cli/stop-signals';
import { printLine } from '@job-manager/server/cli/terminal';
import { Command } from 'commander';
import pc from 'picocolors';
import { claimInstance, findInstance } from './lib/instance.js';
import { checkPort } from './lib/port.js';
import { prepareProduct } from './lib/product.js';
import { programOf, ROOT } from './lib/repository.js';

/** A person who saves a file waits for the restart; runs under way come back to the queue. */
const DRAIN_MS = '1000';

const CHILDREN_END_WITHIN_MS = 5_000;

/** A change in one of them starts the server again. */
const SOURCES = ['backend/client/src', 'backend/engine/src', 'backend/sample/src', 'backend/server/src', 'shared/src'];

const only = new Command('dev')
  .description('The product while it is worked on: server and panel reload as their sources change.')
  .option('--backend', 'the server alone')
  .option('--panel', 'the panel alone, in front of the server at PORT')
  .showHelpAfterError('Try --help.')
  .parse()
  .opts<{ backend?: true; panel?: true }>();

const resources = new Resources();
const stopping = new AbortController();
onStopSignals({ stop: (signal) => stopping.abort(signal), force: () => process.exit(130) });

try {
  await Promise.race([develop(), stopRequested()]);
} catch (error) {
  reportFailure(error);
  process.exitCode = 1;
}
await resources.closeAll().catch(reportFailure);
process.exit();

/** Runs the server, reloading, and Vite's own server for the panel, or one of them. Ends when one ends by itself. */
async function develop(): Promise<void> {
  const env = { NODE_ENV: 'development', JOBS_DRAIN_MS: DRAIN_MS, ...process.env };
  const config = readConfig(env);
  const started = [
    ...(only.panel ? [] : [await startBackend(config, env)]),
    ...(only.backend ? [] : [await startPanel(config, env)]),
  ];
  await Promise.race(started.map(ended));
  if (!stopping.signal.aborted) throw new Error('The backend or Vite ended by itself.');
}

async function startBackend(config: Config, env: NodeJS.ProcessEnv): Promise<ChildProcess> {
  const instance = await resources.hold(claimInstance(config.DATA_DIR), (held) => held.release());
  await checkPort(config);
  const { database, signIn } = await prepareProduct({ config, resources, signal: stopping.signal, withPanel: false });
  const backend = await run(
    [
      programOf('tsx'),
      'watch',
      '--clear-screen=false',
      ...SOURCES.flatMap((folder) => ['--include', folder]),
      '--exclude',
      'backend/engine/src/generated',
      'scripts/lib/dev-server.ts',
    ],
    ROOT,
    { ...env, DATABASE_URL: database.url },
  );
  await instance.announce(`http://127.0.0.1:${config.PORT}`);
  printLine(
    `\n  Sign in as ${pc.bold(signIn.email)}${signIn.newPassword ? `, password ${pc.bold(signIn.newPassword)}` : ''}\n`,
  );
  if (only.backend) printLine('  The panel: “pnpm dev” in the folder frontend.\n');
  return backend;
}

async function startPanel(config: Config, env: NodeJS.ProcessEnv): Promise<ChildProcess> {
  if (only.panel && !(await findInstance(config.DATA_DIR)))
    printLine('\n  No server runs from this folder yet: “pnpm dev” in the folder backend.\n');
  return run([programOf('vite', 'vite', 'frontend')], join(ROOT, 'frontend'), {
    ...env,
    BACKEND_PORT: String(config.PORT),
  });
}

function run(command: string[], cwd: string, env: NodeJS.ProcessEnv): Promise<ChildProcess> {
  const child = spawn(process.execPath, command, { cwd, env, stdio: ['ignore', 'inherit', 'inherit'] });
  return resources.hold(Promise.resolve(child), async () => {
    // Ctrl-C has reached it already, and a second signal would make it give up on a clean end.
    if (stopping.signal.reason === 'SIGINT') await Promise.race([ended(child), delay(CHILDREN_END_WITHIN_MS)]);
    child.kill('SIGTERM');
    await ended(child);
  });
}

function ended(child: ChildProcess): Promise<unknown> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once('exit', resolve));
}

function stopRequested(): Promise<void> {
  return new Promise((resolve) => stopping.signal.addEventListener('abort', () => resolve(), { once: true }));
}
