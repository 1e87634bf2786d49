import { readConfig } from '@job-manager/engine/config';
import { Resources } from '@job-manager/server/cli/resources';
import { serve } from '../lib/product.js';

/** What this process sends once it listens. */
export interface Listening {
  url: string;
}

// The server in a process of its own, as users have it: what measures it must not slow it down.
// Ctrl-C reaches the whole group; the benchmark decides when to end it.
process.on('SIGINT', () => {});
const config = readConfig();
const resources = new Resources();
const stop = () => void resources.closeAll().finally(() => process.exit());
process.once('SIGTERM', stop);
// The benchmark is gone, killed perhaps: nothing else would end this process.
process.once('disconnect', stop);

const { url } = await serve({ config, databaseUrl: config.DATABASE_URL ?? '', resources });
process.send?.({ url } satisfies Listening);
