import { availableParallelism } from 'node:os';
import type { Sql } from '../store/sql.js';
import type { QueueEvents } from './events.js';
import type { Executions } from './executions.js';
import type { ExecutionResult, RunExecution } from './run-execution.js';
import type { ClaimedRun, ClaimRequest } from './transitions/claim.js';
import { beginSuspect, clearSuspect } from './transitions/suspects.js';

/** Processes for suspects at once, at most: each takes as much memory as a small runner. */
const MAX_PROCESSES = Math.min(8, Math.max(4, availableParallelism()));
/** Begins with two, and uses one more whenever a suspect has ended without a crash, or after so long. */
const RAMP_MS = 2_000;
/** Where suspects can't have processes, a runner that is never idle stops claiming others after so long ... */
const TIMEOUT_MS = 2_000;
/** ... until it is idle, but for no longer than this, and then not again for ten times as long. */
const EMPTYING_MS = 10_000;
/** Between a claim of suspects that brought none and the next: their channel may be paused, or full. */
const AGAIN_MS = 1_000;
/** So many suspects that were lost once run together. */
const LOST_ONCE = { from: 0, to: 1 };
const LOST_AGAIN = { from: 2, to: 32_767 };
const LOST = { from: 0, to: 32_767 };

export interface SuspectsOptions {
  sql: Sql;
  events: QueueEvents;
  jobNames: string[];
  concurrency: number;
  executions: Pick<Executions, 'canIsolate' | 'isolableJobs'>;
  /** How many runs this runner holds. */
  heldRuns(): number;
  /** Receives claimed runs, to be executed in processes of their own or here. */
  hold(runs: ClaimedRun[], isApart: boolean): RunExecution[];
  /** Runs the job and records how it ended. */
  execute(execution: RunExecution): Promise<ExecutionResult>;
  /** There is something to claim, or room for it. */
  onRoom(): void;
}

/** Whether the job ended without crashing its process. */
const hasEnded = (result: ExecutionResult): boolean =>
  result.status === 'snoozed' || (result.status !== 'interrupted' && !result.crashed && !result.isRefused);

/** A claim of suspects, and how what it brings is executed. */
export interface SuspectClaim {
  request: Pick<ClaimRequest, 'jobNames' | 'most' | 'suspects'>;
  isApart: boolean;
}

/**
 * Runs suspects, which are runs that a runner held when it was lost. Where a separate process can load their job, each
 * runs in a process of its own, beside everything else. Otherwise it runs in this process while nothing else does:
 * alone, or after a single loss with a few others that were lost once. So a crash of the process finally identifies its
 * run.
 */
export class Suspects {
  readonly #options: SuspectsOptions;
  /** Jobs that can have processes of their own; undefined until one such process has been seen. */
  #isolable: Set<string> | undefined;
  #isProbing = false;
  #areDue: boolean;
  #dueSince = performance.now();
  #againAt = 0;
  /** The time in which nothing else is claimed, so that this process becomes idle. */
  #emptying = { from: Number.NEGATIVE_INFINITY, to: Number.NEGATIVE_INFINITY };
  #apart = 0;
  #here = 0;
  #ramp = { since: 0, ended: 0 };

  constructor(options: SuspectsOptions) {
    this.#options = options;
    const { canIsolate } = options.executions;
    if (!canIsolate) this.#isolable = new Set();
    // A starting runner holds no runs yet: where suspects need that, it claims them first.
    this.#areDue = !canIsolate;
  }

  /** Nothing else may be claimed: suspects are in this process, or it is becoming idle for them. */
  get isExclusive(): boolean {
    const now = performance.now();
    return this.#here > 0 || (now >= this.#emptying.from && now < this.#emptying.to);
  }

