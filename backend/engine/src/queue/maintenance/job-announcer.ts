import { randomUUID } from 'node:crypto';
import { isUnreachable } from '../../store/database-errors.js';
import { newestOf } from '../../store/job-version.js';
import {
  ALIVE_EVERY_MS,
  type JobProcess,
  noteProcessStopped,
  readLivingVersions,
  registerProcess,
  renewProcess,
} from '../../store/job-versions.js';
import { keepJobs } from '../../store/jobs.js';
import type { Notifier } from '../../store/notifier.js';
import type { Sql } from '../../store/sql.js';
import type { QueueEvents } from '../events.js';
import type { Registry } from '../registry.js';
import { syncCodeSchedules } from '../schedules/sync.js';

export interface JobAnnouncerOptions {
  sql: Sql;
  registry: Registry;
  events: QueueEvents;
  /** Notifies servers without this code that its declarations have changed. */
  notifier?: Pick<Notifier, 'jobsChanged'>;
  /** Where the code is; the id is this announcer's own. */
  process: Omit<JobProcess, 'id'>;
  /** Called once, when the database has the declarations of the code. */
  onDeclared?(): void;
}

const AGAIN_MS = 2_000;

/**
 * Stores in the database which jobs this process has the code of, the settings of their runs (for programs that only
 * queue runs), their definitions (for servers without the code) and their schedules. Where several versions of a job
 * are running, only a process of the newest one writes, and no schedule is removed that a live process still declares.
 * It compares every 20 seconds, which corrects changes by others and removes what is left of ended versions.
 */
export class JobAnnouncer {
  readonly #options: JobAnnouncerOptions;
  readonly #process: JobProcess;
  #timer: NodeJS.Timeout | undefined;
  #working: Promise<void> = Promise.resolve();
  #digest: string | null = null;
  #isDeclared = false;
  #isClosed = false;
  /** Schedules whose names others have taken; reported once. */
  readonly #taken = new Set<string>();

  constructor(options: JobAnnouncerOptions) {
    this.#options = options;
    this.#process = { ...options.process, id: randomUUID() };
  }

  /** Resolves after the first pass, whether or not it could declare the jobs. */
  start(): Promise<void> {
    this.#working = this.#pass();
    return this.#working;
  }

  /** Resolves when nothing is under way, and the versions of this process no longer count as running. */
  async stop(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#working;
    if (this.#isDeclared) await noteProcessStopped(this.#options.sql, this.#process.id).catch(() => {});
  }

  /** One pass: declares the code's settings where others are stored. False where there was nothing to do. */
  async tick(): Promise<boolean> {
    const { sql, registry } = this.#options;
    const names = registry.names();
    const digest = await renewProcess(sql, this.#process.id, names);
    if (digest !== null && digest === this.#digest) return false;
    if (digest === null) await registerProcess(sql, this.#process, registry.versions());
    await this.#declare();
    this.#isDeclared = true;
    this.#digest = await renewProcess(sql, this.#process.id, names);
    return true;
  }

  async #declare(): Promise<void> {
    const { sql, registry, events, notifier } = this.#options;
    const own = registry.versions();
    const schedules = registry.schedules().map(({ name }) => name);
    const living = await readLivingVersions(sql, registry.names(), schedules);
    const newest = newestOf(living);
    const ours = own.filter(({ jobName, version }) => newest.get(jobName)?.version === version);
    const isOurs = new Set(ours.map(({ jobName }) => jobName));
    const kept = ours.map(({ jobName, version, declaration, definition }) => ({
      name: jobName,
      ...{ ...declaration, version, definition },
    }));
    if ((await keepJobs(sql, kept, !this.#isDeclared)) > 0) notifier?.jobsChanged();
    for (const name of await syncCodeSchedules(sql, { newest: [...newest.values()], living, isOurs })) {
      if (this.#taken.has(name)) continue;
      this.#taken.add(name);
      const error = new Error(
        'A schedule of this name was made over the API; that one stays, the one in code is left out',
      );
      events.emit('internalError', { during: `schedule ${name}`, error });
    }
  }

  async #pass(): Promise<void> {
    let againMs = ALIVE_EVERY_MS;
    try {
      const wasDeclared = this.#isDeclared;
      await this.tick();
      if (!wasDeclared && !this.#isClosed) this.#options.onDeclared?.();
    } catch (error) {
      if (!isUnreachable(error)) this.#options.events.emit('internalError', { during: 'declaring jobs', error });
      if (!this.#isDeclared) againMs = AGAIN_MS;
    }
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => void this.start(), againMs);
    this.#timer.unref();
  }
}
