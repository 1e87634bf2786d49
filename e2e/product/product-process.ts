import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Config, readConfig } from '@job-manager/engine/config';
import { acquireEmbeddedDatabase } from '@job-manager/engine/database/embedded';
import { makeDataFolder } from '@job-manager/engine/testing/data-folder';
import { reportFailure } from '@job-manager/server/cli/refusal';
import { Resources } from '@job-manager/server/cli/resources';
import { grantRights } from '../../scripts/lib/database.js';
import { prepareProduct, serve } from '../../scripts/lib/product.js';
import type { ProductAddresses } from './running-product.js';

// The whole product in a process of its own, as `start` puts it together, over a folder and a database
// that go when it ends. It ends with its parent process, however that one ended.

/** Enough for every job to have work, few enough to be made in a moment. */
const SAMPLE_USERS = 60;

const resources = new Resources();
const stopping = new AbortController();
process.once('disconnect', () => stopping.abort());
// Ctrl-C reaches the whole group; the test run closes its browsers first.
process.on('SIGINT', () => {});

try {
  process.send?.(await start());
  await new Promise<void>((resolve) => {
    if (stopping.signal.aborted) resolve();
    stopping.signal.addEventListener('abort', () => resolve());
  });
} catch (error) {
  reportFailure(error);
  process.exitCode = 1;
}
await resources.closeAll().catch((error) => {
  reportFailure(error);
  process.exitCode = 1;
});
process.exit();

async function start(): Promise<ProductAddresses> {
  const folder = await resources.hold(makeDataFolder('job-manager-e2e-'), (made) =>
    rm(made, { recursive: true, force: true }),
  );
  const { url: databaseUrl, applicationUrl } = await resources.hold(
    acquireEmbeddedDatabase({
      dataDir: folder,
      home: join(folder, 'postgres'),
      settings: ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'],
    }),
    (database) => database.release(),
  );
  const config = configure(folder, databaseUrl);
  // The stories write their own history.
  await prepareProduct({ config, resources, signal: stopping.signal, sampleUsers: SAMPLE_USERS, historyDays: 0 });
  await grantRights(databaseUrl);
  const { url } = await serve({ config, databaseUrl: applicationUrl, resources });
  return { url, databaseUrl };
}

/** Nothing but the operator comes from the caller's environment: a DATABASE_URL there is none to test with. */
function configure(folder: string, databaseUrl: string): Config {
  const { ADMIN_EMAIL, ADMIN_PASSWORD } = process.env;
  return readConfig({
    PORT: '0',
    DATA_DIR: join(folder, 'data'),
    DATABASE_URL: databaseUrl,
    ADMIN_EMAIL,
    ADMIN_PASSWORD,
    LOG_LEVEL: 'warn',
    // Two at once, so that the third run of a story waits in the queue.
    JOBS_CONCURRENCY: '2',
    // No sweep but the first: a story about a stalled run is the one to clean it up.
    JOBS_SWEEP_MS: '86400000',
    JOBS_DRAIN_MS: '0',
  });
}
