import { setTimeout as delay } from 'node:timers/promises';
import { notInstalled } from '@job-manager/client/errors';
import { type Config, forgetSecretSettings, readConfig } from '@job-manager/engine/config';
import type { Registry } from '@job-manager/engine/queue/registry';
import { escapeControls, printableJson } from '@job-manager/shared/terminal-text';
import pc from 'picocolors';
import type { JobsModule } from '../jobs-module.js';
import { Refusal, reportFailure } from '../refusal.js';
import { Resources } from '../resources.js';
import { onStopSignals } from '../stop-signals.js';
import { complain, printLine } from '../terminal.js';
import { type JobCommand, parseArguments } from './arguments.js';
import { type CommandName, describeCommand, describeJob, listJobs } from './help.js';
import { separateJobOutput } from './job-output.js';
import { createReport, type Report } from './report.js';
import { UsageError } from './usage-error.js';

const EXIT = { success: 0, failed: 1, usage: 2, cancelled: 130 } as const;
/** How long a forced end may take to leave the database in order. */
const FORCED_WITHIN_MS = 1_500;

/** Where the command finds the database and the code of jobs. */
export interface RunSource extends CommandName {
  /** How the audit log names it. */
  actor: string;
  /** What starts a runner. */
  startsRunner: string;
  /** The jobs whose code is here; null where there is none, and the database has what others declared. */
  loadJobs(): Promise<JobsModule | null>;
  /** Makes the database ready; how it is reached. */
  openDatabase(config: Config, resources: Resources): Promise<string>;
}

/** Runs a job, or has it run, as the arguments demand, and ends the process. */
export async function runJobCommand(args: readonly string[], source: RunSource): Promise<never> {
  const command = new RunCommand(source);
  onStopSignals({ stop: () => command.cancel(), force: () => void command.giveUp() });
  process.exitCode = await command.run(args).catch(codeOf);
  await command.close();
  process.exit();
}

class RunCommand {
  readonly #source: RunSource;
  readonly #resources = new Resources();
  readonly #cancelling = new AbortController();
  #abandon = async () => {};
  #opened: Promise<string> | undefined;

  constructor(source: RunSource) {
    this.#source = source;
  }

  cancel(): void {
    this.#cancelling.abort();
  }

  close(): Promise<void> {
    return this.#resources.closeAll().catch(reportFailure);
  }

  /** The run is marked, the job not waited for. */
  async giveUp(): Promise<never> {
    const leave = this.#abandon().then(() => this.#resources.closeAll());
    await Promise.race([leave.catch(() => {}), delay(FORCED_WITHIN_MS)]);
    process.exit(EXIT.cancelled);
  }

