import '@job-manager/backend/cli/check-node';
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { reportFailure } from '@job-manager/backend/cli/refusal';
import { Resources } from '@job-manager/backend/cli/resources';
import { onStopSignals } from '@job-manager/backend/cli/stop-signals';
import { say } from '@job-manager/backend/cli/terminal';
import { readConfig } from '@job-manager/backend/config';
import pc from 'picocolors';
import { claimInstance } from './lib/instance.js';
import { checkPort } from './lib/port.js';
import { prepareProduct } from './lib/product.js';
import { programOf, ROOT } from './lib/repository.js';

/** A person who saves a file waits for the restart; runs under way come back to the queue. */
const DRAIN_MS = '1000';

const CHILDREN_END_WITHIN_MS = 5_000;

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

/** Runs the backend, reloading, and Vite's own server for the panel. Ends when one of them ends. */
async function develop(): Promise<void> {
  const env = { NODE_ENV: 'development', JOBS_DRAIN_MS: DRAIN_MS, ...process.env };
  const config = readConfig(env);
  const instance = await resources.hold(claimInstance(config.DATA_DIR), (held) => held.release());
  await checkPort(config);
  const { database, signIn } = await prepareProduct({ config, resources, signal: stopping.signal, withPanel: false });
  const backend = await run(
    [
      programOf('tsx'),
      'watch',
      '--clear-screen=false',
      '--include',
      'backend/src',
      '--include',
      'shared/src',
      '--exclude',
      'backend/src/generated',
      'scripts/lib/dev-server.ts',
    ],
    ROOT,
    { ...env, DATABASE_URL: database.url },
  );
  const vite = await run([programOf('vite', 'vite', 'frontend')], join(ROOT, 'frontend'), {
    ...env,
    BACKEND_PORT: String(config.PORT),
  });
  await instance.announce(`http://127.0.0.1:${config.PORT}`);
  say(
    `\n  Sign in as ${pc.bold(signIn.email)}${signIn.newPassword ? `, password ${pc.bold(signIn.newPassword)}` : ''}\n`,
  );
  await Promise.race([ended(backend), ended(vite)]);
  if (!stopping.signal.aborted) throw new Error('The backend or Vite ended by itself.');
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
