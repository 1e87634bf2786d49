import { setTimeout as delay } from 'node:timers/promises';
import { isPassing } from '../store/database-errors.js';
import type { Notifier } from '../store/notifier.js';
import type { Sql } from '../store/sql.js';
import { Alarm } from './alarm.js';
import type { QueueEvents } from './events.js';
import type { HeldRuns } from './held-runs.js';
import type { Prefetch } from './prefetch.js';
import type { Reachability } from './reachability.js';
import type { Registry } from './registry.js';
import type { Slots } from './slots.js';
import type { Suspects } from './suspects.js';
import { TimeBudget } from './time-budget.js';
import { type ClaimedRun, type ClaimRequest, claim } from './transitions/claim.js';
import { claimById, claimUrgent } from './transitions/claim-announced.js';
import { hasSuspects } from './transitions/suspects.js';

/** An idle runner polls no more often, however fine a rate limit is. */
const MIN_PAUSE_MS = 10;
/** Polls left out while nothing waits and new runs are announced. */
const IDLE_POLLS = 5;
/** In one statement; beyond that its fixed cost hardly counts. */
const MAX_PER_STATEMENT = 1_000;
/**
 * Runs that wait to be recorded, or are prefetched. With so many the runner claims no more until the database has
 * caught up.
 */
const MAX_HELD = 4_000;
/**
 * The part of its time that a runner without a backlog spends on claims: runs that are queued meanwhile are claimed
 * together.
 */
const CLAIMING = 1 / 3;
/** The part that it spends on claims of urgent runs. */
const CLAIMING_URGENT = 1 / 4;
/** Channels of prefetched runs that a claim of urgent runs covers. */
const MAX_CHANNELS = 10;
const RETRY_MS = { first: 100, most: 2_000 };

export interface ClaimLoopOptions {
  sql: Sql;
  runnerId: string;
  registry: Registry;
  concurrency: number;
  pollMs: number;
  held: HeldRuns;
  /** The only channels that it claims from; undefined for all. */
  channels?(): string[] | undefined;
  /** Runs that are not to be claimed here for now. */
  refused(): string[];
  notifier: Pick<Notifier, 'changed'>;
  events: QueueEvents;
  database: Reachability;
  /** Whether new runs are announced, so that polling is only a safeguard. */
  isNotified(): boolean;
  slots: Pick<Slots, 'free' | 'waiting' | 'nextPriority'>;
  prefetch: Pick<Prefetch, 'limit' | 'claimed'>;
  /** Without it, suspects are left to other runners. */
  suspects?: Pick<Suspects, 'claims' | 'canClaim' | 'isExclusive' | 'note' | 'noteNone' | 'take'>;
  /** Receives claimed runs. */
  take(runs: ClaimedRun[]): void;
}

/** Claims due runs whenever there are free slots, and prefetches some where jobs are short, until it is stopped. */
export class ClaimLoop {
  readonly #options: ClaimLoopOptions;
  readonly #alarm = new Alarm();
  readonly #budget = new TimeBudget(CLAIMING);
  readonly #urgentBudget = new TimeBudget(CLAIMING_URGENT);
  #isStopping = false;
  #isPaused = false;
  /** The poll that is under way. */
  #underWay: Promise<unknown> = Promise.resolve();
  #mayFindMore = true;
  /** While there are free slots and the last claim left nothing. */
  #isIdle = false;
  /** A run that was announced meanwhile. */
  #announced: string | undefined;
  /** The claim of urgent runs that is under way. */
  #urgent: Promise<void> | undefined;
  /** When another claim would find more, as the last one reported; null where it reported none. */
  #claimAgainMs: number | null = null;
  #looping: Promise<void> | undefined;
  /** By the process's own clock; null for never. */
  lastClaimAt: number | null = null;

  constructor(options: ClaimLoopOptions) {
    this.#options = options;
  }

  start(): void {
    this.#looping = this.#loop();
  }

