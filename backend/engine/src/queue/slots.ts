import type { Pace } from './pace.js';
import type { RunExecution } from './run-execution.js';

/** A prefetched run that could not begin for so long is released: a runner with a free slot may take it. */
export const HAND_BACK_MS = 500;

interface SlotsOptions {
  concurrency: number;
  pace: Pick<Pace, 'began' | 'ended'>;
  /** Runs the job; `onOver` frees its slot. */
  begin(execution: RunExecution, onOver: () => void): void;
  /** Releases runs that never began. */
  handBack(executions: RunExecution[]): void;
  /** A slot is free, or few runs are left that could take the next. */
  onRoom(): void;
}

interface Ahead {
  execution: RunExecution;
  since: number;
}

/**
 * Begins claimed runs, at most `concurrency` at once. The slots of short jobs would wait for the next claim most of the
 * time, so some runs are prefetched and wait here in their order.
 */
export class Slots {
  readonly #options: SlotsOptions;
  #ahead: Ahead[] = [];
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
    return this.#ahead.length;
  }

  /** The priority of the first of them; undefined for none. */
  get nextPriority(): number | undefined {
    return this.#ahead[0]?.execution.run.priority;
  }

  /** Begins what there are slots for; the rest waits, by priority. */
  add(executions: RunExecution[]): void {
    const since = performance.now();
    const last = this.#ahead.at(-1);
    for (const execution of executions) this.#ahead.push({ execution, since });
    const overtakes = last && executions.some(({ run }) => run.priority < last.execution.run.priority);
    if (overtakes) this.#ahead.sort((a, b) => a.execution.run.priority - b.execution.run.priority);
    this.#fill();
  }

  /** Removes and returns all waiting runs. */
  clear(): RunExecution[] {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return this.#ahead.splice(0).map(({ execution }) => execution);
  }

  #fill(): void {
    while (this.free > 0) {
      const next = this.#ahead.shift();
      if (!next) break;
      const now = performance.now();
      // The event loop was blocked meanwhile: another runner should take the run, and the heartbeat thread may have
      // released it already.
      if (now - next.since >= HAND_BACK_MS) {
        this.#handBackOld([next]);
        return;
      }
      this.#begin(next, now);
    }
    if (this.#ahead.length > 0) this.#timer ??= setTimeout(() => this.#check(), HAND_BACK_MS).unref();
  }

  #begin({ execution, since }: Ahead, now: number): void {
    const { begin, pace } = this.#options;
    this.#taken += 1;
    pace.began(now - since);
    begin(execution, () => {
      pace.ended(performance.now() - now);
      this.#release();
    });
  }

  #release(): void {
    this.#taken -= 1;
    this.#fill();
    this.#options.onRoom();
  }

  #check(): void {
    this.#timer = undefined;
    this.#handBackOld([]);
  }

  #handBackOld(known: Ahead[]): void {
    const old = [...known, ...this.#ahead.filter(isTooOld)];
    this.#ahead = this.#ahead.filter((ahead) => !isTooOld(ahead));
    if (old.length > 0) this.#options.handBack(old.map(({ execution }) => execution));
    this.#fill();
  }
}

const isTooOld = ({ since }: Ahead): boolean => performance.now() - since >= HAND_BACK_MS;
