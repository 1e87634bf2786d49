import { setTimeout as delay } from 'node:timers/promises';
import { isContention, isUnreachable } from '../store/faults.js';
import type { Sql } from '../store/sql.js';
import { finishRuns, type Outcome } from './transitions/finish.js';

const RETRY_MS = { first: 100, most: 5_000 };

interface Waiting {
  outcome: Outcome;
  settle(accepted: boolean): void;
}

interface CompletionsOptions {
  sql: Sql;
  onUnreachable(error: unknown): void;
  onFault(error: unknown): void;
}

/**
 * Writes outcomes, several in one statement: the first goes out at once, those that come while it is under
 * way are gathered for the next. An unreachable database is waited for, however long.
 */
export class Completions {
  readonly #options: CompletionsOptions;
  #waiting: Waiting[] = [];
  #flushing: Promise<void> | undefined;

  constructor(options: CompletionsOptions) {
    this.#options = options;
  }

  /** Resolves once the outcome is recorded: false when the lease had gone and it was refused. */
  record(outcome: Outcome): Promise<boolean> {
    return new Promise((settle) => {
      this.#waiting.push({ outcome, settle });
      this.#flushing ??= this.#flush().finally(() => {
        this.#flushing = undefined;
      });
    });
  }

  async #flush(): Promise<void> {
    // One turn, so that runs ending in the same instant go together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, 500);
      await this.#write(batch);
    }
  }

  async #write(batch: Waiting[]): Promise<void> {
    let delayMs = RETRY_MS.first;
    for (;;) {
      try {
        const recorded = await finishRuns(
          this.#options.sql,
          batch.map(({ outcome }) => outcome),
        );
        for (const { outcome, settle } of batch) settle(recorded.has(outcome.id));
        return;
      } catch (error) {
        if (isContention(error)) continue;
        if (!isUnreachable(error)) return this.#writeApart(batch, error);
        this.#options.onUnreachable(error);
        await delay(delayMs * (0.5 + Math.random()));
        delayMs = Math.min(delayMs * 2, RETRY_MS.most);
      }
    }
  }

  /** One outcome that PostgreSQL refuses must not hold up the others, nor leave its own run without an end. */
  async #writeApart(batch: Waiting[], error: unknown): Promise<void> {
    this.#options.onFault(error);
    const [only] = batch;
    if (batch.length > 1) {
      for (const waiting of batch) await this.#write([waiting]);
    } else if (only?.outcome.metadata === null && only.outcome.status === 'FAILED') {
      only.settle(false);
    } else if (only) {
      await this.#write([{ outcome: unstorable(only.outcome, error), settle: only.settle }]);
    }
  }
}

function unstorable(outcome: Outcome, error: unknown): Outcome {
  const reason = error instanceof Error ? error.message : String(error);
  const told = `The outcome (${outcome.status}) could not be stored: ${reason}`.slice(0, 900);
  return {
    ...outcome,
    status: 'FAILED',
    error: told,
    errorStack: null,
    metadata: null,
    metadataTruncated: true,
    progressMessage: null,
    steps: null,
  };
}