  /** Claims nothing, so that PostgreSQL has planned the statement before the first run. */
  async prepare(): Promise<void> {
    await claim(this.#options.sql, { ...this.#request(0), suspects: 'none' });
  }

  /** Resolves once a claim that was under way has been answered; there is no other after it. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#alarm.ring();
    await Promise.all([this.#looping, this.#urgent]);
  }

  /** Claims nothing until `resume`; resolves once a claim that was under way has been answered. */
  async pause(): Promise<void> {
    this.#isPaused = true;
    this.#alarm.ring();
    await Promise.all([this.#underWay, this.#urgent]);
  }

  /** Goes on after `pause`. */
  resume(): void {
    this.#isPaused = false;
    this.#alarm.ring();
  }

  /** One pass: claims as many due runs as there is room for, begins them, and returns how many. */
  async tick(): Promise<number> {
    const suspects = await this.#claimSuspects();
    return suspects + (await this.#claim(this.#room()));
  }

  /** Free slots, and prefetched runs that are missing once half of them have begun. */
  #room(): number {
    const { slots, held, concurrency, prefetch, suspects } = this.#options;
    const { limit } = prefetch;
    if (suspects?.isExclusive) return 0;
    if (held.size >= concurrency + MAX_HELD || (slots.free <= 0 && slots.waiting > limit / 2)) return 0;
    return Math.min(MAX_PER_STATEMENT, slots.free + Math.max(0, limit - slots.waiting));
  }

  async #claim(most: number): Promise<number> {
    const { sql, prefetch, suspects } = this.#options;
    if (most <= 0 || this.#isStopping || this.#isPaused) return 0;
    const from = performance.now();
    const request = { ...this.#request(most), free: this.#options.slots.free, suspects: 'none' as const };
    const { runs: claimed, claimAgainMs, mayFindMore, hasSuspects } = await claim(sql, request);
    this.#budget.spend(performance.now() - from);
    this.#claimAgainMs = claimAgainMs;
    this.#mayFindMore = mayFindMore;
    prefetch.claimed(claimed.length, most);
    suspects?.note(hasSuspects);
    if (claimed.length > 0) this.#begin(claimed);
    return claimed.length;
  }

  /**
   * Claims the run whose announcement has ended the idle time, so that it begins sooner; the claim of all due runs
   * follows.
   */
  async #claimAnnounced(): Promise<void> {
    const { sql, slots, suspects, channels } = this.#options;
    const runId = this.#announced;
    this.#announced = undefined;
    if (this.#isPaused) return;
    if (
      runId === undefined ||
      slots.free <= 0 ||
      channels?.() !== undefined ||
      suspects?.isExclusive ||
      this.#isStopping
    )
      return;
    const request = this.#request(1);
    if (request.refused?.includes(runId)) return;
    const from = performance.now();
    const runs = await claimById(sql, runId, request);
    this.#budget.spend(performance.now() - from);
    if (runs.length > 0) this.#begin(runs);
  }

  #begin(claimed: ClaimedRun[]): void {
    this.lastClaimAt = performance.now();
    this.#options.notifier.changed();
    this.#options.take(claimed);
  }

  /** Claims suspects, where this runner has the means to run them; returns how many. */
  async #claimSuspects(): Promise<number> {
    const { sql, suspects, notifier } = this.#options;
    if (!suspects || this.#isStopping || this.#isPaused) return 0;
    const claims = suspects.claims();
    if (claims.length === 0) return 0;
    // A starting runner checks first whether there are suspects, for there seldom are: planning their claims takes
    // PostgreSQL 20 ms.
    const worthwhile = (await hasSuspects(sql)) ? claims : [];
    for (const { request, isApart } of worthwhile) {
      const common = this.#request(request.most);
      const jobNames = request.jobNames.filter((name) => common.jobNames.includes(name));
      const { runs } = await claim(sql, { ...common, ...request, jobNames });
      if (runs.length === 0) continue;
      this.lastClaimAt = performance.now();
      suspects.take(runs, isApart);
      notifier.changed();
      return runs.length;
    }
    suspects.noteNone();
    return 0;
  }

  /** Runs were queued: polls now instead of at the next interval. `runId` is a run that was queued alone. */
  wakeUp(runId?: string): void {
    if (this.#isIdle) this.#announced ??= runId;
    else this.#urgent ??= this.#claimUrgent().finally(() => (this.#urgent = undefined));
    this.#alarm.ring();
  }

  /** Claims runs of better priority than the prefetched ones. */
  async #claimUrgent(): Promise<void> {
    const { sql, slots, held, suspects } = this.#options;
    const { restMs } = this.#urgentBudget;
    if (restMs > 0) await delay(restMs);
    const priority = slots.nextPriority;
    const channels = Object.keys(held.perChannel()).slice(0, MAX_CHANNELS);
    if (priority === undefined || this.#isStopping || this.#isPaused || suspects?.isExclusive) return;
    const from = performance.now();
    try {
      const runs = await claimUrgent(sql, { channels, priority }, this.#request(0));
      if (runs.length > 0) this.#begin(runs);
    } catch (error) {
      this.#noteFailure(error);
    }
    this.#urgentBudget.spend(performance.now() - from);
  }

  /** There is room for more runs, here or in a channel: claims where the last claim left some. */
  useRoom(): void {
    const { suspects } = this.#options;
    if (this.#mayFindMore || suspects?.isExclusive || suspects?.canClaim) this.#alarm.ring();
  }

  /** Everything that a claim needs about this runner. */
  #request(most: number): ClaimRequest {
    const { runnerId, registry, held, refused, channels } = this.#options;
    const own = { runnerId, jobNames: registry.claimable(), channels: channels?.() };
    return { ...own, most, held: held.perChannel(), refused: refused() };
  }

  async #loop(): Promise<void> {
    const { database, suspects } = this.#options;
    let delayMs = RETRY_MS.first;
    while (!this.#isStopping) {
      try {
        this.#alarm.reset();
        if (this.#isPaused) {
          await this.#alarm.sleep(this.#options.pollMs);
          continue;
        }
        const poll = this.#poll();
        this.#underWay = poll.catch(() => {});
        const { room, claimed } = await poll;
        if (room > 0) database.noteReachable();
        delayMs = RETRY_MS.first;
        if ((claimed > 0 && this.#mayFindMore) || suspects?.canClaim) continue;
        this.#isIdle = room > 0 && !this.#mayFindMore;
        await this.#alarm.sleep(this.#pauseMs());
        this.#isIdle = false;
        await this.#rest();
      } catch (error) {
        this.#noteFailure(error);
        await this.#alarm.sleep(delayMs);
        delayMs = Math.min(delayMs * 2, RETRY_MS.most);
      }
    }
  }

  async #poll(): Promise<{ room: number; claimed: number }> {
    await this.#claimAnnounced();
    await this.#claimSuspects();
    const room = this.#room();
    return { room, claimed: await this.#claim(room) };
  }

  /** Waits within the budget, but not where the last claim left something. */
  async #rest(): Promise<void> {
    const { restMs } = this.#budget;
    if (restMs <= 1 || this.#mayFindMore || this.#isStopping) return;
    await delay(restMs);
    // The next claim takes it together with others.
    this.#announced = undefined;
  }

  #pauseMs(): number {
    const { pollMs: usualMs, isNotified } = this.#options;
    const pollMs = isNotified() && !this.#mayFindMore ? usualMs * IDLE_POLLS : usualMs;
    if (this.#claimAgainMs === null) return pollMs;
    return Math.min(pollMs, Math.max(this.#claimAgainMs, MIN_PAUSE_MS));
  }

  #noteFailure(error: unknown): void {
    const { database, events } = this.#options;
    if (isPassing(error)) database.noteWaiting('claiming', error);
    else events.emit('internalError', { during: 'claiming', error });
  }
}
