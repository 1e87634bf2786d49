import { setTimeout as delay } from 'node:timers/promises';
import { isContention, isPassing } from '../store/faults.js';
import { TimeBudget } from './time-budget.js';

/** In one statement. */
const MOST_AT_ONCE = 1_000;
/** With so many, what a statement costs by itself is small change. */
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
  /** What is left to write of an end that PostgreSQL refuses; null where there is nothing simpler. */
  simplify(ending: Ending, error: unknown): Ending | null;
  onUnreachable(error: unknown): void;
  onFault(error: unknown): void;
}

/**
 * Writes how executions ended, several in one statement: the first goes out at once, those that come while it is
 * under way are gathered for the next. An unreachable database is waited for, however long.
 */
export class Completions<Ending, Answer> {
  readonly #options: CompletionsOptions<Ending, Answer>;
  readonly #budget = new TimeBudget(WRITING);
  #waiting: Waiting<Ending, Answer>[] = [];
  #flushing: Promise<void> | undefined;

  constructor(options: CompletionsOptions<Ending, Answer>) {
    this.#options = options;
  }

  /** Resolves once the end is recorded. */
  record(ending: Ending): Promise<Answer> {
    return new Promise((settle) => {
      this.#waiting.push({ ending, settle });
      this.#flushing ??= this.#flush().finally(() => {
        this.#flushing = undefined;
      });
    });
  }

  async #flush(): Promise<void> {
    // One turn, so that runs ending in the same instant go together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      await this.#gather();
      const batch = this.#waiting.splice(0, MOST_AT_ONCE);
      const from = performance.now();
      await this.#write(batch);
      this.#budget.spend(performance.now() - from);
    }
  }

  /** Where few ends came again and again, more of them go together. */
  async #gather(): Promise<void> {
    const until = performance.now() + this.#budget.restMs;
    while (this.#waiting.length < ENOUGH && performance.now() < until - 1) await delay(1);
  }

  async #write(batch: Waiting<Ending, Answer>[]): Promise<void> {
    const { write, unwritten } = this.#options;
    let delayMs = RETRY_MS.first;
    for (;;) {
      try {
        const answers = await write(batch.map(({ ending }) => ending));
        for (const [index, { settle }] of batch.entries()) settle(answers[index] ?? unwritten);
        return;
      } catch (error) {
        if (isContention(error)) continue;
        if (!isPassing(error)) return this.#writeApart(batch, error);
        this.#options.onUnreachable(error);
        await delay(delayMs * (0.5 + Math.random()));
        delayMs = Math.min(delayMs * 2, RETRY_MS.most);
      }
    }
  }

  /** One end that PostgreSQL refuses must not hold up the others, nor leave its own run without an end. */
  async #writeApart(batch: Waiting<Ending, Answer>[], error: unknown): Promise<void> {
    this.#options.onFault(error);
    const [only] = batch;
    if (batch.length > 1) {
      for (const waiting of batch) await this.#write([waiting]);
    } else if (only) {
      const simpler = this.#options.simplify(only.ending, error);
      if (simpler) await this.#write([{ ending: simpler, settle: only.settle }]);
      else only.settle(this.#options.unwritten);
    }
  }
}
