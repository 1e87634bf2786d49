import { readConfig } from '@job-manager/backend/config';
import { createLog } from '@job-manager/backend/log';
import { startWorker } from '@job-manager/backend/worker';
import { createFaultJobs } from './fault-jobs.js';
import type { Word } from './program.js';

// The runner as `pnpm worker:jobs` starts it, with the jobs of this suite.
const config = readConfig();
const ended = new Promise<void>((resolve) => {
  process.once('SIGTERM', () => resolve());
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
await ended;
await worker.stop();
process.exit(0);
