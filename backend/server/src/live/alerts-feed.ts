import { EventEmitter } from 'node:events';
import { findIncident, type IncidentRow, listIncidents } from '@job-manager/engine/store/alerts/incidents';
import type { Listener } from '@job-manager/engine/store/listener';
import type { Sql } from '@job-manager/engine/store/sql';
import type { IncidentEvent, IncidentNews, OpenIncidents } from '@job-manager/shared/incident-news';
import { encode, type SharedMessage } from './shared-message.js';

interface AlertsFeedOptions {
  sql: Sql;
  listener: Listener;
  /** The interval at which incidents are polled while there are viewers, in milliseconds. */
  pollMs?: number;
  onError?(error: unknown): void;
}

/** As often as rules are judged: a lost notification costs that much. */
const POLL_MS = 15_000;
/** Open incidents beyond are counted, and not compared. */
const MAX_COMPARED = 200;
/** Of the snapshot: what a viewer missed while it was away is among the newest. */
const MAX_NEWEST = 20;

/**
 * The open incidents as all viewers see them: read when a notification comes, compared with what was sent last, and the
 * differences are sent to all. While no one watches, nothing is read.
 */
export class AlertsFeed extends EventEmitter<{ changes: [SharedMessage[]] }> {
  readonly #options: AlertsFeedOptions;
  /** What was sent last of each open incident; undefined before the first read. */
  #known: Map<string, string> | undefined;
  #snapshot: string | undefined;
  #watchers = 0;
  #timer: NodeJS.Timeout | undefined;
  #reading: Promise<void> | undefined;
  /** Something changed while incidents were being read. */
  #isDirty = false;

  constructor(options: AlertsFeedOptions) {
    super();
    this.#options = options;
    options.listener.on('alerts', () => this.#soon());
    options.listener.on('connected', () => this.#soon());
  }

  /** Sends what changes until the returned function is called. */
  watch(): () => void {
    this.#watchers += 1;
    return () => {
      this.#watchers -= 1;
      if (this.#watchers === 0) this.#forget();
    };
  }

  /** What was read for others before is too old for who comes next. */
  #forget(): void {
    clearTimeout(this.#timer);
    this.#known = undefined;
    this.#snapshot = undefined;
  }

  /** The open incidents as JSON, as last sent; undefined while they are not known. */
  get snapshot(): string | undefined {
    return this.#snapshot;
  }

  /** Resolves when the open incidents are known, or can not be read. */
  async ready(): Promise<void> {
    if (this.#known === undefined) await this.refresh();
  }

  /** Reads the open incidents now, and sends the differences. Never rejects. */
  refresh(): Promise<void> {
    this.#reading ??= this.#read()
      .catch((error: unknown) => this.#options.onError?.(error))
      .finally(() => {
        this.#reading = undefined;
        clearTimeout(this.#timer);
        const isDirty = this.#isDirty;
        this.#isDirty = false;
        if (this.#watchers === 0) return this.#forget();
        this.#timer = setTimeout(() => void this.refresh(), isDirty ? 0 : (this.#options.pollMs ?? POLL_MS)).unref();
      });
    return this.#reading;
  }

  #soon(): void {
    if (this.#watchers === 0) return;
    if (this.#reading !== undefined) this.#isDirty = true;
    else void this.refresh();
  }

  async #read(): Promise<void> {
    const { sql } = this.#options;
    const { rows, open, critical } = await listIncidents(sql, { state: 'open', limit: MAX_COMPARED });
    const before = this.#known;
    const after = new Map(rows.map((row) => [row.id, JSON.stringify({ ...row, lastAt: null })]));
    const gone = await Promise.all(
      [...(before?.keys() ?? [])].filter((id) => !after.has(id)).map((id) => findIncident(sql, id)),
    );
    // Still open, and beyond those that are compared.
    const over = gone.filter((row): row is IncidentRow => row !== null && row.closedAt !== null);
    this.#known = after;
    const newest = rows.sort((one, other) => Number(other.id) - Number(one.id)).slice(0, MAX_NEWEST);
    this.#snapshot = JSON.stringify({ open, critical, newest: newest.map(newsOf) } satisfies OpenIncidents);
    if (before === undefined) return;
    const changeOf = (event: IncidentEvent) => (row: IncidentRow) =>
      encode({
        type: event === 'opened' ? 'server.admin.alert_opened' : 'server.admin.alert_changed',
        data: { event, incident: newsOf(row), open, critical },
      });
    const changes = [
      ...over.map(changeOf('closed')),
      ...rows.filter(({ id }) => !before.has(id)).map(changeOf('opened')),
      ...rows.filter(({ id }) => before.has(id) && before.get(id) !== after.get(id)).map(changeOf('changed')),
    ];
    if (changes.length > 0) this.emit('changes', changes);
  }
}

const newsOf = ({ id, severity, title, openedAt, closedAt, mutedUntil }: IncidentRow): IncidentNews => ({
  ...{ id, severity, title },
  openedAt: openedAt.toISOString(),
  closedAt: closedAt?.toISOString() ?? null,
  mutedUntil: mutedUntil?.toISOString() ?? null,
});
