import { setTimeout as delay } from 'node:timers/promises';
import { pauseAfterContention } from '@job-manager/client/retry-on-contention';
import { hasTimedOut, isContention, isPassing } from '../store/database-errors.js';
import type { Notifier } from '../store/notifier.js';
import type { Sql } from '../store/sql.js';
import { MessageBuffer } from './message-buffer.js';
import type { MessageLine } from './message-line.js';
import type { Lease } from './transitions/beat.js';
import { type MessageBatch, writeMessages } from './transitions/write-messages.js';

/** Lines are collected for this long, from the first on. */
const GATHER_MS = 20;
/** Between two writes, unless so many lines wait. */
const PACE_MS = 200;
const MANY = 500;
const RETRY_MS = { first: 100, most: 2_000 };

export interface MessageWriterOptions {
  sql: Sql;
  notifier: Pick<Notifier, 'wroteMessages'>;
  /** Messages that a run keeps. */
  maxPerRun: number;
  /** Characters that may wait to be written, of all runs together. */
  maxWaitingChars?: number;
  onWaiting(error: unknown): void;
  onError(error: unknown): void;
}

/**
 * Writes the messages of runs, many lines of many runs in one statement, one statement at a time. A run never waits for
 * its messages. While the database is unreachable, lines are kept in a bounded memory: beyond it the oldest of the
 * least severe are dropped, and counted.
 */
export class MessageWriter {
  readonly #options: MessageWriterOptions;
  readonly #buffer: MessageBuffer;
  #timer: NodeJS.Timeout | undefined;
  #dueAt = Number.POSITIVE_INFINITY;
  #wroteAt = Number.NEGATIVE_INFINITY;
  #writing: Promise<void> | undefined;
  #batches = 0;
  #isClosed = false;

  constructor(options: MessageWriterOptions) {
    this.#options = options;
    this.#buffer = new MessageBuffer(options.maxWaitingChars);
  }

  /** Adds a line of a run that this process holds. */
  add(lease: Lease, line: MessageLine): void {
    if (this.#isClosed) return;
    this.#buffer.add(lease, line);
    if (this.#writing !== undefined) return;
    const isMany = this.#buffer.lines >= MANY;
    const now = performance.now();
    this.#writeAt(isMany ? now : Math.max(now + GATHER_MS, this.#wroteAt + PACE_MS));
  }

  /** Whether a run has messages that are not written yet. */
  has(leaseToken: string): boolean {
    return this.#buffer.has(leaseToken);
  }

  /** Resolves once all messages of this run are written, or dropped because its lease was lost. */
  async flush(leaseToken: string): Promise<void> {
    while (this.#buffer.has(leaseToken)) {
      this.#buffer.prefer(leaseToken);
      this.#writeNow();
      await this.#writing;
    }
  }

  /** Drops the messages of a run whose lease was lost. */
  forget(leaseToken: string): void {
    this.#buffer.forget(leaseToken);
  }

  /** Drops what could not be written yet. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#buffer.clear();
  }

  #writeAt(dueAt: number): void {
    if (dueAt >= this.#dueAt) return;
    clearTimeout(this.#timer);
    this.#dueAt = dueAt;
    this.#timer = setTimeout(() => this.#writeNow(), Math.max(0, dueAt - performance.now()));
  }

  #writeNow(): void {
    clearTimeout(this.#timer);
    this.#dueAt = Number.POSITIVE_INFINITY;
    this.#writing ??= this.#writeOnce().finally(() => {
      this.#writing = undefined;
      this.#wroteAt = performance.now();
      if (!this.#buffer.isEmpty) this.#writeAt(this.#wroteAt + (this.#buffer.lines >= MANY ? 0 : PACE_MS));
    });
  }

  async #writeOnce(): Promise<void> {
    const taken = this.#buffer.take();
    this.#batches += 1;
    await this.#write(taken.map((batch) => ({ ...batch, callKey: `${batch.leaseToken} ${this.#batches}` })));
    this.#buffer.settle();
  }

  async #write(batches: MessageBatch[]): Promise<void> {
    const { sql, maxPerRun, notifier } = this.#options;
    let delayMs = RETRY_MS.first;
    while (!this.#isClosed) {
      try {
        const held = await writeMessages(sql, batches, maxPerRun);
        for (const { id, leaseToken } of batches) if (held.has(leaseToken)) notifier.wroteMessages(id);
        return;
      } catch (error) {
        if (wasWritten(error)) continue;
        if (!isPassing(error)) return this.#writeApart(batches, error);
        if (isContention(error)) {
          await pauseAfterContention();
          continue;
        }
        this.#options.onWaiting(error);
        await delay(delayMs * (0.5 + Math.random()));
        if (hasTimedOut(error) && batches.length > 1) return this.#writeEach(batches);
        delayMs = Math.min(delayMs * 2, RETRY_MS.most);
      }
    }
  }

  async #writeEach(batches: MessageBatch[]): Promise<void> {
    for (const batch of batches) await this.#write([batch]);
  }

  /** A line that PostgreSQL refuses must not lose the others. */
  async #writeApart(batches: MessageBatch[], error: unknown): Promise<void> {
    const [first] = batches;
    if (batches.length > 1) {
      await this.#writeEach(batches);
    } else if (first && first.lines.length > 1) {
      const half = Math.ceil(first.lines.length / 2);
      await this.#write([{ ...first, lines: first.lines.slice(0, half), callKey: `${first.callKey} a` }]);
      await this.#write([{ ...first, lines: first.lines.slice(half), lost: undefined, callKey: `${first.callKey} b` }]);
    } else {
      this.#options.onError(error);
    }
  }
}

/** The answer to this batch was lost; when it is sent again, it is found by its key. */
const wasWritten = (error: unknown): boolean =>
  (error as { constraint?: unknown }).constraint === 'JobRunMessage_callKey';
