import { readConfig } from '@job-manager/backend/config';
import { createLog } from '@job-manager/backend/log';
import { startWorker } from '@job-manager/backend/worker';
import { createFaultJobs } from './fault-jobs.js';
import type { Word } from './program.js';

/**
 * The runner as `pnpm worker:jobs` starts it, with the jobs of this suite. Resolves once it claims. The first SIGTERM
 * asks it to end, a second skips the wait.
 */
export async function main(): Promise<void> {
  const config = readConfig();
  const ended = new Promise<void>((resolve) => {
    process.once('SIGTERM', () => {
      process.once('SIGTERM', () => process.exit(130));
      resolve();
    });
    // Whoever started this is gone, killed perhaps.
    process.once('disconnect', () => resolve());
  });
  const worker = await startWorker({
    config,
    databaseUrl: config.DATABASE_URL ?? '',
    kind: 'WORKER',
    log: createLog(config, 'runner'),
    jobs: createFaultJobs(process.env.FAULTS_FOLDER ?? ''),
  });
  process.send?.({ type: 'ready' } satisfies Word);
  void ended.then(() => worker.stop()).then(() => process.exit(0));
}
