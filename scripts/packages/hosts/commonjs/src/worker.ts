import { startJobWorker } from '@job-manager/server';
import { jobs, jobsModule, services } from './jobs';

void startJobWorker({
  databaseUrl: process.env.DATABASE_URL ?? '',
  jobs,
  jobsModule,
  services,
  settings: { LOG_LEVEL: 'warn' },
}).then((worker) => {
  console.log(JSON.stringify({ runnerId: worker.runnerId }));
  process.once('SIGTERM', () => void worker.stop().then(() => process.exit(0)));
});
