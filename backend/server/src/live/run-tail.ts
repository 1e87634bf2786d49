import { setImmediate as nextTurn } from 'node:timers/promises';
import { type MessageRow, type MessageState, readMessageState, readMessages } from '@job-manager/engine/store/messages';
import type { Sql } from '@job-manager/engine/store/sql';
import { isTerminal } from '@job-manager/shared/run';
import { presentMessage } from '../present/message.js';
import { presentSteps } from '../present/run.js';
import { encode, type SharedMessage } from './shared-message.js';

/** Messages read at once. */
const PAGE = 1_000;
/** About as much text goes into one message of the socket, so that a viewer is never far behind by one alone. */
const MAX_CHARS = 64 * 1024;
/** However often it is woken, the run is looked at no more often. */
const MIN_GAP_MS = 100;
/** How soon it is seen that a viewer that was behind has caught up; the check costs no query. */
const BEHIND_MS = 50;

/** What a tail needs of a viewer. */
export interface TailViewer {
  /** Whether it takes more just now. */
  readonly isReady: boolean;
  send(message: SharedMessage): void;
}

interface Follower {
  viewer: TailViewer;
  /** The last message it was sent. */
  seq: number;
  /** The steps it was sent. */
  steps: SharedMessage | undefined;
}

interface RunTailOptions {
  sql: Sql;
  runId: string;
  pollMs: number;
  onError?(error: unknown): void;
}

/**
 * The messages of one run, for all who follow it. Nothing is buffered in memory: each follower has its position, and
 * the database is read from there as fast as the follower takes it.
 */
export class RunTail {
  readonly #options: RunTailOptions;
  readonly #followers = new Set<Follower>();
  #state: MessageState | null = null;
  #steps: SharedMessage | undefined;
  #isBusy = false;
  /** A message may have been written since the state was read. */
  #isWoken = false;
  #readAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #dueAt = Number.POSITIVE_INFINITY;

  constructor(options: RunTailOptions) {
    this.#options = options;
  }

  get isEmpty(): boolean {
    return this.#followers.size === 0;
  }

  /** Adds a follower that has the messages up to `seq`. Call the returned function to remove it. */
  join(viewer: TailViewer, seq: number): () => void {
    const follower: Follower = { viewer, seq, steps: undefined };
    this.#followers.add(follower);
    this.wakeUp();
    return () => {
      this.#followers.delete(follower);
      if (this.isEmpty) this.#unschedule();
    };
  }

  /** Checks for new messages of the run. */
  wakeUp(): void {
    this.#isWoken = true;
    this.#scheduleNext();
  }

  /** Checks after `ms`, unless a check is due sooner. */
  #schedule(ms: number): void {
    const dueAt = performance.now() + ms;
    if (this.#dueAt <= dueAt) return;
    this.#unschedule();
    this.#dueAt = dueAt;
    this.#timer = setTimeout(() => {
      this.#dueAt = Number.POSITIVE_INFINITY;
      void this.#read();
    }, ms).unref();
  }

  #unschedule(): void {
    clearTimeout(this.#timer);
    this.#dueAt = Number.POSITIVE_INFINITY;
  }

  /** Never rejects: what can't be read now is read with the next check. */
  async #read(): Promise<void> {
    this.#isBusy = true;
    try {
      if (this.#isWoken || performance.now() >= this.#readAt + this.#options.pollMs) await this.#readState();
      await this.#sendAll();
    } catch (error) {
      this.#options.onError?.(error);
    }
    this.#isBusy = false;
    this.#scheduleNext();
  }

  #scheduleNext(): void {
    if (this.isEmpty || this.#isBusy) return;
    const sinceRead = performance.now() - this.#readAt;
    if (this.#isWoken) this.#schedule(Math.max(0, MIN_GAP_MS - sinceRead));
    if (this.#behind().length > 0) this.#schedule(BEHIND_MS);
    // A run that ended writes nothing more by itself; a notification still triggers a check.
    if (this.#state && isTerminal(this.#state.status)) return;
    this.#schedule(Math.max(0, this.#options.pollMs - sinceRead));
  }

  async #readState(): Promise<void> {
    const { sql, runId } = this.#options;
    this.#isWoken = false;
    this.#readAt = performance.now();
    const state = await readMessageState(sql, runId, this.#state?.rev ?? null);
    if (state && state.steps !== undefined) {
      const steps = state.steps && presentSteps(state.steps, state.status);
      const message = encode({ type: 'server.admin.run_steps', data: { jobRunId: runId, steps } });
      // The row changes more often than its steps.
      if (message.data.text !== this.#steps?.data.text) this.#steps = message;
    }
    this.#state = state;
  }

  /** Sends what there is to all that are ready for it, page by page; those at the same place share one. */
  async #sendAll(): Promise<void> {
    for (;;) {
      const ready = this.#behind().filter(({ viewer }) => viewer.isReady);
      const [first] = ready;
      if (!first) return;
      for (const follower of ready) this.#sendSteps(follower);
      const seq = Math.min(...ready.map((follower) => follower.seq));
      if (seq < this.#count()) await this.#sendPage(seq);
      await nextTurn();
    }
  }

  /** Those who have not been sent everything yet. */
  #behind(): Follower[] {
    const count = this.#count();
    return [...this.#followers].filter(({ seq, steps }) => seq < count || steps !== this.#steps);
  }

  #count(): number {
    return this.#state?.messageCount ?? 0;
  }

  #sendSteps(follower: Follower): void {
    if (follower.steps === this.#steps) return;
    follower.steps = this.#steps;
    if (this.#steps) follower.viewer.send(this.#steps);
  }

  async #sendPage(afterSeq: number): Promise<void> {
    const { sql, runId } = this.#options;
    const rows = await readMessages(sql, runId, { afterSeq, limit: PAGE });
    const parts = rows.length === 0 ? [[]] : partsOf(rows);
    let from = afterSeq;
    for (const part of parts) {
      // Where the page is empty, all that follows was dropped.
      const to = part.at(-1)?.seq ?? this.#count();
      const followers = [...this.#followers].filter(({ seq, viewer }) => seq === from && viewer.isReady);
      if (followers.length === 0) return;
      const message = this.#encodePart(part);
      for (const follower of followers) {
        follower.viewer.send(message);
        follower.seq = to;
      }
      from = to;
      await nextTurn();
    }
  }

  #encodePart(rows: MessageRow[]): SharedMessage {
    const { messageCount = 0, droppedMessages = 0 } = this.#state ?? {};
    const data = {
      jobRunId: this.#options.runId,
      messages: rows.map(presentMessage),
      // The page may have been read after the counts.
      messageCount: Math.max(messageCount, rows.at(-1)?.seq ?? 0),
      droppedMessages,
    };
    return encode({ type: 'server.admin.run_messages', data });
  }
}

/** In parts of about MAX_CHARS. */
function partsOf(rows: MessageRow[]): MessageRow[][] {
  const parts: MessageRow[][] = [];
  let part: MessageRow[] = [];
  let chars = 0;
  for (const row of rows) {
    part.push(row);
    chars += 150 + row.message.length + (row.data === null ? 0 : JSON.stringify(row.data).length);
    if (chars < MAX_CHARS) continue;
    parts.push(part);
    part = [];
    chars = 0;
  }
  return part.length > 0 ? [...parts, part] : parts;
}
