import '@job-manager/server/cli/check-node';
import { awaitDatabase } from '@job-manager/engine/database/await-database';
import { wholeNumber } from '@job-manager/server/cli/options';
import { runWorker } from '@job-manager/server/cli/worker';
import { Command } from 'commander';
import { ensurePrismaClient } from './lib/client.js';
import { acquireDatabase, migrateDatabase } from './lib/database.js';

const { concurrency } = new Command('worker:jobs')
  .description('Executes queued runs until it is stopped; start as many as you like, on any machine.')
  .option('--concurrency <count>', 'runs at once (default: JOBS_CONCURRENCY, else 10)', wholeNumber(1, 1_000))
  .showHelpAfterError('Try --help.')
  .parse()
  .opts<{ concurrency?: number }>();

await runWorker({
  concurrency,
  loadJobs: async () => {
    await ensurePrismaClient();
    return import('@job-manager/sample/registry');
  },
  // A worker may well start before its database does: it waits, as it would later.
  openDatabase: async (config, { log, resources, signal }) => {
    const { DATABASE_URL: own } = config;
    const database = own
      ? { url: own, ownerUrl: own, isEmbedded: false }
      : await resources.hold(acquireDatabase(config), (held) => held.release());
    await awaitDatabase(() => migrateDatabase(database), { log, waitMs: config.DATABASE_WAIT_MS, signal });
    return database.url;
  },
});
