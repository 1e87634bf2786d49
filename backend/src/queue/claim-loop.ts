import { isUnreachable } from '../store/faults.js';
import type { Notifier } from '../store/notifier.js';
import type { Sql } from '../store/sql.js';
import { Alarm } from './alarm.js';
import type { QueueEvents } from './events.js';
import type { HeldRuns } from './held-runs.js';
import type { Reachability } from './reachability.js';
import type { Registry } from './registry.js';
import { type ClaimedRun, type ClaimRequest, claim } from './transitions/claim.js';

/** However fine a rate limit is, an idle runner looks no more often. */
const LEAST_PAUSE_MS = 10;
const RETRY_MS = { first: 100, most: 5_000 };

export interface ClaimLoopOptions {
  sql: Sql;
  runnerId: string;
  registry: Registry;
  concurrency: number;
  pollMs: number;
  held: HeldRuns;
  notifier: Pick<Notifier, 'changed'>;
  events: QueueEvents;
  database: Reachability;
  /** Begins the execution of a run that was claimed just now. */
  begin(run: ClaimedRun): void;
}

/** Claims due runs whenever there are free slots, until it is stopped. */
export class ClaimLoop {
  readonly #options: ClaimLoopOptions;
  readonly #alarm = new Alarm();
  #isStopping = false;
  /** When the last look said that another would find more; null for when it didn't. */
  #lookAgainMs: number | null = null;
  #looping: Promise<void> | undefined;
  /** By the process's own clock; null for never. */
  lastClaimAt: number | null = null;

  constructor(options: ClaimLoopOptions) {
    this.#options = options;
  }

  start(): void {
    this.#looping = this.#loop();
  }

  /** Resolves once a claim that was under way has been answered; there is no other after it. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.wakeUp();
    await this.#looping;
  }

  /** One pass: claims as many due runs as there are free slots, begins them, and returns how many. */
  async tick(): Promise<number> {
    const { sql, held, concurrency, notifier, begin } = this.#options;
    const most = concurrency - held.size;
    if (most <= 0 || this.#isStopping) return 0;
    const { runs: claimed, lookAgainMs } = await claim(sql, this.#request(most));
    this.#lookAgainMs = lookAgainMs;
    if (claimed.length === 0) return 0;
    this.lastClaimAt = performance.now();
    notifier.changed();
    for (const run of claimed) begin(run);
    return claimed.length;
  }

  /** Looks for work now instead of at the next poll. */
  wakeUp(): void {
    this.#alarm.ring();
  }

  /** Everything a claim is told about this runner. */
  #request(most: number): ClaimRequest {
    const { runnerId, registry, held } = this.#options;
    return { runnerId, jobNames: registry.names(), most, held: held.perChannel() };
  }

  async #loop(): Promise<void> {
    const { held, concurrency, pollMs, database } = this.#options;
    let delayMs = RETRY_MS.first;
    while (!this.#isStopping) {
      try {
        this.#alarm.reset();
        const before = held.size;
        const claimed = await this.tick();
        database.noteReachable();
        delayMs = RETRY_MS.first;
        const isFull = before + claimed >= concurrency;
        if (claimed > 0 && !isFull) continue;
        await this.#alarm.sleep(isFull ? undefined : this.#pauseMs(pollMs));
      } catch (error) {
        this.#noteFailure(error);
        await this.#alarm.sleep(delayMs);
        delayMs = Math.min(delayMs * 2, RETRY_MS.most);
      }
    }
  }

  #pauseMs(pollMs: number): number {
    if (this.#lookAgainMs === null) return pollMs;
    return Math.min(pollMs, Math.max(this.#lookAgainMs, LEAST_PAUSE_MS));
  }

  #noteFailure(error: unknown): void {
    const { database, events } = this.#options;
    if (isUnreachable(error)) database.noteUnreachable('claiming', error);
    else events.emit('fault', { during: 'claiming', error });
  }
}
