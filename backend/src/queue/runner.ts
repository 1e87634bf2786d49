import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Listener } from '../store/listener.js';
import type { Notifier } from '../store/notifier.js';
import { registerRunner, setRunnerStatus } from '../store/runners.js';
import type { Sql } from '../store/sql.js';
import { ClaimLoop } from './claim-loop.js';
import type { QueueEvents } from './events.js';
import { Executions } from './executions.js';
import { Heartbeat, type HeartbeatNews } from './heartbeat.js';
import { HeldRuns } from './held-runs.js';
import type { JobContext } from './job.js';
import { MessageWriter } from './message-writer.js';
import { type ExecutionEnd, Outcomes, type Recorded } from './outcomes.js';
import { Pace } from './pace.js';
import { ProgressReporter } from './progress-reporter.js';
import { Reachability } from './reachability.js';
import type { Redaction } from './redaction.js';
import { Refusals } from './refusals.js';
import type { Registry } from './registry.js';
import type { ExecutionResult, RunExecution } from './run-execution.js';
import { followSignals } from './runner-signals.js';
import { HAND_BACK_MS, Slots } from './slots.js';
import { Suspects } from './suspects.js';
import type { Lease } from './transitions/beat.js';
import type { ClaimedRun } from './transitions/claim.js';
import { type ReleaseReason, releaseRuns } from './transitions/release.js';

export interface RunnerSettings {
  concurrency: number;
  pollMs: number;
  heartbeatMs: number;
  stalledAfterMs: number;
  /** How long running jobs may go on after `stop`. */
  drainMs: number;
  /** Messages that a run keeps. */
  messagesPerRun: number;
}

export interface RunnerOptions {
  sql: Sql;
  /** For the heartbeat's own connection. */
  databaseUrl: string;
  registry: Registry;
  services: Pick<JobContext, 'db' | 'mediaDir'>;
  settings: RunnerSettings;
  redaction: Redaction;
  kind: 'BUILT_IN' | 'WORKER' | 'CLI';
  host: string;
  version: string;
  events: QueueEvents;
  notifier: Notifier;
  /** Wakes the runner early and brings cancel requests; without it, it polls. */
  listener?: Listener;
  /** File URL of a module that exports `jobs`, for the processes of isolated jobs; needed where there are any. */
  jobsModule?: string;
}

const leaseOf = ({ id, leaseToken }: ClaimedRun): Lease => ({ id, leaseToken });

/** After the grace period, jobs that heard the signal get this long to return before their runs are handed back. */
const LAST_WORDS_MS = 2_000;

/**
 * Claims due runs and executes them, at most `concurrency` at once. The claiming is in `claim-loop.ts`, what it
 * holds in `held-runs.ts`, where a job runs in `executions.ts`, and what becomes of its end in `outcomes.ts`.
 */
export class Runner {
  readonly id = randomUUID();
  readonly #options: RunnerOptions;
  readonly #held = new HeldRuns();
  readonly #claims: ClaimLoop;
  readonly #slots: Slots;
  readonly #pace: Pace;
  readonly #executions: Executions;
  readonly #outcomes: Outcomes;
  readonly #refusals: Refusals;
  readonly #progress: ProgressReporter;
  readonly #messages: MessageWriter;
  readonly #database: Reachability;
  #heartbeat: Heartbeat | undefined;
  #unfollow: (() => void) | undefined;
  #stopping: Promise<void> | undefined;
  readonly #hurry = new AbortController();

