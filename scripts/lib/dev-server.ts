import { readConfig } from '@job-manager/engine/config';
import { reportFailure } from '@job-manager/server/cli/refusal';
import { Resources } from '@job-manager/server/cli/resources';
import { serve } from './product.js';

// The part of `pnpm dev` that restarts when a source changes; database and panel stay up around it.
const config = readConfig();
const resources = new Resources();

const stop = async () => {
  await resources.closeAll().catch(reportFailure);
  process.exit();
};
process.once('SIGTERM', () => void stop());
process.once('SIGINT', () => void stop());

// A source that doesn't load is reported; the watcher waits for its next change.
await serve({ config, databaseUrl: config.DATABASE_URL ?? '', resources }).catch(reportFailure);
