import '@job-manager/server/cli/check-node';
import { runJobCommand } from '@job-manager/server/cli/run-job/run-job';
import { ensurePrismaClient } from './lib/client.js';
import { acquireDatabase, migrateDatabase } from './lib/database.js';

await runJobCommand(process.argv.slice(2), {
  program: 'tsx scripts/runJobs.ts',
  actor: 'runJobs.ts',
  startsRunner: 'pnpm start, or pnpm worker:jobs',
  loadJobs: async () => {
    await ensurePrismaClient();
    return import('@job-manager/sample/registry');
  },
  openDatabase: async (config, resources) => {
    const database = await resources.hold(acquireDatabase(config), (held) => held.release());
    await migrateDatabase(database);
    return database.url;
  },
});
