import type { QueueEvents } from '../events.js';
import type { ExecutionOptions } from '../executor.js';
import type { AnyJob } from '../job.js';
import type { MessageLine } from '../message-line.js';
import type { Redaction } from '../redaction.js';
import type { RunExecution } from '../run-execution.js';
import type { ClaimedRun } from '../transitions/claim.js';
import { IsolatedExecution } from './isolated-execution.js';
import { IsolatedProcess } from './isolated-process.js';
import { ProcessPool } from './process-pool.js';
import type { ChildSetup } from './wire.js';

export interface IsolationOptions {
  setup: ChildSetup;
  /** At most so many processes work at once. */
  most: number;
  redaction: Redaction;
  events: QueueEvents;
  /** The process of a run did not stop by itself, or used too much memory. */
  onKilled(message: string): void;
}

/** What a runner has for its isolated jobs: their processes, and the runs in them. */
export class Isolation {
  readonly #options: IsolationOptions;
  readonly #pool: ProcessPool;
  readonly #executions = new Set<IsolatedExecution>();

  constructor(options: IsolationOptions) {
    this.#options = options;
    const { setup, redaction, events } = options;
    this.#pool = new ProcessPool({
      get most() {
        return options.most;
      },
      open: () =>
        new IsolatedProcess({
          setup,
          redaction,
          onOutput: ({ run, ...line }) =>
            events.emit('processWrote', { ...line, ...(run && { runId: run.id, jobName: run.jobName }) }),
        }),
    });
  }

  /** The jobs that the module has, as one of the processes reports. Throws with the reason when none can start. */
  async jobNames(): Promise<string[]> {
    const process = await this.#pool.take(undefined);
    this.#pool.release(process);
    return process.jobNames;
  }

  create(job: AnyJob, run: ClaimedRun, callbacks: Pick<ExecutionOptions, 'onMessage' | 'onProgress'>): RunExecution {
    const { events, redaction, onKilled } = this.#options;
    const execution = new IsolatedExecution({
      ...{ job, run, redaction, onKilled, pool: this.#pool },
      onProgress: (state) => callbacks.onProgress(run, state),
      onMessage: (line) => {
        events.emit('runLogged', { runId: run.id, jobName: run.jobName, ...loggedAs(line) });
        callbacks.onMessage(run, line);
      },
      onEnd: () => this.#executions.delete(execution),
    });
    this.#executions.add(execution);
    return execution;
  }

  /** Ends every process, whatever it does; runs whose end was not reported are interrupted. */
  async close(): Promise<void> {
    for (const execution of this.#executions) execution.abandon();
    await this.#pool.close();
  }
}

const LEVELS = { INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

function loggedAs({ level, message, data }: MessageLine) {
  return { level: LEVELS[level], message, ...(data !== null && { data: JSON.parse(data) as Record<string, unknown> }) };
}
