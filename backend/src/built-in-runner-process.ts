import type { RunnerMessage } from './built-in-runner.js';
import { readConfig } from './config.js';
import { createLog } from './log.js';
import { startWorker } from './worker.js';

// Ctrl-C reaches the whole group; the server says when it is time.
process.on('SIGINT', () => {});

const config = readConfig();
const log = createLog(config, 'runner');
const stopSignal = new Promise<void>((resolve) => {
  process.once('SIGTERM', () => resolve());
  // The server is gone, killed perhaps: nobody else would end this process.
  process.once('disconnect', () => resolve());
});

const worker = await startWorker({ config, databaseUrl: config.DATABASE_URL ?? '', kind: 'BUILT_IN', log });
process.send?.({ type: 'ready', runnerId: worker.runnerId } satisfies RunnerMessage);
await stopSignal;
await worker.stop();
process.exit(0);
