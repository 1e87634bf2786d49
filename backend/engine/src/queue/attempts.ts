import { isMetered, isTraced } from '@job-manager/client/tracing';
import type { Notifier } from '../store/notifier.js';
import { beginInSpan } from './attempt-span.js';
import type { QueueEvents } from './events.js';
import type { HeldRuns } from './held-runs.js';
import type { Histograms } from './histograms.js';
import type { MessageWriter } from './message-writer.js';
import type { ExecutionEnd, Outcomes, Recorded } from './outcomes.js';
import type { ProgressReporter } from './progress-reporter.js';
import type { Refusals } from './refusals.js';
import type { ExecutionResult, RunExecution } from './run-execution.js';
import { recordHistogram } from './run-meter.js';

export interface AttemptsOptions {
  held: HeldRuns;
  events: QueueEvents;
  progress: Pick<ProgressReporter, 'forget'>;
  messages: Pick<MessageWriter, 'has' | 'flush' | 'forget'>;
  outcomes: Pick<Outcomes, 'record'>;
  histograms: Histograms;
  /** Without them, a run whose parameters are refused fails here. */
  refusals: Pick<Refusals, 'release'> | undefined;
  notifier: Pick<Notifier, 'changed'>;
  /** Releases a run whose execution never began. */
  release(execution: RunExecution): Promise<void>;
  /** A run is no longer held: there may be room for another. */
  onRoom(): void;
}

/**
 * Takes a held run to its end: runs its job, writes its messages, records its outcome and forgets its lease. Uses
 * callbacks instead of promises: for the shortest jobs a promise costs as much as the job.
 */
export class Attempts {
  readonly #options: AttemptsOptions;
  /** Executions that ended by themselves. */
  ended = 0;

  constructor(options: AttemptsOptions) {
    this.#options = options;
  }

  /** Executes a run and records how it ended. Never rejects. */
  execute(execution: RunExecution): Promise<ExecutionResult> {
    return new Promise((resolve) => this.begin(execution, () => {}, resolve));
  }

  /** `onOver` is called when the job has ended; `onSettled` when the runner has nothing more to do for it. */
  begin(execution: RunExecution, onOver: () => void, onSettled?: (result: ExecutionResult) => void): void {
    const { held, events, progress } = this.#options;
    const { id: runId, jobName, leaseToken, attempt, claimNo } = execution.run;
    if (held.begin(execution)) events.emit('runStarted', { runId, jobName, attempt, claimNo });
    else execution.stop('lease lost');
    const startedAt = performance.now();
    const onEnd = (result: ExecutionResult) => {
      const durationMs = performance.now() - startedAt;
      // The slot is free now: what follows only waits for the database.
      onOver();
      progress.forget(leaseToken);
      this.#end({ execution, result, durationMs, onSettled });
    };
    if (isTraced()) beginInSpan(execution, onEnd);
    else execution.begin(onEnd);
  }

  #end(ended: Ended): void {
    const { execution, result } = ended;
    if (result.status === 'interrupted') {
      if (result.reason !== 'not begun') this.#settle(ended);
      else void this.#options.release(execution).then(() => ended.onSettled?.(result));
    } else if ('isRefused' in result) void this.#handOn(ended, result);
    else this.#record(ended, result);
  }

  /** Another version of the job may take the run. */
  async #handOn(ended: Ended, result: ExecutionEnd & { error: string | null }): Promise<void> {
    const isHandedOn = await this.#options.refusals?.release(ended.execution.run, result.error ?? '');
    if (isHandedOn) this.#settle(ended);
    else this.#record(ended, result);
  }

  #record(ended: Ended, result: ExecutionEnd): void {
    const { messages } = this.#options;
    const { leaseToken } = ended.execution.run;
    // Messages first: after the end of the run its lease allows no more writes.
    if (messages.has(leaseToken)) void messages.flush(leaseToken).then(() => this.#recordNow(ended, result));
    else this.#recordNow(ended, result);
  }

  #recordNow(ended: Ended, result: ExecutionEnd): void {
    this.#options.outcomes.record(ended.execution, result, (recorded) => {
      this.#report(ended, result, recorded);
      this.#settle(ended);
    });
  }

  #report({ execution, durationMs }: Ended, result: ExecutionEnd, recorded: Recorded): void {
    const { events, histograms } = this.#options;
    const { id: runId, jobName, attempt, maxAttempts } = execution.run;
    this.ended++;
    observeEnd(histograms, execution, result, durationMs, recorded);
    if (recorded.as === 'refused') events.emit('outcomeRefused', { runId, jobName });
    else if (recorded.as === 'cancelled')
      events.emit('runEnded', { runId, jobName, status: 'CANCELLED', error: null, durationMs });
    else if (result.status === 'snoozed') events.emit('runSnoozed', { ...result, runId, jobName });
    else if (recorded.as === 'retried') {
      const { delayMs } = recorded;
      events.emit('runRetried', { runId, jobName, attempt, maxAttempts, error: result.error, delayMs });
    } else events.emit('runEnded', { runId, jobName, status: result.status, error: result.error, durationMs });
  }

  #settle({ execution, result, onSettled }: Ended): void {
    const { held, notifier, onRoom } = this.#options;
    if (result.status === 'interrupted' && result.reason === 'drained') held.keepDrained(execution);
    else {
      this.forget(execution);
      onRoom();
      notifier.changed();
    }
    onSettled?.(result);
  }

  /** Forgets the lease, and messages that are not written yet. */
  forget(execution: RunExecution): void {
    this.#options.messages.forget(execution.run.leaseToken);
    this.#options.held.remove(execution);
  }
}

/** An execution whose job has ended. */
interface Ended {
  execution: RunExecution;
  result: ExecutionResult;
  durationMs: number;
  onSettled: ((result: ExecutionResult) => void) | undefined;
}

/**
 * Adds an ended execution to the histograms of its job and its channel. Durations count for successful runs only: a
 * failure after 2 ms is no fast run.
 */
function observeEnd(
  histograms: Histograms,
  { run, usage }: RunExecution,
  { status }: ExecutionEnd,
  durationMs: number,
  recorded: Recorded,
): void {
  if (recorded.as === 'refused') return;
  const { jobName, channel, claimNo, queueDelayMs } = run;
  if (recorded.as === 'cancelled') histograms.addEnded(channel, 'cancelled');
  else if (recorded.as !== 'retried' && (status === 'SUCCESS' || status === 'FAILED'))
    histograms.addEnded(channel, status === 'SUCCESS' ? 'success' : 'failed');
  const hasWaited = claimNo === 1 && queueDelayMs !== undefined;
  if (hasWaited) histograms.add(jobName, 'wait', queueDelayMs);
  if (recorded.as === 'retried') histograms.add(jobName, 'retry', recorded.delayMs);
  if (status === 'SUCCESS') histograms.add(jobName, 'duration', durationMs);
  if (isMetered()) {
    if (hasWaited) recordHistogram('wait', jobName, queueDelayMs);
    if (status === 'SUCCESS') recordHistogram('duration', jobName, durationMs);
  }
  if (usage.cpuMs !== null) histograms.add(jobName, 'cpu', usage.cpuMs);
  if (usage.peakMemoryBytes !== null) histograms.add(jobName, 'memory', usage.peakMemoryBytes / 1_024);
}
