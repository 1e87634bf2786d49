import '@job-manager/backend/cli/check-node';
import { setTimeout as delay } from 'node:timers/promises';
import { reportFailure } from '@job-manager/backend/cli/refusal';
import { Resources } from '@job-manager/backend/cli/resources';
import { onStopSignals } from '@job-manager/backend/cli/stop-signals';
import { complain, say } from '@job-manager/backend/cli/terminal';
import { type Config, forgetSecretSettings, readConfig } from '@job-manager/backend/config';
import type { AnyJob } from '@job-manager/backend/queue/job';
import { escapeControls, printableJson } from '@job-manager/shared/terminal-text';
import pc from 'picocolors';
import { ensurePrismaClient } from './lib/client.js';
import { acquireDatabase, migrateDatabase } from './lib/database.js';
import { type JobCommand, parseArguments } from './lib/job-command/arguments.js';
import { describeCommand, describeJob, listJobs } from './lib/job-command/help.js';
import { separateJobOutput } from './lib/job-command/job-output.js';
import { createReport, type Report } from './lib/job-command/report.js';
import { UsageError } from './lib/job-command/usage-error.js';

const EXIT = { success: 0, failed: 1, usage: 2, cancelled: 130 } as const;
/** How long a forced end may take to leave the database in order. */
const FORCED_WITHIN_MS = 1_500;

const resources = new Resources();
const cancelling = new AbortController();
let abandon = async () => {};
onStopSignals({ stop: () => cancelling.abort(), force: () => void giveUp() });

process.exitCode = await run(process.argv.slice(2)).catch(codeOf);
await resources.closeAll().catch(reportFailure);
process.exit();

async function run(args: string[]): Promise<number> {
  await ensurePrismaClient();
  const [{ jobs }, { createRegistry }] = await Promise.all([
    import('@job-manager/backend/jobs/registry'),
    import('@job-manager/backend/queue/registry'),
  ]);
  const registry = createRegistry(jobs);
  const definitions = registry.definitions();
  const command = parseArguments(args, definitions);
  if (command.help) return print(command.job ? describeJob(command.job) : describeCommand());
  if (command.list)
    return print(command.json ? definitions.map((each) => printableJson(each)).join('\n') : listJobs(definitions));
  if (!command.job) throw new UsageError(describeCommand());
  // Before anything is started: a wrong parameter needs no database.
  const { job } = await registry.check(command.job.name, command.parameters);
  return execute(job, command);
}

async function execute(job: AnyJob, command: JobCommand): Promise<number> {
  const config = readConfig();
  forgetSecretSettings();
  const streams = command.enqueue ? { out: process.stdout, err: process.stderr } : separateJobOutput();
  const report = createReport({ ...streams, now: () => performance.now() }, command);
  const database = await resources.hold(acquireDatabase(config), (held) => held.release());
  await migrateDatabase(database);
  if (cancelling.signal.aborted) return EXIT.cancelled;
  const { parameters, queueing, wait } = command;
  const order = { config, databaseUrl: database.url, job, parameters, queueing, report };
  return command.enqueue ? enqueue(order, wait) : runHere(order);
}

interface Order {
  config: Config;
  databaseUrl: string;
  job: AnyJob;
  parameters: Record<string, unknown>;
  queueing: Record<string, unknown>;
  report: Report;
}

async function runHere(order: Order): Promise<number> {
  const { startLocalRun } = await import('./lib/job-command/local-run.js');
  const run = await startLocalRun({ ...order, resources });
  abandon = run.abandon;
  cancelWhenAsked(run.cancel, order.report);
  return exitCodeOf((await run.ended).status);
}

async function enqueue(
  { config, databaseUrl, job, parameters, queueing, report }: Order,
  wait: boolean,
): Promise<number> {
  const { createPool } = await import('@job-manager/backend/database/client');
  const { queueRun } = await import('./lib/job-command/queued-run.js');
  const pool = await resources.hold(Promise.resolve(createPool(databaseUrl, { max: 2 })), (held) => held.end());
  const run = await queueRun({ pool, job, parameters, queueing, report, config });
  if (!wait) return EXIT.success;
  cancelWhenAsked(run.cancel, report);
  return exitCodeOf(await run.wait());
}

function cancelWhenAsked(cancel: () => Promise<void>, report: Report): void {
  const ask = () => {
    report.note('Cancelling: the job stops at its next check; Ctrl-C again stops at once.');
    void cancel().catch(reportFailure);
  };
  if (cancelling.signal.aborted) ask();
  else cancelling.signal.addEventListener('abort', ask, { once: true });
}

function exitCodeOf(status: string): number {
  if (status === 'SUCCESS') return EXIT.success;
  return status === 'CANCELLED' ? EXIT.cancelled : EXIT.failed;
}

function codeOf(error: unknown): number {
  if (error instanceof UsageError) {
    complain(pc.red(escapeControls(error.message)));
    return EXIT.usage;
  }
  if (isInvalidParameters(error)) {
    for (const { path, message } of error.issues)
      complain(pc.red(escapeControls(`${path.replace(/^parameters\.?/, '--')}: ${message}`)));
    return EXIT.usage;
  }
  reportFailure(error);
  return EXIT.failed;
}

/** By its fields: the class itself is loaded only after the client is there. */
function isInvalidParameters(error: unknown): error is { issues: { path: string; message: string }[] } {
  return (error as { code?: unknown } | null)?.code === 'INVALID_PARAMETERS';
}

function print(text: string): number {
  say(text);
  return EXIT.success;
}

/** The run is marked, the job not waited for. */
async function giveUp(): Promise<void> {
  const leave = abandon().then(() => resources.closeAll());
  await Promise.race([leave.catch(() => {}), delay(FORCED_WITHIN_MS)]);
  process.exit(EXIT.cancelled);
}
