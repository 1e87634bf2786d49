import type { Sql } from '../store/sql.js';
import { readUpstream } from '../store/upstream.js';
import type { QueueEvents } from './events.js';
import { Execution, type ExecutionOptions } from './executor.js';
import { Isolation, type IsolationOptions } from './isolation/isolation.js';
import type { MessageWriter } from './message-writer.js';
import { ProcessMeter } from './meter.js';
import type { ProgressReporter } from './progress-reporter.js';
import type { Redaction } from './redaction.js';
import type { Registry } from './registry.js';
import type { RunExecution } from './run-execution.js';
import type { ClaimedRun } from './transitions/claim.js';
import { RegistryError } from './validate-job.js';

export interface ExecutionsOptions {
  sql: Sql;
  registry: Registry;
  services: ExecutionOptions['services'];
  events: QueueEvents;
  redaction: Redaction;
  progress: ProgressReporter;
  messages: MessageWriter;
  /** What the processes of isolated jobs need; `most` of them work at once, which is read anew each time. */
  isolation: { jobsModule: string | undefined; databaseUrl: string } & Pick<IsolationOptions, 'most' | 'onKilled'>;
}

/** Makes an execution of each claimed run; the one place that decides where its job is to run. */
export class Executions {
  readonly #options: ExecutionsOptions;
  readonly #here: ExecutionOptions;
  readonly #isolation: Isolation | undefined;

  /** Throws RegistryError when there are isolated jobs and it isn't known where to load them from. */
  constructor(options: ExecutionsOptions) {
    this.#options = options;
    this.#here = this.#optionsHere();
    const { registry, isolation, services, redaction, events } = options;
    const { jobsModule, databaseUrl, onKilled } = isolation;
    const isolated = registry.names().find((name) => registry.get(name)?.isolated);
    if (jobsModule === undefined) {
      if (isolated === undefined) return;
      throw new RegistryError(`Job "${isolated}" is isolated: its runner needs jobsModule, the module to load it from`);
    }
    const needsServices = Object.keys(services).length > 0;
    const setup = { jobsModule, databaseUrl, needsServices, redactKeys: redaction.keys };
    this.#isolation = new Isolation({
      ...{ setup, redaction, events, onKilled },
      get most() {
        return isolation.most;
      },
    });
  }

  /** Whether there are processes for jobs of their own, which may know some jobs and others not. */
  get canIsolate(): boolean {
    return this.#isolation !== undefined;
  }

  /** The jobs that such a process has. Throws with the reason when none can start. */
  async isolableJobs(): Promise<string[]> {
    return this.#isolation ? await this.#isolation.jobNames() : [];
  }

  /** With `isApart` in a process of its own, whatever the job's setting. Throws for a job this process has no code for. */
  create(run: ClaimedRun, isApart = false): RunExecution {
    const job = this.#options.registry.get(run.jobName);
    if (!job) throw new Error(`Claimed a run of unknown job ${run.jobName}`);
    if ((job.isolated || isApart) && this.#isolation) return this.#isolation.create(job, run, this.#here);
    return new Execution(job, run, this.#here);
  }

  /** Ends what still runs in processes of its own. */
  async close(): Promise<void> {
    await this.#isolation?.close();
  }

  /** For executions in this process. */
  #optionsHere(): ExecutionOptions {
    const { sql, services, progress, messages, events, redaction } = this.#options;
    return {
      ...{ services, events, redaction, meter: new ProcessMeter() },
      readUpstream: (runId) => readUpstream(sql, runId),
      onMessage: (run, line) => messages.add(run, line),
      onProgress: (run, state) => {
        progress.report(run, state);
        const { percent, message } = state;
        events.emit('runProgressed', { runId: run.id, jobName: run.jobName, percent, message });
      },
    };
  }
}
