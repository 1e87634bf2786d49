import './lib/check-node.js';
import { reportFailure } from '@job-manager/backend/cli/refusal';
import { Resources } from '@job-manager/backend/cli/resources';
import { onStopSignals } from '@job-manager/backend/cli/stop-signals';
import { complain } from '@job-manager/backend/cli/terminal';
import { type Config, forgetSecretSettings, readConfig, unknownSettings } from '@job-manager/backend/config';
import { awaitDatabase } from '@job-manager/backend/database/await-database';
import type { createLog } from '@job-manager/backend/log';
import { RESTART_EXIT_CODE } from '@job-manager/shared/runner';
import { Command, InvalidArgumentError } from 'commander';
import { ensurePrismaClient } from './lib/client.js';
import { acquireDatabase, migrateDatabase } from './lib/database.js';

const { concurrency } = new Command('worker:jobs')
  .description('Executes queued runs until it is stopped; start as many as you like, on any machine.')
  .option('--concurrency <count>', 'runs at once (default: JOBS_CONCURRENCY, else 10)', wholeNumber)
  .showHelpAfterError('Try --help.')
  .parse()
  .opts<{ concurrency?: number }>();

const resources = new Resources();
const stopping = new AbortController();
let hurry: (() => void) | undefined;
onStopSignals({ stop: () => end(0), force });

try {
  await Promise.race([work(), stopRequested()]);
  await stopRequested();
} catch (error) {
  reportFailure(error);
  process.exitCode = 1;
}
await resources.closeAll().catch(reportFailure);
process.exit();

async function work(): Promise<void> {
  const config = readConfig({ ...process.env, ...(concurrency && { JOBS_CONCURRENCY: String(concurrency) }) });
  forgetSecretSettings();
  for (const unknown of unknownSettings()) complain(unknown);
  await ensurePrismaClient();
  const [{ startWorker }, logging, sample] = await Promise.all([
    import('@job-manager/backend/worker'),
    import('@job-manager/backend/log'),
    import('@job-manager/backend/jobs/registry'),
  ]);
  const log = logging.createLog(config, 'worker');
  const databaseUrl = await openDatabase(config, log);
  stopping.signal.throwIfAborted();
  const supervisor = {
    canRestart: config.JOBS_SUPERVISED,
    end: (how: 'stop' | 'restart') => {
      log.info(`Ends because an operator requested a ${how}`);
      end(how === 'restart' ? RESTART_EXIT_CODE : 0);
    },
  };
  const starting = startWorker({ config, databaseUrl, kind: 'WORKER', log, supervisor, ...sample });
  ({ hurry } = await resources.hold(starting, (worker) => worker.stop()));
}

/** Drains and ends the process; the last request decides on the code. */
function end(code: number): void {
  process.exitCode = code;
  stopping.abort();
}

/** The second request hands runs back without waiting for any to end; who can't wait for that either asks once more. */
function force(): void {
  if (!hurry) process.exit(130);
  hurry();
  hurry = undefined;
}

/** A worker may well start before its database does: it waits, as it would later. */
async function openDatabase(config: Config, log: ReturnType<typeof createLog>): Promise<string> {
  const { DATABASE_URL: own } = config;
  const database = own
    ? { url: own, ownerUrl: own, isEmbedded: false }
    : await resources.hold(acquireDatabase(config), (held) => held.release());
  const wait = { log, waitMs: config.DATABASE_WAIT_MS, signal: stopping.signal };
  await awaitDatabase(() => migrateDatabase(database), wait);
  return database.url;
}

function stopRequested(): Promise<void> {
  return new Promise((resolve) => {
    if (stopping.signal.aborted) resolve();
    stopping.signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function wholeNumber(value: string): number {
  if (/^[1-9]\d{0,3}$/.test(value) && Number(value) <= 1_000) return Number(value);
  throw new InvalidArgumentError('It must be a whole number from 1 to 1000.');
}
