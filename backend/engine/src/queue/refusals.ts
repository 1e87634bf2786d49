import type { Notifier } from '../store/notifier.js';
import type { Sql } from '../store/sql.js';
import type { Reachability } from './reachability.js';
import type { Registry } from './registry.js';
import type { ClaimedRun } from './transitions/claim.js';
import { refuseRun } from './transitions/release.js';

export interface RefusalsOptions {
  sql: Sql;
  registry: Pick<Registry, 'version'>;
  database: Reachability;
  notifier: Pick<Notifier, 'queued' | 'changed'>;
  /** Milliseconds. */
  now?: () => number;
}

/** How long this process skips a run that it has refused; twice as long each time it is refused again. */
const PASS_BY_MS = { first: 5_000, most: 300_000 };
/** Remembered runs at most; beyond that the oldest may be refused once more. */
const MAX_REMEMBERED = 1_000;

/**
 * The runs whose parameters don't fit this process's version of their job. While processes of another version are
 * running, as during a deploy, such a run is released for them, and this process skips it.
 */
export class Refusals {
  readonly #options: RefusalsOptions;
  readonly #refused = new Map<string, { until: number; passByMs: number }>();

  constructor(options: RefusalsOptions) {
    this.#options = options;
  }

  /** The runs to skip now. */
  ids(): string[] {
    if (this.#refused.size === 0) return [];
    const now = this.#now();
    return [...this.#refused].filter(([, { until }]) => until > now).map(([id]) => id);
  }

  /** Releases a run for a process of another version. False where there is none: the refusal then ends the run. */
  async release(run: ClaimedRun, reason: string): Promise<boolean> {
    const { sql, registry, database, notifier } = this.#options;
    const version = registry.version(run.jobName);
    if (!version) return false;
    const { id, leaseToken } = run;
    const { algorithmVersion } = version.declaration;
    const refusal = { id, leaseToken, version: version.version, algorithmVersion, reason };
    let isBack = false;
    // Before the run is queued again, where this process would claim it.
    this.#passBy(id);
    await database.untilDone('releasing runs', async () => {
      isBack = await refuseRun(sql, refusal);
    });
    if (isBack) {
      notifier.queued();
      notifier.changed();
    } else this.#refused.delete(id);
    return isBack;
  }

  #passBy(id: string): void {
    const before = this.#refused.get(id);
    const passByMs = before ? Math.min(before.passByMs * 2, PASS_BY_MS.most) : PASS_BY_MS.first;
    // Deleted first, so that the map's order is that of the last refusals.
    this.#refused.delete(id);
    this.#refused.set(id, { until: this.#now() + passByMs, passByMs });
    const [oldest] = this.#refused.keys();
    if (this.#refused.size > MAX_REMEMBERED && oldest !== undefined) this.#refused.delete(oldest);
  }

  #now(): number {
    return this.#options.now?.() ?? performance.now();
  }
}
