import { unknownSettings } from '@job-manager/engine/config';
import { awaitDatabase } from '@job-manager/engine/database/await-database';
import { createPool } from '@job-manager/engine/database/client';
import { migrate } from '@job-manager/engine/database/migrate';
import { createLog } from '@job-manager/engine/log';
import pc from 'picocolors';
import { ensureOperator, type SignIn } from '../auth/first-operator.js';
import { startServer } from '../main.js';
import { readSettings } from './database.js';
import type { JobsModule } from './jobs-module.js';
import { reportFailure } from './refusal.js';
import { Resources } from './resources.js';
import { onStopSignals } from './stop-signals.js';
import { complain, printLine } from './terminal.js';

/**
 * Serves panel, API and socket for the database of DATABASE_URL until this process receives the signal to stop, and ends the process.
 * Executes runs of these jobs in a process of its own, unless JOBS_RUNNER is off; without any it leaves runs to workers.
 */
export async function runServer(loadJobs?: () => Promise<JobsModule>): Promise<never> {
  const resources = new Resources();
  const stopping = new AbortController();
  const stopped = new Promise<void>((resolve) => stopping.signal.addEventListener('abort', () => resolve()));
  onStopSignals({ stop: () => stopping.abort(), force: () => process.exit(130) });
  try {
    await Promise.race([serve(resources, stopping.signal, loadJobs), stopped]);
    await stopped;
  } catch (error) {
    reportFailure(error);
    process.exitCode = 1;
  }
  await resources.closeAll().catch(reportFailure);
  process.exit();
}

async function serve(
  resources: Resources,
  signal: AbortSignal,
  loadJobs: (() => Promise<JobsModule>) | undefined,
): Promise<void> {
  const { config: given, databaseUrl } = readSettings();
  const config = loadJobs ? given : { ...given, JOBS_RUNNER: false };
  for (const unknown of unknownSettings()) complain(unknown);
  const { jobs, jobsModule } = (await loadJobs?.()) ?? { jobs: [], jobsModule: '' };
  const log = createLog(config, 'server');
  await awaitDatabase(() => migrate(databaseUrl, config), { log, waitMs: config.DATABASE_WAIT_MS, signal });
  const pool = createPool(databaseUrl, { max: 1 });
  const signIn = await ensureOperator(pool, config).finally(() => pool.end());
  signal.throwIfAborted();
  const starting = startServer({ config, databaseUrl, log, jobs, jobsModule });
  const { url } = await resources.hold(starting, (server) => server.close());
  announce(config.PUBLIC_URL ?? url, signIn);
}

function announce(address: string, { email, newPassword }: SignIn): void {
  printLine(`Job Manager runs at ${pc.cyan(address)}; sign in as ${pc.bold(email)}.`);
  if (newPassword)
    printLine(`Password: ${pc.bold(newPassword)} (shown this once, and to be changed at the first sign-in)`);
}
