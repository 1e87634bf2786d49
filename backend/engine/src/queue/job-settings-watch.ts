import { type JobSettingsRow, listJobSettings } from '../store/job-settings.js';
import { type DeclaredJob, readDeclaredJobs } from '../store/jobs.js';
import type { Listener } from '../store/listener.js';
import type { Sql } from '../store/sql.js';
import type { QueueEvents } from './events.js';
import { LongTimer } from './long-timer.js';
import { Reachability } from './reachability.js';
import type { Registry } from './registry.js';

/** Interval of the reads with notifications of changes, and without. */
const POLL_MS = { announced: 15_000, silent: 2_000 };

export interface JobSettingsWatchOptions {
  sql: Sql;
  registry: Pick<Registry, 'setOverrides' | 'setDeclared' | 'names'>;
  /** Whether to read jobs of other processes as well, as a server does, which shows all of them. */
  knowsOthers?: boolean;
  events: QueueEvents;
  /** Brings changes at once; without it they are polled for. */
  listener?: Pick<Listener, 'on' | 'off' | 'isConnected'>;
  /** Called after each read that found another set of paused jobs. */
  onPausesChanged?(): void;
}

/**
 * Keeps in a process's registry what operators have set of its jobs, which are paused, and in a server's also what other
 * processes have declared of theirs: read from small tables at the start, on each notification, when a pause ends by itself, and every 15 seconds. Claims and enqueues ask the registry,
 * so neither of them reads that table.
 */
export class JobSettingsWatch {
  readonly #options: JobSettingsWatchOptions;
  readonly #refresh = () => void this.#refreshSafely();
  #paused = '';
  #declared: ReadonlyMap<string, DeclaredJob> = new Map();
  #poll: NodeJS.Timeout | undefined;
  #resume: LongTimer | undefined;
  #reading: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: JobSettingsWatchOptions) {
    this.#options = options;
  }

  /** Resolves once the settings were read; waits for a database that isn't there yet. */
  async start(): Promise<void> {
    const { events, listener } = this.#options;
    listener?.on('jobs', this.#refresh).on('connected', this.#refresh);
    await new Reachability(events).untilDone('reading settings of jobs', () => this.refresh());
    this.#pollLater();
  }

  /** Resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    const { listener } = this.#options;
    this.#isClosed = true;
    listener?.off('jobs', this.#refresh).off('connected', this.#refresh);
    clearTimeout(this.#poll);
    this.#resume?.clear();
    await this.#reading?.catch(() => {});
  }

  /** Reads the settings once, after a read that is under way. Rejects where the database doesn't answer. */
  refresh(): Promise<void> {
    const reading = (this.#reading ?? Promise.resolve()).catch(() => {}).then(() => this.#read());
    this.#reading = reading;
    return reading;
  }

  async #read(): Promise<void> {
    const { sql, registry, knowsOthers, onPausesChanged } = this.#options;
    const [rows, declared] = await Promise.all([
      listJobSettings(sql),
      knowsOthers ? readDeclaredJobs(sql, registry.names(), this.#declared) : this.#declared,
    ]);
    if (this.#isClosed) return;
    registry.setOverrides(rows);
    if (knowsOthers) this.#declare(declared);
    this.#resumeLater(rows);
    const paused = rows
      .filter(({ pausedAt }) => pausedAt !== null)
      .map(({ jobName }) => jobName)
      .sort()
      .join(' ');
    if (paused === this.#paused) return;
    this.#paused = paused;
    onPausesChanged?.();
  }

  #declare(declared: ReadonlyMap<string, DeclaredJob>): void {
    this.#declared = declared;
    this.#options.registry.setDeclared([...declared.values()].flatMap(({ definition }) => definition ?? []));
  }

  async #refreshSafely(): Promise<void> {
    // The next read makes up for a failed one; until then the last read values stay in use.
    await this.refresh().catch(() => {});
  }

  #resumeLater(rows: JobSettingsRow[]): void {
    this.#resume?.clear();
    const endsInMs = rows.flatMap(({ resumesInMs }) => (resumesInMs === null ? [] : [resumesInMs]));
    // A little later, because the database's clock decides whether the pause is over.
    if (endsInMs.length > 0) this.#resume = new LongTimer(this.#refresh, Math.max(0, Math.min(...endsInMs)) + 20);
  }

  #pollLater(): void {
    if (this.#isClosed) return;
    const isAnnounced = this.#options.listener?.isConnected === true;
    this.#poll = setTimeout(
      () => void this.#refreshSafely().then(() => this.#pollLater()),
      isAnnounced ? POLL_MS.announced : POLL_MS.silent,
    );
    this.#poll.unref();
  }
}
