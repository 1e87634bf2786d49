import { setTimeout as delay } from 'node:timers/promises';
import { pauseAfterContention } from '@job-manager/client/retry-on-contention';
import { hasTimedOut, isContention, isPassing } from '../store/database-errors.js';
import { TimeBudget } from './time-budget.js';

/** In one statement. */
const MAX_PER_STATEMENT = 1_000;
/** With so many, the fixed cost of a statement hardly counts. */
const ENOUGH = 100;
/** Of the time, for fewer; see `TimeBudget`. */
const WRITING = 1 / 3;
const RETRY_MS = { first: 100, most: 2_000 };

interface Waiting<Ending, Answer> {
  ending: Ending;
  settle(answer: Answer): void;
}

interface CompletionsOptions<Ending, Answer> {
  /** Writes the ends of several executions at once; answers for each in turn. */
  write(endings: Ending[]): Promise<Answer[]>;
  /** The answer for an end that could not be written at all. */
  unwritten: Answer;
  /** A simpler form of an end that PostgreSQL refuses; null where there is none. */
  simplify(ending: Ending, error: unknown): Ending | null;
  /** The database is unreachable, or takes too long: the ends are written later. */
  onWaiting(error: unknown): void;
  onError(error: unknown): void;
}

/**
 * Writes how executions ended, several in one statement: the first is sent at once, those that end meanwhile are
 * collected for the next. Waits for an unreachable database, however long.
 */
export class Completions<Ending, Answer> {
  readonly #options: CompletionsOptions<Ending, Answer>;
  readonly #budget = new TimeBudget(WRITING);
  #waiting: Waiting<Ending, Answer>[] = [];
  #flushing: Promise<void> | undefined;
  /** The ends that timed out by themselves, one after the other and beside the rest. */
  #slowOnes: Promise<void> = Promise.resolve();

  constructor(options: CompletionsOptions<Ending, Answer>) {
    this.#options = options;
  }

  /** Calls `settle` once the end is recorded. */
  record(ending: Ending, settle: (answer: Answer) => void): void {
    this.#waiting.push({ ending, settle });
    this.#flushing ??= this.#flush().finally(() => {
      this.#flushing = undefined;
    });
  }

  async #flush(): Promise<void> {
    // Waits for one turn of the event loop, so that runs that end together are sent together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      await this.#collect();
      const batch = this.#waiting.splice(0, MAX_PER_STATEMENT);
      const from = performance.now();
      await this.#write(batch);
      this.#budget.spend(performance.now() - from);
    }
  }

  /** Waits within the budget where ends come one by one, so that more of them are sent together. */
  async #collect(): Promise<void> {
    const until = performance.now() + this.#budget.restMs;
    while (this.#waiting.length < ENOUGH && performance.now() < until - 1) await delay(1);
  }

  async #write(batch: Waiting<Ending, Answer>[]): Promise<void> {
    for (let delayMs = RETRY_MS.first; ; delayMs = Math.min(delayMs * 2, RETRY_MS.most)) {
      try {
        return await this.#writeOnce(batch);
      } catch (error) {
        if (!isPassing(error)) return this.#writeApart(batch, error);
        if (isContention(error)) await pauseAfterContention();
        else await this.#wait(error, delayMs);
        if (hasTimedOut(error)) return this.#writeSlowly(batch);
      }
    }
  }

  async #writeOnce(batch: Waiting<Ending, Answer>[]): Promise<void> {
    const answers = await this.#options.write(batch.map(({ ending }) => ending));
    for (const [index, waiting] of batch.entries()) this.#settle(waiting, answers[index]);
  }

  /** An error of a callback is not one of the statement, which must not be sent again for it. */
  #settle({ settle }: Waiting<Ending, Answer>, answer: Answer | undefined): void {
    try {
      settle(answer ?? this.#options.unwritten);
    } catch (error) {
      this.#options.onError(error);
    }
  }

  async #wait(error: unknown, delayMs: number): Promise<void> {
    this.#options.onWaiting(error);
    await delay(delayMs * (0.5 + Math.random()));
  }

  /**
   * Writes ends that took too long together in smaller parts: there may be too many of them, or something else holds
   * the row of one. That one is left to itself, and the others don't wait for it.
   */
  async #writeSlowly(batch: Waiting<Ending, Answer>[]): Promise<void> {
    const [only] = batch;
    if (batch.length === 1 && only) {
      this.#slowOnes = this.#slowOnes.then(() => this.#writeUntilDone(only));
      return;
    }
    const size = Math.floor(Math.sqrt(batch.length));
    for (let from = 0; from < batch.length; from += size) await this.#write(batch.slice(from, from + size));
  }

  async #writeUntilDone(waiting: Waiting<Ending, Answer>): Promise<void> {
    for (let delayMs = RETRY_MS.first; ; delayMs = Math.min(delayMs * 2, RETRY_MS.most)) {
      try {
        return await this.#writeOnce([waiting]);
      } catch (error) {
        if (!isPassing(error)) return this.#writeApart([waiting], error);
        await this.#wait(error, delayMs);
      }
    }
  }

  /** An end that PostgreSQL refuses must not hold up the others, nor leave its own run without an end. */
  async #writeApart(batch: Waiting<Ending, Answer>[], error: unknown): Promise<void> {
    this.#options.onError(error);
    const [only] = batch;
    if (batch.length > 1) {
      for (const waiting of batch) await this.#write([waiting]);
    } else if (only) {
      const simpler = this.#options.simplify(only.ending, error);
      if (simpler) await this.#write([{ ending: simpler, settle: only.settle }]);
      else this.#settle(only, undefined);
    }
  }
}
