import { DEFAULT_SCHEMA } from '../database/schema.js';
import { type ChannelName, channelOf, type ProgressNote } from './channels.js';
import type { Sql } from './sql.js';

/** NOTIFY takes a lock over the whole server at commit, so one process sends at most one batch in this time. */
const GATHER_MS = 5;
/** PostgreSQL refuses payloads of 8,000 bytes and more. */
const MOST_BYTES = 7_500;

/** Tells the other processes what changed, gathered and apart from the statements that changed it. */
export class Notifier {
  readonly #sql: Sql;
  readonly #schema: string;
  #changed = false;
  #queued = false;
  #schedules = false;
  readonly #cancelled = new Set<string>();
  readonly #revoked = new Set<string>();
  readonly #progress = new Map<string, ProgressNote>();
  readonly #spoke = new Set<string>();
  #flushing: Promise<void> | undefined;

  /** `schema` is where the tables are, as in the URL of those who listen. */
  constructor(sql: Sql, schema = DEFAULT_SCHEMA) {
    this.#sql = sql;
    this.#schema = schema;
  }

  /** Something about the active runs changed. */
  changed(): void {
    this.#changed = true;
    this.#schedule();
  }

  /** Runs wait for a runner. */
  queued(): void {
    this.#queued = true;
    this.changed();
  }

  /** Schedules were made, changed or resumed: schedulers may look when they come due. */
  schedulesChanged(): void {
    this.#schedules = true;
    this.#schedule();
  }

  /** A running run was asked to stop. */
  cancelRequested(runId: string): void {
    this.#cancelled.add(runId);
    this.changed();
  }

  /** Runs were taken away from whoever runs them: their runners need not wait for the next heartbeat to learn it. */
  revoked(runIds: string[]): void {
    if (runIds.length === 0) return;
    for (const runId of runIds) this.#revoked.add(runId);
    this.changed();
  }

  /** A run's newest progress, ahead of its row. */
  progressed(note: ProgressNote): void {
    this.#progress.set(note.id, note);
    this.#schedule();
  }

  /** A run wrote messages, or its steps changed. */
  spoke(runId: string): void {
    this.#spoke.add(runId);
    this.#schedule();
  }

  /** Sends what is gathered; resolves when it was sent or lost. */
  async flush(): Promise<void> {
    this.#schedule();
    await this.#flushing;
  }

  #schedule(): void {
    this.#flushing ??= new Promise((resolve) => setTimeout(resolve, GATHER_MS))
      .then(() => this.#send())
      .finally(() => {
        this.#flushing = undefined;
        if (this.#hasNews()) this.#schedule();
      });
  }

  #hasNews(): boolean {
    const gathered = [this.#cancelled, this.#revoked, this.#progress, this.#spoke];
    return this.#changed || this.#queued || this.#schedules || gathered.some(({ size }) => size > 0);
  }

  async #send(): Promise<void> {
    const notes = this.#takeNotes();
    if (notes.length === 0) return;
    const names = notes.map(([name]) => channelOf(name, this.#schema));
    const payloads = notes.map(([, payload]) => payload);
    await this.#sql
      .query('SELECT pg_notify(channel, payload) FROM unnest($1::text[], $2::text[]) AS note(channel, payload)', [
        names,
        payloads,
      ])
      // Lost, as a notification may always be: whoever needs it polls.
      .catch(() => {});
  }

  #takeNotes(): [name: ChannelName, payload: string][] {
    const notes: [ChannelName, string][] = [];
    if (this.#queued) notes.push(['queued', '']);
    if (this.#changed) notes.push(['changed', '']);
    if (this.#schedules) notes.push(['schedules', '']);
    for (const payload of packed([...this.#cancelled])) notes.push(['cancel', payload]);
    for (const payload of packed([...this.#revoked])) notes.push(['revoked', payload]);
    for (const payload of packed([...this.#progress.values()])) notes.push(['progress', payload]);
    for (const payload of packed([...this.#spoke])) notes.push(['messages', payload]);
    this.#queued = false;
    this.#changed = false;
    this.#schedules = false;
    this.#cancelled.clear();
    this.#revoked.clear();
    this.#progress.clear();
    this.#spoke.clear();
    return notes;
  }
}

/** JSON arrays of the items, each array within what one notification carries. */
function packed(items: unknown[]): string[] {
  const payloads: string[] = [];
  let parts: string[] = [];
  let size = 0;
  for (const item of items) {
    const text = JSON.stringify(item);
    const bytes = Buffer.byteLength(text) + 1;
    if (parts.length > 0 && size + bytes > MOST_BYTES) {
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