  /** Throws RegistryError for isolated jobs without a module to load them from. */
  constructor(options: RunnerOptions) {
    this.#options = options;
    const { sql, registry, services, notifier, redaction, settings, events, databaseUrl, jobsModule } = options;
    const { concurrency, pollMs, messagesPerRun } = settings;
    const database = new Reachability(events);
    this.#pace = new Pace(concurrency);
    this.#database = database;
    this.#progress = new ProgressReporter({ sql, notifier, redaction });
    this.#messages = new MessageWriter({
      sql,
      notifier,
      mostPerRun: messagesPerRun,
      onWaiting: (error) => database.noteWaiting('writing messages', error),
      onFault: (error) => events.emit('fault', { during: 'writing messages', error }),
    });
    this.#outcomes = new Outcomes({ sql, events, database, registry });
    this.#refusals = new Refusals({ sql, registry, database, notifier });
    const says = { progress: this.#progress, messages: this.#messages };
    const isolation = { jobsModule, databaseUrl, most: concurrency };
    this.#executions = new Executions({ registry, services, events, redaction, isolation, ...says });
    this.#slots = new Slots({
      concurrency,
      pace: this.#pace,
      begin: (execution, onOver) => void this.#run(execution, onOver),
      handBack: (executions) => void this.#handBack(executions),
      onRoom: () => this.#claims.useRoom(),
    });
    const suspects = new Suspects({
      ...{ sql, events, concurrency, jobNames: registry.names(), executions: this.#executions },
      heldRuns: () => this.#held.size,
      hold: (runs, isApart) => this.#hold(runs, isApart),
      execute: (execution) => this.#run(execution, () => {}),
      onRoom: () => this.#claims.wakeUp(),
    });
    this.#claims = new ClaimLoop({
      suspects,
      pace: this.#pace,
      isTold: () => options.listener?.isConnected === true,
      ...{ sql, runnerId: this.id, registry, concurrency, pollMs, held: this.#held, notifier, events, database },
      slots: this.#slots,
      refused: () => this.#refusals.ids(),
      take: (runs) => this.#take(runs),
    });
  }

  get activeRuns(): number {
    return this.#held.size;
  }

  /** Announces the runner and starts its pulse, without claiming anything yet. Waits for the database. */
  async open(): Promise<void> {
    const { sql, kind, host, version, settings, events, listener } = this.#options;
    const row = { id: this.id, kind, host, version, pid: process.pid, concurrency: settings.concurrency };
    await this.#database.untilDone('registering', () => registerRunner(sql, row));
    this.#heartbeat = this.#startHeartbeat();
    if (listener) this.#unfollow = this.#follow(listener);
    events.emit('runnerStarted', { runnerId: this.id, concurrency: settings.concurrency });
  }

  /** Claims and executes until `stop`, once it is open. */
  async start(): Promise<void> {
    if (!this.#heartbeat) await this.open();
    this.#claims.start();
  }

  /** One pass: claims as many due runs as there is room for, has them begun, and returns how many. */
  tick(): Promise<number> {
    return this.#claims.tick();
  }

  /** Looks for work now instead of at the next poll. */
  wakeUp(): void {
    this.#claims.wakeUp();
  }

  /** Executes a run that this runner holds, and records its outcome. Never rejects. */
  execute(run: ClaimedRun): Promise<ExecutionResult> {
    const [execution] = this.#hold([run]);
    return this.#run(execution as RunExecution, () => {});
  }

  /** Asks a run to stop that is here, or about to arrive. */
  cancel(runId: string): void {
    this.#held.cancel(runId);
  }

  /** Leaves out the grace period of a stop, or what is left of it: runs are handed back at once. */
  hurry(): void {
    this.#hurry.abort();
  }

  /** Stops claiming, lets runs end within the grace period and hands the rest back to the queue. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    const { sql, settings, events } = this.#options;
    // From now on, however long the database takes over what is under way.
    const grace = delay(settings.drainMs, undefined, { ref: false, signal: this.#hurry.signal }).catch(() => {});
    await this.#claims.stop();
    const draining = setRunnerStatus(sql, this.id, 'DRAINING').catch(() => {});
    await this.#handBack(this.#slots.clear(), 'stopped');
    await Promise.race([this.#held.idle(), grace]);
    this.#held.stop(this.#held.tokens, 'drained');
    await Promise.race([this.#held.idle(), delay(LAST_WORDS_MS, undefined, { ref: false })]);
    await this.#executions.close();
    const released = await this.#releaseRest();
    this.#messages.close();
    await this.#heartbeat?.stop();
    this.#unfollow?.();
    await draining;
    await setRunnerStatus(sql, this.id, 'STOPPED').catch(() => {});
    events.emit('runnerStopped', { runnerId: this.id, released });
  }

  #take(runs: ClaimedRun[]): void {
    this.#slots.add(this.#hold(runs));
  }

  #hold(runs: ClaimedRun[], isApart = false): RunExecution[] {
    const executions = runs.map((run) => this.#executions.create(run, isApart));
    for (const execution of executions) this.#held.add(execution);
    this.#heartbeat?.hold(runs.map(leaseOf));
    return executions;
  }

  async #run(execution: RunExecution, onOver: () => void): Promise<ExecutionResult> {
    const { id: runId, jobName, leaseToken, attempt, claimNo } = execution.run;
    if (this.#heartbeat?.begin(leaseToken) === false) execution.stop('lease lost');
    else this.#options.events.emit('runStarted', { runId, jobName, attempt, claimNo });
    const startedAt = performance.now();
    const result = await execution.finish();
    const durationMs = performance.now() - startedAt;
    // The slot is for those who compute: what comes now is up to the database.
    onOver();
    this.#progress.forget(leaseToken);
    // Nothing more is awaited for every run: a promise costs as much as a small job.
    const isHandedOn = 'isRefused' in result && (await this.#handOn(execution.run, result.error ?? ''));
    if (result.status !== 'interrupted' && !isHandedOn) {
      // First what it said: once the run has ended, its lease opens nothing any more.
      if (this.#messages.has(leaseToken)) await this.#messages.flush(leaseToken);
      this.#tellEnd(execution, result, durationMs, await this.#outcomes.record(execution, result));
    }
    if (result.status === 'interrupted' && result.reason === 'not begun') await this.#handBack([execution]);
    else this.#settle(leaseToken, result);
    return result;
  }

  /** Whether another version of the job gets the run. One that was started for this process alone goes to no other. */
  async #handOn(run: ClaimedRun, reason: string): Promise<boolean> {
    return this.#options.kind !== 'CLI' && this.#refusals.handBack(run, reason);
  }

  /** Sends back what never began. Lost on the way, the runs come back when their lease ends. */
  async #handBack(executions: RunExecution[], reason: ReleaseReason = 'not begun'): Promise<void> {
    if (executions.length === 0) return;
    const { sql, events, notifier } = this.#options;
    this.#pace.handedBack(HAND_BACK_MS);
    const leases = executions.map(({ run }) => leaseOf(run));
    const released = releaseRuns(sql, leases, reason);
    await released.catch((error) => events.emit('fault', { during: 'handing runs back', error }));
    for (const { leaseToken } of leases) this.#letGo(leaseToken);
    notifier.queued();
    notifier.changed();
  }

  #startHeartbeat(): Heartbeat {
    const { databaseUrl: url, settings } = this.#options;
    const { heartbeatMs: intervalMs, stalledAfterMs } = settings;
    return new Heartbeat(
      { url, runnerId: this.id, intervalMs, stalledAfterMs },
      (news) => this.#hear(news),
      () => ({ lastClaimAt: this.#claims.lastClaimAt, lastProgressAt: this.#progress.lastProgressAt }),
    );
  }

  #follow(listener: Listener): () => void {
    return followSignals(listener, {
      onQueued: () => this.wakeUp(),
      onConnected: () => {
        this.wakeUp();
        // Brings the cancel requests that were missed meanwhile.
        this.#heartbeat?.beatNow();
      },
      onCancel: (runIds) => {
        for (const runId of runIds) this.cancel(runId);
      },
      onRevoked: (runIds) => {
        // The beat brings which leases are lost; a run may have been claimed anew here meanwhile.
        if (this.#held.runs.some(({ id }) => runIds.includes(id))) this.#heartbeat?.beatNow();
      },
    });
  }

  #tellEnd({ run }: RunExecution, result: ExecutionEnd, durationMs: number, recorded: Recorded): void {
    const { events } = this.#options;
    const { id: runId, jobName, attempt, maxAttempts } = run;
    if (recorded.as === 'refused') events.emit('outcomeRefused', { runId, jobName });
    else if (recorded.as === 'cancelled')
      events.emit('runEnded', { runId, jobName, status: 'CANCELLED', error: null, durationMs });
    else if (result.status === 'snoozed') events.emit('runSnoozed', { ...result, runId, jobName });
    else if (recorded.as === 'retried')
      events.emit('runRetried', {
        runId,
        jobName,
        attempt,
        maxAttempts,
        error: result.error,
        delayMs: recorded.delayMs,
      });
    else events.emit('runEnded', { runId, jobName, status: result.status, error: result.error, durationMs });
  }

  #settle(leaseToken: string, result: ExecutionResult): void {
    if (result.status === 'interrupted' && result.reason === 'drained') {
      this.#held.keepDrained(leaseToken);
      return;
    }
    this.#letGo(leaseToken);
    this.#claims.useRoom();
    this.#options.notifier.changed();
  }

  #letGo(leaseToken: string): void {
    this.#messages.forget(leaseToken);
    this.#heartbeat?.drop(leaseToken);
    this.#held.remove(leaseToken);
  }

  async #releaseRest(): Promise<number> {
    const { sql, events, notifier } = this.#options;
    const leases = this.#held.runs.map(leaseOf);
    if (leases.length === 0) return 0;
    const said = Promise.all(leases.map(({ leaseToken }) => this.#messages.flush(leaseToken)));
    await Promise.race([said, delay(LAST_WORDS_MS, undefined, { ref: false })]);
    // Before the database does, or the next beat would take it for a loss.
    for (const { leaseToken } of leases) this.#letGo(leaseToken);
    // Lost here, the runs come back when their lease ends.
    const released = releaseRuns(sql, leases);
    await released.catch((error) => events.emit('fault', { during: 'handing runs back', error }));
    notifier.queued();
    await notifier.flush();
    return leases.length;
  }

  #hear(news: HeartbeatNews): void {
    if (news.type === 'lost') {
      for (const token of news.tokens) this.#reportLost(token);
      this.#held.stop(news.tokens, 'lease lost');
    }
    if (news.type === 'cancelRequested') this.#held.stop(news.tokens, 'cancelled');
    if (news.type === 'unreachable') this.#database.noteUnreachable('heartbeat', new Error(news.message));
  }

  #reportLost(token: string): void {
    const run = this.#held.get(token)?.run;
    if (run) this.#options.events.emit('leaseLost', { runId: run.id, jobName: run.jobName });
  }
}
