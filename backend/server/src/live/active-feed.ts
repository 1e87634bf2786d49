import { EventEmitter } from 'node:events';
import { type ActiveSnapshot, readActiveSnapshot, readRuns } from '@job-manager/engine/store/active';
import type { ProgressNote } from '@job-manager/engine/store/channels';
import type { Listener } from '@job-manager/engine/store/listener';
import { type QueueFacts, readQueueFacts } from '@job-manager/engine/store/queue-facts';
import type { Sql } from '@job-manager/engine/store/sql';
import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { limits } from '@job-manager/shared/limits';
import type { ActiveCounts } from '@job-manager/shared/live';
import { presentQueued, presentSummary } from '../present/run.js';
import type { HasCode } from '../present/waiting.js';
import { batch, type Change, changesBetween, departureOf, progressOf } from './changes.js';
import { SharedMessage, SharedText } from './shared-message.js';

export interface Snapshot {
  runs: JobRunSummary[];
  counts: ActiveCounts;
  serverTime: string;
}

interface Options {
  sql: Sql;
  listener: Listener;
  /** Whether this server has the code of a job. */
  hasCode?: HasCode;
  /** The interval of the poll while there are viewers, in milliseconds. */
  pollMs?: number;
  /** How old facts about channels and runners may be, in milliseconds. */
  factsMaxAgeMs?: number;
  onError?(error: unknown): void;
}

/** However fast notifications arrive, reads begin at least so far apart: at once where little changes, else batched. */
const MIN_GAP_MS = { calm: 20, busy: 50 };
/** And each begins at least this long after the end of the one before it. */
const MIN_READ_PAUSE_MS = 10;
/**
 * So many changes in one read replace the whole list: no person can follow them, and sending them takes time for each
 * viewer. A read after a longer gap finds more changes at the same rate.
 */
const FLOOD_FROM = { soon: 150, later: 300 };
/** After such a read the gap grows by this much for each change, up to a limit. */
const FLOOD_GAP_MS = { each: 1, most: 1_000 };
/** So many changes in one read are sent as one message that contains only the fields that differ. */
const BATCHED_FROM = 10;
/** Somewhat below the interval of the poll, so that each poll reads them. */
const FACTS_MAX_AGE_MS = 900;
/** A snapshot that was read so recently is good enough to begin with: what changed since then is sent as changes. */
const FRESH_MS = 100;

/**
 * The active runs as all viewers see them: one snapshot, updated by comparing states. A notification triggers
 * a read at once, a timer one each second while anyone watches; so a lost notification delays a change by a
 * second and loses none, and one more viewer costs no query.
 */
export class ActiveFeed extends EventEmitter<{ changes: [Change[]] }> {
  readonly #options: Options;
  #runs = new Map<string, JobRunSummary>();
  #counts: ActiveCounts = { running: 0, queued: 0 };
  /** The database's clock when the snapshot was sent, and our own at that moment. */
  #serverTime = new Date();
  #sentAt = performance.now();
  /** Progress that is newer than its row. */
  readonly #progress = new Map<string, ProgressNote>();
  #watchers = 0;
  #reading: Promise<void> | undefined;
  #lastEndedId: string | null | undefined;
  /** Something changed during the current read. */
  #isDirty = false;
  #gapMs: number = MIN_GAP_MS.calm;
  /** When the last read began and when it ended. */
  #wokenAt = Number.NEGATIVE_INFINITY;
  #sinceLastMs = Number.POSITIVE_INFINITY;
  #readAt = Number.NEGATIVE_INFINITY;
  #facts: (QueueFacts & { readAt: number }) | undefined;
  /** The runs and counts of the snapshot as text, from its first use until they change. */
  #text: SharedText | undefined;
  #timer: NodeJS.Timeout | undefined;
  #dueAt = Number.POSITIVE_INFINITY;

