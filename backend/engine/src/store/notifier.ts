import { DEFAULT_SCHEMA } from '../database/schema.js';
import { type ChannelName, channelOf, type ProgressNote } from './channels.js';
import type { Sql } from './sql.js';

/** NOTIFY takes a lock over the whole server at commit, so one process sends at most one statement in this time. */
const GATHER_MS = 5;
/** The shortest interval between notifications of changes: a listener reads the rows anew. */
const CALM_MS = 50;
/** PostgreSQL refuses payloads of 8,000 bytes and more. */
const MAX_BYTES = 7_500;

/** Notifies the other processes of changes, in batches and outside of the statements that made them. */
export class Notifier {
  readonly #sql: Sql;
  readonly #schema: string;
  #changed = false;
  #queued = false;
  #schedules = false;
  #jobs = false;
  #bulk = false;
  readonly #cancelled = new Set<string>();
  readonly #revoked = new Set<string>();
  readonly #progress = new Map<string, ProgressNote>();
  readonly #withMessages = new Set<string>();
  readonly #commanded = new Set<string>();
  /** When the batch is sent, by the process's own clock; null for nothing to send. */
  #dueAt: number | null = null;
  #timer: NodeJS.Timeout | undefined;
  #sentAt = Number.NEGATIVE_INFINITY;
  /** When the last change was reported. */
  #changedAt = Number.NEGATIVE_INFINITY;
  #sending: Promise<void> | undefined;

  /** `schema` is where the tables are, as in the URL of those who listen. */
  constructor(sql: Sql, schema = DEFAULT_SCHEMA) {
    this.#sql = sql;
    this.#schema = schema;
  }

  /** Something about the active runs changed. */
  changed(): void {
    this.#changed = true;
    this.#sendAt(Math.max(performance.now() + GATHER_MS, this.#changedAt + CALM_MS));
  }

  /** Runs wait for a runner. */
  queued(): void {
    this.#queued = true;
    this.#changed = true;
    this.#sendAtOnce();
  }

  /**
   * Whether a statement that queues a single run may notify runners itself, which saves two round trips. True where
   * nothing was sent just now, and counts as sent.
   */
  takeTurn(): boolean {
    if (this.#sending !== undefined || performance.now() < this.#sentAt + GATHER_MS) return false;
    this.#sentAt = performance.now();
    return true;
  }

  /** Schedules were made, changed or resumed: schedulers read when they come due. */
  schedulesChanged(): void {
    this.#schedules = true;
    this.#sendSoon();
  }

  /** Settings of jobs were changed, or jobs paused or resumed. */
  jobsChanged(): void {
    this.#jobs = true;
    this.#sendAtOnce();
  }

  /** An operation on many runs has begun. */
  bulkStarted(): void {
    this.#bulk = true;
    this.#sendAtOnce();
  }

  /** A running run was requested to stop. */
  cancelRequested(runId: string): void {
    this.#cancelled.add(runId);
    this.#changed = true;
    this.#sendSoon();
  }

  /** Runners lost the leases of runs, and need not wait for the next heartbeat to notice. */
  revoked(runIds: string[]): void {
    if (runIds.length === 0) return;
    for (const runId of runIds) this.#revoked.add(runId);
    this.#changed = true;
    this.#sendSoon();
  }

  /** A run's newest progress, before it is in the row. */
  progressed(note: ProgressNote): void {
    this.#progress.set(note.id, note);
    this.#sendSoon();
  }

  /** A run wrote messages, or its steps changed. */
  wroteMessages(runId: string): void {
    this.#withMessages.add(runId);
    this.#sendSoon();
  }

  /** Commands wait for these runners. */
  commanded(runnerIds: string[]): void {
    if (runnerIds.length === 0) return;
    for (const runnerId of runnerIds) this.#commanded.add(runnerId);
    this.#sendAtOnce();
  }

  /** A person follows the log of this runner. */
  logFollowed(runnerId: string): void {
    this.#commanded.add(followedNote(runnerId));
    this.#sendAtOnce();
  }

  /** Sends the batch; resolves when it was sent or lost. */
  async flush(): Promise<void> {
    while (this.#sending !== undefined || this.#dueAt !== null) {
      if (this.#sending === undefined) this.#sendNow();
      await this.#sending;
    }
  }

  /** Notifications for which no runner waits are collected for a while and sent together. */
  #sendSoon(): void {
    this.#sendAt(performance.now() + GATHER_MS);
  }

  /** Runners wait for this: it waits only where something was sent just now. */
  #sendAtOnce(): void {
    this.#sendAt(this.#sentAt + GATHER_MS);
  }

