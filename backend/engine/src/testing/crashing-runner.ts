import { startJobWorker } from '../job-worker.js';
import { jobs } from './crashing-jobs.js';

// A worker of another application whose jobs crash it.

process.once('disconnect', () => process.exit(0));
const worker = await startJobWorker({
  databaseUrl: process.env.DATABASE_URL ?? '',
  jobs,
  jobsModule: process.env.JOBS_MODULE ?? '',
  settings: { DATABASE_SCHEMA: 'public', LOG_LEVEL: 'error' },
});
process.send?.(worker.runnerId);