  constructor(options: Options) {
    super();
    this.#options = options;
    options.listener.on('changed', () => this.#soon());
    options.listener.on('connected', () => this.#soon());
    options.listener.on('progress', (payload) => this.#onProgress(payload));
  }

  /** Keeps the snapshot fresh until the returned function is called. */
  watch(): () => void {
    this.#watchers += 1;
    if (this.#watchers === 1) this.#schedule(0);
    return () => {
      this.#watchers -= 1;
      if (this.#watchers === 0) this.#unschedule();
    };
  }

  /** Reads the active runs now, emits the changes, and resolves when done. Rejects when the database can't be read. */
  refresh(): Promise<void> {
    if (this.#reading !== undefined) return this.#reading;
    const now = performance.now();
    this.#sinceLastMs = now - this.#wokenAt;
    this.#wokenAt = now;
    this.#reading = this.#read().finally(() => {
      this.#reading = undefined;
      this.#readAt = performance.now();
      if (this.#watchers > 0) this.#schedule(this.#isDirty ? this.#rest() : (this.#options.pollMs ?? 1_000));
      this.#isDirty = false;
    });
    return this.#reading;
  }

  /**
   * The same for a viewer that begins to watch, unless it was read a moment ago: a thousand that connect at once share
   * a read.
   */
  async refreshUnlessFresh(): Promise<void> {
    if (performance.now() - this.#readAt > FRESH_MS) await this.refresh();
  }

  /** The snapshot as last sent; the `changes` emitted from now on follow it. */
  snapshot(): Snapshot {
    return { runs: [...this.#runs.values()], counts: this.#counts, serverTime: this.#now() };
  }

  /** The same as a message, written once for all viewers until something changes; with the open incidents as JSON. */
  snapshotMessage(alerts?: string): SharedMessage {
    this.#text ??= new SharedText(
      `{"runs":${JSON.stringify([...this.#runs.values()])},"counts":${JSON.stringify(this.#counts)}`,
    );
    const rest = `${alerts === undefined ? '' : `,"alerts":${alerts}`},"serverTime":"${this.#now()}"}`;
    return new SharedMessage('server.admin.jobs_snapshot', this.#text, rest);
  }

  #now(): string {
    return new Date(this.#serverTime.getTime() + performance.now() - this.#sentAt).toISOString();
  }

  #soon(): void {
    if (this.#watchers === 0) return;
    if (this.#reading !== undefined) this.#isDirty = true;
    else this.#schedule(this.#rest());
  }

  /** How long until the next read may begin. */
  #rest(): number {
    return Math.max(0, Math.max(this.#wokenAt + this.#gapMs, this.#readAt + MIN_READ_PAUSE_MS) - performance.now());
  }

  /** Reads after `ms`, unless a read is due sooner. */
  #schedule(ms: number): void {
    const dueAt = performance.now() + ms;
    if (this.#dueAt <= dueAt) return;
    this.#unschedule();
    this.#dueAt = dueAt;
    this.#timer = setTimeout(() => {
      this.#dueAt = Number.POSITIVE_INFINITY;
      this.refresh().catch((error) => this.#options.onError?.(error));
    }, ms);
    this.#timer.unref();
  }

  #unschedule(): void {
    clearTimeout(this.#timer);
    this.#dueAt = Number.POSITIVE_INFINITY;
  }

  async #read(): Promise<void> {
    const snapshot = await readActiveSnapshot(this.#options.sql);
    const facts = await this.#readFacts(snapshot.rows);
    // Whether a run is due may change with each read, facts about channels once a second.
    const now = { ...facts, serverTime: snapshot.serverTime };
    const hasCode = this.#options.hasCode ?? (() => true);
    const after = new Map(
      snapshot.rows.map((row) => [row.id, this.#withNewestProgress(presentQueued(row, now, hasCode))]),
    );
    const gone = new Set([...this.#runs.keys()].filter((id) => !after.has(id)));
    // A run that began and ended between two reads was never in the snapshot; its end is sent all the same.
    const { lastEndedId } = snapshot;
    if (lastEndedId !== null && this.#lastEndedId !== undefined && lastEndedId !== this.#lastEndedId)
      gone.add(lastEndedId);
    this.#lastEndedId = lastEndedId;
    const ended = gone.size === 0 ? [] : await readRuns(this.#options.sql, [...gone]);
    this.#emitChanges(after, [...gone], new Map(ended.map((row) => [row.id, presentSummary(row)])), snapshot);
  }

  /**
   * Notifications come up to fifty times a second, facts need not: a run that they do not cover has no reason until
   * then.
   */
  async #readFacts(rows: ActiveSnapshot['rows']): Promise<QueueFacts> {
    const maxAgeMs = this.#options.factsMaxAgeMs ?? FACTS_MAX_AGE_MS;
    if (this.#facts && performance.now() - this.#facts.readAt < maxAgeMs) return this.#facts;
    this.#facts = { ...(await readQueueFacts(this.#options.sql, rows)), readAt: performance.now() };
    return this.#facts;
  }

  #emitChanges(
    after: Map<string, JobRunSummary>,
    gone: string[],
    now: Map<string, JobRunSummary>,
    snapshot: ActiveSnapshot,
  ): void {
    // A run that was queued again and claimed between the two queries is active: the next read finds it.
    // Where more run than are shown, it may as well be one of those that are not.
    const isCut = snapshot.running > limits.runningInSnapshot;
    const left = gone.filter((id) => isCut || now.get(id)?.status !== 'RUNNING');
    for (const id of gone) if (!left.includes(id)) after.set(id, now.get(id) as JobRunSummary);
    const counts = { running: snapshot.running, queued: snapshot.queued };
    this.#serverTime = snapshot.serverTime;
    this.#sentAt = performance.now();
    const changes = [...left.map((id) => departureOf(id, now.get(id))), ...changesBetween(this.#runs, after)];
    if (counts.running !== this.#counts.running || counts.queued !== this.#counts.queued) {
      changes.push({
        type: 'server.admin.jobs_counts',
        data: { counts, serverTime: snapshot.serverTime.toISOString() },
      });
    }
    const before = this.#runs;
    this.#runs = after;
    this.#counts = counts;
    this.#text = undefined;
    for (const id of left) this.#progress.delete(id);
    this.#gapMs = gapAfter(changes.length, this.#sinceLastMs, this.#watchers);
    this.#emit(before, changes);
  }

  #withNewestProgress(run: JobRunSummary): JobRunSummary {
    const note = this.#progress.get(run.id);
    if (note?.claimNo !== run.claimNo || run.status !== 'RUNNING') {
      this.#progress.delete(run.id);
      return run;
    }
    return { ...run, progressPercent: note.percent, progressMessage: note.message };
  }

  #onProgress(payload: string): void {
    if (this.#watchers === 0) return;
    const changes: Change[] = [];
    const before = new Map<string, JobRunSummary>();
    for (const note of parseNotes(payload)) {
      const run = this.#runs.get(note.id);
      if (run?.status !== 'RUNNING' || run.claimNo !== note.claimNo) continue;
      this.#progress.set(note.id, note);
      const newer = { ...run, progressPercent: note.percent, progressMessage: note.message };
      if (!before.has(note.id)) before.set(note.id, run);
      this.#runs.set(note.id, newer);
      this.#text = undefined;
      changes.push(progressOf(newer));
    }
    this.#emit(before, changes);
  }

  #emit(before: ReadonlyMap<string, JobRunSummary>, changes: Change[]): void {
    if (changes.length === 0) return;
    this.emit('changes', changes.length < BATCHED_FROM ? changes : [batch(before, changes)]);
  }
}

function parseNotes(payload: string): ProgressNote[] {
  try {
    return JSON.parse(payload) as ProgressNote[];
  } catch {
    return [];
  }
}

/**
 * How long after the start of a read the next may begin, given its number of changes and the time since the one before
 * it.
 */
export function gapAfter(changes: number, sinceLastMs: number, watchers: number): number {
  if (changes < BATCHED_FROM) return MIN_GAP_MS.calm;
  const isSoon = sinceLastMs < 2 * MIN_GAP_MS.busy;
  if (changes < (isSoon ? FLOOD_FROM.soon : FLOOD_FROM.later)) return MIN_GAP_MS.busy;
  return Math.min(FLOOD_GAP_MS.most, MIN_GAP_MS.busy + watchers * FLOOD_GAP_MS.each);
}