  /** Notes what a claim of other runs found. */
  note(areDue: boolean): void {
    if (areDue && !this.#areDue) this.#dueSince = performance.now();
    this.#areDue = areDue;
    if (!areDue) return;
    if (!this.#isolable) void this.#probe();
    else if (this.#isTimeToEmpty()) this.#emptying = { from: performance.now(), to: performance.now() + EMPTYING_MS };
  }

  /** Whether there may be a claim to make now. */
  get canClaim(): boolean {
    return this.claims().length > 0;
  }

  /** The claims that may be made now, in turn until one brings something. */
  claims(): SuspectClaim[] {
    const isolable = this.#isolable;
    if (!this.#areDue || !isolable || performance.now() < this.#againAt) return [];
    const { jobNames } = this.#options;
    const claims: SuspectClaim[] = [];
    const add = (names: string[], most: number, suspects: ClaimRequest['suspects'], isApart: boolean) => {
      if (names.length > 0 && most > 0) claims.push({ request: { jobNames: names, most, suspects }, isApart });
    };
    const here = jobNames.filter((name) => !isolable.has(name));
    add([...isolable], this.#roomApart, LOST, true);
    if (!this.#isIdle) return claims;
    const together = Math.floor(Math.sqrt(this.#options.concurrency));
    if (together > 1) add(here, together, LOST_ONCE, false);
    add(here, 1, together > 1 ? LOST_AGAIN : LOST, false);
    return claims;
  }

  /** None of the claims brought anything. */
  noteNone(): void {
    this.#areDue = false;
    this.#againAt = performance.now() + AGAIN_MS;
    if (this.#isIdle && this.isExclusive) this.#emptying.to = this.#emptying.from;
  }

  /** Begins what a claim brought. */
  take(runs: ClaimedRun[], isApart: boolean): void {
    this.#emptying.to = this.#emptying.from;
    if (isApart && this.#apart === 0) this.#ramp = { since: performance.now(), ended: 0 };
    const isAlone = !isApart && runs.length === 1;
    for (const execution of this.#options.hold(runs, isApart)) void this.#run(execution, { isApart, isAlone });
  }

  async #run(execution: RunExecution, { isApart, isAlone }: { isApart: boolean; isAlone: boolean }): Promise<void> {
    const { sql, execute, onRoom, events } = this.#options;
    const { run } = execution;
    const onError = (error: unknown) => void events.emit('internalError', { during: 'running a suspect', error });
    this.#count(isApart, 1);
    const hasBegun = await beginSuspect(sql, run, isAlone).catch(onError);
    if (!hasBegun) execution.stop('lease lost');
    const result = await execute(execution);
    if (hasEnded(result)) {
      await clearSuspect(sql, run).catch(onError);
      // After a crash no more processes are used at once: each crash costs the start of a process.
      this.#ramp.ended += 1;
    }
    this.#count(isApart, -1);
    onRoom();
  }

  #count(isApart: boolean, change: number): void {
    if (isApart) this.#apart += change;
    else this.#here += change;
  }

  get #isIdle(): boolean {
    return this.#here === 0 && this.#options.heldRuns() === this.#apart;
  }

  get #roomApart(): number {
    const { since, ended } = this.#ramp;
    const ramped = this.#apart === 0 ? 2 : 2 + ended + Math.floor((performance.now() - since) / RAMP_MS);
    return Math.min(ramped, MAX_PROCESSES, this.#options.concurrency) - this.#apart;
  }

  /** Suspects that need this process alone have waited for long, and so long ago was the last time for them. */
  #isTimeToEmpty(): boolean {
    const now = performance.now();
    const hasOthers = this.#options.jobNames.some((name) => !this.#isolable?.has(name));
    if (!hasOthers || this.#isIdle || this.isExclusive || this.#roomApart <= 0) return false;
    return now - this.#dueSince > TIMEOUT_MS && now > this.#emptying.from + 10 * EMPTYING_MS;
  }

  /** Learns from one such process which jobs it can load. */
  async #probe(): Promise<void> {
    if (this.#isProbing) return;
    this.#isProbing = true;
    const { executions, jobNames, events, onRoom } = this.#options;
    const known = await executions.isolableJobs().catch((error: unknown) => {
      events.emit('internalError', { during: 'starting a process for suspects', error });
      return [] as string[];
    });
    this.#isolable = new Set(jobNames.filter((name) => known.includes(name)));
    onRoom();
  }
}
