import { type HeldPlace, LeaseTable, sharedNow } from './lease-table.mjs';
import type { RunExecution, StopReason } from './run-execution.js';

/** Runs beyond the running ones, and suspects beside them, as `ClaimLoop` and `Suspects` bound them; and some more. */
const placesFor = (concurrency: number): number => 2 * concurrency + 8_192;

/**
 * The runs that a runner holds, with their executions. By the execution: a run that was taken away may be claimed
 * anew while its old execution still winds down.
 */
export class HeldRuns {
  readonly leases: LeaseTable;
  /** By their place in the table of leases. */
  readonly #executions: (RunExecution | undefined)[] = [];
  readonly #perChannel = new Map<string, number>();
  /** Executions that ended because of a drain; they keep their lease until their runs are released. */
  readonly #drained = new Set<RunExecution>();
  readonly #earlyCancels = new EarlyCancels();
  #size = 0;
  #onIdle: (() => void)[] = [];

  constructor(concurrency: number) {
    this.leases = new LeaseTable(LeaseTable.memoryFor(placesFor(concurrency)));
  }

  get size(): number {
    return this.#size;
  }

  all(): RunExecution[] {
    return this.#executions.filter((execution) => execution !== undefined);
  }

  /** How many of them each channel has. */
  perChannel(): Record<string, number> {
    return Object.fromEntries(this.#perChannel);
  }

  /** The executions that the heartbeat thread names, without those that ended meanwhile. */
  at(places: HeldPlace[]): RunExecution[] {
    return places.flatMap(({ place, mark }) => {
      const execution = this.#executions[place];
      return execution && this.leases.markAt(place) === mark ? [execution] : [];
    });
  }

  /** Adds new executions; stops one whose cancel request came first. */
  add(executions: RunExecution[]): void {
    const heldAt = sharedNow();
    for (const execution of executions) {
      const { run } = execution;
      execution.place = this.leases.add(run, heldAt);
      this.#executions[execution.place] = execution;
      this.#size += 1;
      this.#count(run.channel, 1);
      if (this.#earlyCancels.take(run.id)) execution.stop('cancelled');
    }
  }

  /** Notes that a run begins; false when the heartbeat thread has released it, because the event loop was blocked. */
  begin(execution: RunExecution): boolean {
    return this.#executions[execution.place] === execution && this.leases.begin(execution.place);
  }

  /** Removes a run that has ended or is released. */
  remove(execution: RunExecution): void {
    const { place, run } = execution;
    if (this.#executions[place] !== execution) return;
    this.#executions[place] = undefined;
    this.leases.remove(place);
    this.#size -= 1;
    this.#count(run.channel, -1);
    this.#notifyIdle();
  }

  /** Keeps a run whose execution ended because of a drain until it is released. */
  keepDrained(execution: RunExecution): void {
    this.#drained.add(execution);
    this.#notifyIdle();
  }

  /** Requests a run to stop that is held, or is about to be. */
  cancel(runId: string): void {
    const here = this.all().filter(({ run }) => run.id === runId);
    for (const execution of here) execution.stop('cancelled');
    if (here.length === 0) this.#earlyCancels.add(runId);
  }

  stopAll(reason: StopReason): void {
    for (const execution of this.all()) execution.stop(reason);
  }

  /** Resolves once no execution is under way any more. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#onIdle.push(resolve);
      this.#notifyIdle();
    });
  }

  #count(channel: string, runs: number): void {
    const left = (this.#perChannel.get(channel) ?? 0) + runs;
    if (left > 0) this.#perChannel.set(channel, left);
    else this.#perChannel.delete(channel);
  }

  #notifyIdle(): void {
    if (this.#onIdle.length === 0 || this.#size > this.#drained.size) return;
    for (const resolve of this.#onIdle.splice(0)) resolve();
  }
}

/** A cancel request that came too early is kept for so long. */
const KEPT_MS = 10_000;

/**
 * Cancel requests for runs that are not held, kept for a moment: the request may arrive, on another connection, before
 * the answer of the claim that brings the run.
 */
class EarlyCancels {
  readonly #receivedAt = new Map<string, number>();

  add(runId: string): void {
    const now = performance.now();
    for (const [id, receivedAt] of this.#receivedAt) {
      // In order of arrival, so the first that is young ends the search.
      if (now - receivedAt < KEPT_MS) break;
      this.#receivedAt.delete(id);
    }
    this.#receivedAt.set(runId, now);
  }

  take(runId: string): boolean {
    return this.#receivedAt.delete(runId);
  }
}