  async run(args: readonly string[]): Promise<number> {
    // Of no job: needs neither code nor a database, which need not be there yet.
    if (args.length === 1 && args[0] === '--help') return print(describeCommand(this.#source));
    const code = await this.#source.loadJobs();
    const { createRegistry } = await import('@job-manager/engine/queue/registry');
    const registry = createRegistry(code?.jobs ?? []);
    if (code === null) await this.#readDeclared(registry);
    const definitions = registry.definitions();
    const command = parseArguments(args, definitions);
    if (command.help)
      return print(command.job ? describeJob(command.job, this.#source) : describeCommand(this.#source));
    if (command.list)
      return print(command.json ? definitions.map((each) => printableJson(each)).join('\n') : listJobs(definitions));
    if (!command.job) throw new UsageError(describeCommand(this.#source));
    if (code === null && !command.enqueue) throw new UsageError(NO_CODE);
    // Before anything is started: a wrong parameter needs no database.
    if (code !== null) await registry.check(command.job.name, command.parameters);
    return this.#execute({ registry, jobName: command.job.name, code, command });
  }

  async #execute(order: Order): Promise<number> {
    const { command } = order;
    const config = readConfig();
    const databaseUrl = await this.#openDatabase();
    forgetSecretSettings();
    const streams = command.enqueue ? { out: process.stdout, err: process.stderr } : separateJobOutput();
    const report = createReport({ ...streams, now: () => performance.now() }, command);
    if (this.#cancelling.signal.aborted) return EXIT.cancelled;
    const opened = { ...order, config, databaseUrl, report };
    return command.enqueue ? this.#enqueue(opened) : this.#runHere(opened);
  }

  async #runHere({ config, databaseUrl, registry, jobName, code, command, report }: OpenedOrder): Promise<number> {
    const job = registry.get(jobName);
    if (!job || !code) throw new Error(`The code of job "${jobName}" is not here`);
    const { startLocalRun } = await import('./local-run.js');
    const { actor: program } = this.#source;
    const { parameters } = command;
    const resources = this.#resources;
    const { jobsModule, services } = code;
    const run = await startLocalRun({
      ...{ config, databaseUrl, job, jobsModule, services, program, parameters, report, resources },
    });
    this.#abandon = run.abandon;
    this.#cancelOnRequest(run.cancel, report);
    return exitCodeOf((await run.ended).status);
  }

  async #enqueue({ config, databaseUrl, registry, jobName, command, report }: OpenedOrder): Promise<number> {
    const [{ queueRun }, { listJobSettings }] = await Promise.all([
      import('./queued-run.js'),
      import('@job-manager/engine/store/job-settings'),
    ]);
    const pool = await this.#openPool(databaseUrl);
    registry.setOverrides(await listJobSettings(pool));
    const { parameters, queueing } = command;
    const { actor: program, startsRunner } = this.#source;
    const run = await queueRun({
      ...{ pool, registry, jobName, parameters, queueing, report, config, program, startsRunner },
    });
    if (!command.wait) return EXIT.success;
    this.#cancelOnRequest(run.cancel, report);
    return exitCodeOf(await run.wait());
  }

  async #readDeclared(registry: Registry): Promise<void> {
    const { readDeclaredJobs } = await import('@job-manager/engine/store/jobs');
    const pool = await this.#openPool(await this.#openDatabase());
    const declared = await readDeclaredJobs(pool, registry.names(), new Map());
    registry.setDeclared([...declared.values()].flatMap(({ definition }) => definition ?? []));
  }

  #openDatabase(): Promise<string> {
    this.#opened ??= this.#source.openDatabase(readConfig(), this.#resources);
    return this.#opened;
  }

  async #openPool(databaseUrl: string) {
    const { createPool } = await import('@job-manager/engine/database/client');
    return this.#resources.hold(Promise.resolve(createPool(databaseUrl, { max: 2 })), (held) => held.end());
  }

  #cancelOnRequest(cancel: () => Promise<void>, report: Report): void {
    const cancelNow = () => {
      report.note('Cancelling: the job stops at its next check; Ctrl-C again stops at once.');
      void cancel().catch(reportFailure);
    };
    const { signal } = this.#cancelling;
    if (signal.aborted) cancelNow();
    else signal.addEventListener('abort', cancelNow, { once: true });
  }
}

const NO_CODE =
  'The code of the jobs is not here: name the file that has it with --jobs <file>, or leave the run to a worker with --enqueue.';

interface Order {
  registry: Registry;
  jobName: string;
  code: JobsModule | null;
  command: JobCommand;
}

interface OpenedOrder extends Order {
  config: Config;
  databaseUrl: string;
  report: Report;
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
  reportFailure(refusalOf(error) ?? error);
  return EXIT.failed;
}

/** What a person can put right, without its stack; by its name, as below. */
function refusalOf(error: unknown): Refusal | undefined {
  const refused = notInstalled(error, readConfig().DATABASE_SCHEMA) ?? error;
  return refused instanceof Error && refused.name === 'QueueError' ? new Refusal(refused.message) : undefined;
}

/** By its fields: in a clone the class itself is loaded only after the client is there. */
function isInvalidParameters(error: unknown): error is { issues: { path: string; message: string }[] } {
  return (error as { code?: unknown } | null)?.code === 'INVALID_PARAMETERS';
}

function print(text: string): number {
  printLine(text);
  return EXIT.success;
}