  #sendAt(dueAt: number): void {
    if (this.#dueAt !== null && this.#dueAt <= dueAt) return;
    this.#dueAt = dueAt;
    if (this.#sending === undefined) this.#wait(dueAt);
  }

  #wait(dueAt: number): void {
    clearTimeout(this.#timer);
    const leftMs = dueAt - performance.now();
    if (leftMs <= 0) this.#sendNow();
    else this.#timer = setTimeout(() => this.#sendNow(), leftMs);
  }

  #sendNow(): void {
    clearTimeout(this.#timer);
    this.#dueAt = null;
    this.#sentAt = performance.now();
    this.#sending = this.#send().finally(() => {
      this.#sending = undefined;
      // The next batch, at its time.
      if (this.#dueAt !== null) this.#wait(Math.max(this.#dueAt, this.#sentAt + GATHER_MS));
    });
  }

  async #send(): Promise<void> {
    const notes = this.#takeNotes();
    if (notes.length === 0) return;
    const names = notes.map(([name]) => channelOf(name, this.#schema));
    const payloads = notes.map(([, payload]) => payload);
    await this.#sql
      .query({ name: 'notify', text: NOTIFY, values: [names, payloads] })
      // Lost, as a notification may always be: its receivers poll.
      .catch(() => {});
  }

  #takeNotes(): [name: ChannelName, payload: string][] {
    const notes: [ChannelName, string][] = [];
    if (this.#queued) notes.push(['queued', '']);
    if (this.#changed) notes.push(['changed', '']);
    if (this.#changed) this.#changedAt = this.#sentAt;
    if (this.#schedules) notes.push(['schedules', '']);
    if (this.#jobs) notes.push(['jobs', '']);
    if (this.#bulk) notes.push(['bulk', '']);
    for (const payload of packed([...this.#cancelled])) notes.push(['cancel', payload]);
    for (const payload of packed([...this.#revoked])) notes.push(['revoked', payload]);
    for (const payload of packed([...this.#progress.values()])) notes.push(['progress', payload]);
    for (const payload of packed([...this.#withMessages])) notes.push(['messages', payload]);
    for (const payload of packed([...this.#commanded])) notes.push(['commands', payload]);
    this.#queued = false;
    this.#changed = false;
    this.#schedules = false;
    this.#jobs = false;
    this.#bulk = false;
    this.#cancelled.clear();
    this.#revoked.clear();
    this.#progress.clear();
    this.#withMessages.clear();
    this.#commanded.clear();
    return notes;
  }
}

/** The entry among the ids of runners with commands. */
export const followedNote = (runnerId: string): string => `log of ${runnerId}`;

/** Planned once per connection: runners wait for it. */
const NOTIFY = 'SELECT pg_notify(channel, payload) FROM unnest($1::text[], $2::text[]) AS note(channel, payload)';

/** JSON arrays of the items, each array within what one notification carries. */
function packed(items: unknown[]): string[] {
  const payloads: string[] = [];
  let parts: string[] = [];
  let size = 0;
  for (const item of items) {
    const text = JSON.stringify(item);
    const bytes = Buffer.byteLength(text) + 1;
    if (parts.length > 0 && size + bytes > MAX_BYTES) {
      payloads.push(`[${parts.join(',')}]`);
      parts = [];
      size = 0;
    }
    parts.push(text);
    size += bytes;
  }
  if (parts.length > 0) payloads.push(`[${parts.join(',')}]`);
  return payloads;
}
