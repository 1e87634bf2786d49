import { EarlyCancels } from './early-cancels.js';
import type { RunExecution, StopReason } from './run-execution.js';
import type { ClaimedRun } from './transitions/claim.js';

/**
 * The runs that a runner holds, with their executions. By lease token: a run that was taken away may be claimed
 * anew while its old execution still winds down.
 */
export class HeldRuns {
  readonly #executions = new Map<string, RunExecution>();
  readonly #perChannel = new Map<string, number>();
  /** Tokens of executions that ended because of a drain; they keep their lease until it is handed back. */
  readonly #drained = new Set<string>();
  readonly #earlyCancels = new EarlyCancels();
  #onIdle: (() => void)[] = [];

  get size(): number {
    return this.#executions.size;
  }

  get runs(): ClaimedRun[] {
    return [...this.#executions.values()].map(({ run }) => run);
  }

  get tokens(): string[] {
    return [...this.#executions.keys()];
  }

  /** How many of them each channel has. */
  perChannel(): Record<string, number> {
    return Object.fromEntries(this.#perChannel);
  }

  get(leaseToken: string): RunExecution | undefined {
    return this.#executions.get(leaseToken);
  }

  /** Takes a new execution in; one that was cancelled before it came is stopped at once. */
  add(execution: RunExecution): void {
    const { id, leaseToken, channel } = execution.run;
    this.#executions.set(leaseToken, execution);
    this.#perChannel.set(channel, (this.#perChannel.get(channel) ?? 0) + 1);
    if (this.#earlyCancels.take(id)) execution.stop('cancelled');
  }

  /** Lets go of a run whose execution has ended. */
  remove(leaseToken: string): void {
    const execution = this.#executions.get(leaseToken);
    if (!execution) return;
    this.#executions.delete(leaseToken);
    const { channel } = execution.run;
    const left = (this.#perChannel.get(channel) ?? 0) - 1;
    if (left > 0) this.#perChannel.set(channel, left);
    else this.#perChannel.delete(channel);
    this.#notifyIdle();
  }

  /** Keeps a run whose execution ended because of a drain until it is handed back. */
  keepDrained(leaseToken: string): void {
    this.#drained.add(leaseToken);
    this.#notifyIdle();
  }

  /** Asks a run to stop that is here, or about to arrive. */
  cancel(runId: string): void {
    const here = [...this.#executions.values()].filter(({ run }) => run.id === runId);
    for (const execution of here) execution.stop('cancelled');
    if (here.length === 0) this.#earlyCancels.add(runId);
  }

  stop(tokens: string[], reason: StopReason): void {
    for (const token of tokens) this.#executions.get(token)?.stop(reason);
  }

  /** Resolves once no execution is under way any more. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#onIdle.push(resolve);
      this.#notifyIdle();
    });
  }

  #notifyIdle(): void {
    if (this.#onIdle.length === 0 || this.#executions.size > this.#drained.size) return;
    for (const resolve of this.#onIdle.splice(0)) resolve();
  }
}
