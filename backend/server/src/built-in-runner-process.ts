import { readConfig } from '@job-manager/engine/config';
import { createLog } from '@job-manager/engine/log';
import { importJobs } from '@job-manager/engine/queue/jobs-module';
import { startWorker } from '@job-manager/engine/worker';
import { type RunnerMessage, STOPPING_EVERY_MS } from './built-in-runner.js';

// Ctrl-C and a closed terminal reach the whole group; the server decides when this process stops.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});

const [jobsModule = '', formerId] = process.argv.slice(2);
const config = readConfig();
const log = createLog(config, 'runner');
let end: () => void = () => {};
const stopSignal = new Promise<void>((resolve) => {
  end = resolve;
  // Not once: a signal to the group comes beside that of the server, and without a listener it would end the drain.
  process.on('SIGTERM', () => resolve());
  // The server is gone, killed perhaps: nothing else would end this process.
  process.once('disconnect', () => resolve());
});

const { jobs, services } = await importJobs(jobsModule);
const worker = await startWorker({
  ...{ config, databaseUrl: config.DATABASE_URL ?? '', kind: 'BUILT_IN', log, jobs, jobsModule, services },
  supervisor: {
    canRestart: true,
    // The runner that had this place before, named by the server.
    replacesId: formerId,
    end: (how) => {
      // Known to the server before it is seen to end.
      report({ type: 'ending', how });
      end();
    },
  },
});
report({ type: 'ready', runnerId: worker.runnerId });
await stopSignal;
// A stop may take a while where the database does; a job that blocks the event loop keeps this from being sent.
setInterval(() => report({ type: 'stopping' }), STOPPING_EVERY_MS);
await worker.stop();
process.exit(0);

function report(message: RunnerMessage): void {
  if (process.connected) process.send?.(message, () => {});
}
