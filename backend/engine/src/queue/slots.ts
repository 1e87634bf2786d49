import type { Prefetch } from './prefetch.js';
import type { RunExecution } from './run-execution.js';

/** A prefetched run that could not begin for so long is released: a runner with a free slot may take it. */
export const RELEASE_AFTER_MS = 500;

interface SlotsOptions {
  concurrency: number;
  prefetch: Pick<Prefetch, 'began' | 'ended'>;
  /** Runs the job; `onOver` frees its slot. */
  begin(execution: RunExecution, onOver: () => void): void;
  /** Releases runs that never began. */
  release(executions: RunExecution[]): void;
  /** A slot is free, or few runs are left that could take the next. */
  onRoom(): void;
}

interface PrefetchedRun {
  execution: RunExecution;
  since: number;
}

/**
 * Begins claimed runs, at most `concurrency` at once. The slots of short jobs would wait for the next claim most of the
 * time, so some runs are prefetched and wait here in their order.
 */
export class Slots {
  readonly #options: SlotsOptions;
  #prefetched: PrefetchedRun[] = [];
  #taken = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SlotsOptions) {
    this.#options = options;
  }

  get free(): number {
    return this.#options.concurrency - this.#taken;
  }

  /** Runs that wait for a slot. */
  get waiting(): number {
    return this.#prefetched.length;
  }

  /** The priority of the first of them; undefined for none. */
  get nextPriority(): number | undefined {
    return this.#prefetched[0]?.execution.run.priority;
  }

  /** Begins what there are slots for; the rest waits, by priority. */
  add(executions: RunExecution[]): void {
    const since = performance.now();
    const last = this.#prefetched.at(-1);
    for (const execution of executions) this.#prefetched.push({ execution, since });
    const overtakes = last && executions.some(({ run }) => run.priority < last.execution.run.priority);
    if (overtakes) this.#prefetched.sort((a, b) => a.execution.run.priority - b.execution.run.priority);
    this.#fill();
  }

  /** Removes and returns all waiting runs. */
  clear(): RunExecution[] {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return this.#prefetched.splice(0).map(({ execution }) => execution);
  }

  #fill(): void {
    while (this.free > 0) {
      const next = this.#prefetched.shift();
      if (!next) break;
      const now = performance.now();
      // The event loop was blocked meanwhile: another runner should take the run, and the heartbeat thread may have
      // released it already.
      if (now - next.since >= RELEASE_AFTER_MS) {
        this.#releaseOld([next]);
        return;
      }
      this.#begin(next, now);
    }
    if (this.#prefetched.length > 0) this.#timer ??= setTimeout(() => this.#check(), RELEASE_AFTER_MS).unref();
  }

  #begin({ execution, since }: PrefetchedRun, now: number): void {
    const { begin, prefetch } = this.#options;
    this.#taken += 1;
    prefetch.began(now - since);
    begin(execution, () => {
      prefetch.ended(performance.now() - now);
      this.#freeSlot();
    });
  }

  #freeSlot(): void {
    this.#taken -= 1;
    this.#fill();
    this.#options.onRoom();
  }

  #check(): void {
    this.#timer = undefined;
    this.#releaseOld([]);
  }

  #releaseOld(known: PrefetchedRun[]): void {
    const old = [...known, ...this.#prefetched.filter(isTooOld)];
    this.#prefetched = this.#prefetched.filter((prefetched) => !isTooOld(prefetched));
    if (old.length > 0) this.#options.release(old.map(({ execution }) => execution));
    this.#fill();
  }
}

const isTooOld = ({ since }: PrefetchedRun): boolean => performance.now() - since >= RELEASE_AFTER_MS;
