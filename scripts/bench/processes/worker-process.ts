import { readConfig } from '@job-manager/engine/config';
import { createLog } from '@job-manager/engine/log';
import { startWorker } from '@job-manager/engine/worker';
import { benchJobs } from './bench-jobs.js';
import { leaveOutCounting, UNCOUNTED } from './uncounted.js';

// A worker as users have it, in a process of its own, with jobs that the product doesn't have.
// Ctrl-C reaches the whole group; the benchmark decides when to end it.
process.on('SIGINT', () => {});
const config = readConfig();
if (process.env[UNCOUNTED] !== undefined) leaveOutCounting(config.DATABASE_URL ?? '');
const starting = startWorker({
  config,
  databaseUrl: config.DATABASE_URL ?? '',
  kind: 'WORKER',
  log: createLog(config, 'worker'),
  jobs: benchJobs,
});
const stop = () => void starting.then((worker) => worker.stop()).finally(() => process.exit());
process.once('SIGTERM', stop);
// The benchmark is gone, killed perhaps: nothing else would end this process.
process.once('disconnect', stop);

await starting;
process.send?.('ready');
