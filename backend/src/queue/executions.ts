import type { QueueEvents } from './events.js';
import { Execution, type ExecutionOptions } from './executor.js';
import type { MessageWriter } from './message-writer.js';
import type { ProgressReporter } from './progress-reporter.js';
import type { Redaction } from './redaction.js';
import type { Registry } from './registry.js';
import type { ClaimedRun } from './transitions/claim.js';

export interface ExecutionsOptions {
  registry: Registry;
  services: ExecutionOptions['services'];
  events: QueueEvents;
  redaction: Redaction;
  progress: ProgressReporter;
  messages: MessageWriter;
}

/** Makes an execution of each claimed run; the one place that decides where its job is to run. */
export class Executions {
  readonly #options: ExecutionsOptions;

  constructor(options: ExecutionsOptions) {
    this.#options = options;
  }

  /** Throws for a job this process has no code for. */
  create(run: ClaimedRun): Execution {
    const { registry, services, events, redaction, progress, messages } = this.#options;
    const job = registry.get(run.jobName);
    if (!job) throw new Error(`Claimed a run of unknown job ${run.jobName}`);
    return new Execution({
      job,
      run,
      services,
      events,
      redaction,
      onMessage: (line) => messages.add(run, line),
      onProgress: (state) => {
        progress.report(run, state);
        const { percent, message } = state;
        events.emit('runProgressed', { runId: run.id, jobName: run.jobName, percent, message });
      },
    });
  }
}
