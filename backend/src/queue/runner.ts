import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Listener } from '../store/listener.js';
import type { Notifier } from '../store/notifier.js';
import { noteRunnerSettings } from '../store/runner-commands.js';
import { type NewRunner, registerRunner, setRunnerStatus } from '../store/runners.js';
import type { Sql } from '../store/sql.js';
import { Attempts } from './attempts.js';
import { ClaimLoop } from './claim-loop.js';
import type { QueueEvents } from './events.js';
import { Executions } from './executions.js';
import { Heartbeat, type HeartbeatNews } from './heartbeat.js';
import { HeldRuns } from './held-runs.js';
import { Histograms } from './histograms.js';
import type { JobContext } from './job.js';
import { MessageWriter } from './message-writer.js';
import { Outcomes } from './outcomes.js';
import { Pace } from './pace.js';
import { ProgressReporter } from './progress-reporter.js';
import { Reachability } from './reachability.js';
import type { Redaction } from './redaction.js';
import { Refusals } from './refusals.js';
import type { Registry } from './registry.js';
import type { ExecutionResult, RunExecution } from './run-execution.js';
import { RunnerCommands, type RunnerProcess } from './runner/commands.js';
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
  /** For claims and outcomes, connections that keep plans; `sql` unless given. */
  plannedSql?: Sql;
  /** For the heartbeat's own connection. */
  databaseUrl: string;
  registry: Registry;
  services: Pick<JobContext, 'db' | 'mediaDir'>;
  settings: RunnerSettings;
  redaction: Redaction;
  kind: 'BUILT_IN' | 'WORKER' | 'CLI';
  host: string;
  version: string;
  labels?: Record<string, string>;
  /** What its process does for commands of operators. */
  process?: RunnerProcess;
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
 * holds in `held-runs.ts`, where a job runs in `executions.ts`, and the way of a run to its end in `attempts.ts`.
 */
export class Runner {
  readonly id = randomUUID();
  readonly #options: RunnerOptions;
  readonly #held: HeldRuns;
  readonly #claims: ClaimLoop;
  readonly #slots: Slots;
  readonly #pace: Pace;
  readonly #executions: Executions;
  readonly #attempts: Attempts;
  readonly #progress: ProgressReporter;
  readonly #messages: MessageWriter;
  readonly #database: Reachability;
  readonly #commands: RunnerCommands;
  /** What operators may change while it works. */
  readonly #limits: { concurrency: number; channels: string[] | undefined };
  #heartbeat: Heartbeat | undefined;
  readonly #histograms: Histograms;
  #unfollow: (() => void) | undefined;
  #stopping: Promise<void> | undefined;
  readonly #hurry = new AbortController();

  /** Throws RegistryError for isolated jobs without a module to load them from. */
  constructor(options: RunnerOptions) {
    this.#options = options;
    const {
      sql,
      plannedSql = sql,
      registry,
      services,
      notifier,
      redaction,
      settings,
      events,
      databaseUrl,
      jobsModule,
    } = options;
    const { concurrency, pollMs, messagesPerRun } = settings;
    const database = new Reachability(events);
    const limits = { concurrency, channels: undefined as string[] | undefined };
    this.#limits = limits;
    this.#held = new HeldRuns(concurrency);
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
    this.#histograms = new Histograms({ sql, onError: (error) => database.noteWaiting('writing histograms', error) });
    const refusals = new Refusals({ sql, registry, database, notifier });
    this.#attempts = new Attempts({
      ...{ held: this.#held, events, notifier, progress: this.#progress, messages: this.#messages },
      histograms: this.#histograms,
      outcomes: new Outcomes({ sql, plannedSql, events, database, registry }),
      // What was started for this process alone goes to no other.
      refusals: options.kind === 'CLI' ? undefined : refusals,
      handBack: (execution) => this.#handBack([execution]),
      onRoom: () => this.#claims.useRoom(),
    });
    const says = { progress: this.#progress, messages: this.#messages };
    const isolation = {
      ...{ jobsModule, databaseUrl },
      get most() {
        return limits.concurrency;
      },
    };
    this.#executions = new Executions({ registry, services, events, redaction, isolation, ...says });
    this.#slots = new Slots({
      get concurrency() {
        return limits.concurrency;
      },
      pace: this.#pace,
      begin: (execution, onOver) => this.#attempts.begin(execution, onOver),
      handBack: (executions) => void this.#handBack(executions),
      onRoom: () => this.#claims.useRoom(),
    });
    const suspects = new Suspects({
      ...{ sql, events, jobNames: registry.names(), executions: this.#executions },
      get concurrency() {
        return limits.concurrency;
      },
      heldRuns: () => this.#held.size,
      hold: (runs, isApart) => this.#hold(runs, isApart),
      execute: (execution) => this.#attempts.execute(execution),
      onRoom: () => this.#claims.wakeUp(),
    });
    this.#claims = new ClaimLoop({
      suspects,
      pace: this.#pace,
      isTold: () => options.listener?.isConnected === true,
      ...{
        sql: plannedSql,
        runnerId: this.id,
        registry,
        pollMs,
        held: this.#held,
        notifier,
        events,
        database,
      },
      get concurrency() {
        return limits.concurrency;
      },
      channels: () => limits.channels,
      slots: this.#slots,
      refused: () => refusals.ids(),
      take: (runs) => this.#take(runs),
    });
    this.#commands = this.#createCommands();
  }

  get activeRuns(): number {
    return this.#held.size;
  }

  /** Announces the runner and starts its pulse, without claiming anything yet. Waits for the database. */
  async open(): Promise<void> {
    const { sql, events, listener } = this.#options;
    const adopted = await this.#database.untilDone('registering', () => registerRunner(sql, this.#row()));
    await this.#commands.adopt(adopted);
    this.#heartbeat = this.#startHeartbeat();
    if (listener) this.#unfollow = this.#follow(listener);
    this.#commands.start();
    events.emit('runnerStarted', { runnerId: this.id, concurrency: this.#limits.concurrency });
  }

  #row(): NewRunner {
    const { kind, host, version, labels } = this.#options;
    const { canRestart, replacesId, supervisor } = this.#options.process ?? {};
    const own = { id: this.id, kind, host, version, labels, canRestart, replacesId, supervisor };
    return { ...own, pid: process.pid, concurrency: this.#limits.concurrency };
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

  /** Looks for work now instead of at the next poll; `runId` is a run that was queued by itself. */
  wakeUp(runId?: string): void {
    this.#claims.wakeUp(runId);
  }

  /** Executes a run that this runner holds, and records its outcome. Never rejects. */
  execute(run: ClaimedRun): Promise<ExecutionResult> {
    const [execution] = this.#hold([run]);
    return this.#attempts.execute(execution as RunExecution);
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
    this.#commands.halt();
    await this.#claims.stop();
    const draining = setRunnerStatus(sql, this.id, 'DRAINING').catch(() => {});
    await this.#handBack(this.#slots.clear(), 'stopped');
    await Promise.race([this.#held.idle(), grace]);
    this.#held.stopAll('drained');
    await Promise.race([this.#held.idle(), delay(LAST_WORDS_MS, undefined, { ref: false })]);
    await this.#executions.close();
    const released = await this.#releaseRest();
    this.#messages.close();
    await Promise.race([this.#histograms.flush(), delay(LAST_WORDS_MS, undefined, { ref: false })]);
    await this.#heartbeat?.stop();
    this.#unfollow?.();
    await draining;
    await this.#commands.close();
    await setRunnerStatus(sql, this.id, 'STOPPED').catch(() => {});
    events.emit('runnerStopped', { runnerId: this.id, released });
  }

  #createCommands(): RunnerCommands {
    const { sql, listener, notifier, events, settings, process } = this.#options;
    return new RunnerCommands({
      ...{ sql, listener, notifier, events, process, database: this.#database },
      ...{ runnerId: this.id, heartbeatMs: settings.heartbeatMs },
      register: async () => {
        const { concurrency, channels = null } = this.#limits;
        await registerRunner(sql, this.#row());
        await noteRunnerSettings(sql, this.id, { concurrency, channels });
      },
      pause: () => this.#claims.pause(),
      drain: async () => {
        await this.#handBack(this.#slots.clear(), 'stopped');
        await this.#held.idle();
      },
      resume: () => this.#claims.resume(),
      stop: () => this.stop(),
      set: ({ concurrency = this.#limits.concurrency, channels = this.#limits.channels ?? null }) => {
        Object.assign(this.#limits, { concurrency, channels: channels ?? undefined });
        this.#pace.concurrency = concurrency;
        this.#claims.wakeUp();
      },
    });
  }

  #take(runs: ClaimedRun[]): void {
    this.#slots.add(this.#hold(runs));
  }

  #hold(runs: ClaimedRun[], isApart = false): RunExecution[] {
    const executions = runs.map((run) => this.#executions.create(run, isApart));
    this.#held.add(executions);
    return executions;
  }

  /** Sends back what never began. Lost on the way, the runs come back when their lease ends. */
  async #handBack(executions: RunExecution[], reason: ReleaseReason = 'not begun'): Promise<void> {
    if (executions.length === 0) return;
    const { sql, events, notifier } = this.#options;
    this.#pace.handedBack(HAND_BACK_MS);
    const leases = executions.map(({ run }) => leaseOf(run));
    const released = releaseRuns(sql, leases, reason);
    await released.catch((error) => events.emit('fault', { during: 'handing runs back', error }));
    for (const execution of executions) this.#attempts.letGo(execution);
    notifier.queued();
    notifier.changed();
  }

  #startHeartbeat(): Heartbeat {
    const { databaseUrl: url, settings } = this.#options;
    const { heartbeatMs: intervalMs, stalledAfterMs } = settings;
    return new Heartbeat(
      { url, runnerId: this.id, intervalMs, stalledAfterMs, leases: this.#held.leases.shared },
      (news) => this.#hear(news),
      () => ({
        lastClaimAt: this.#claims.lastClaimAt,
        lastProgressAt: this.#progress.lastProgressAt,
        endedRuns: this.#attempts.ended,
      }),
    );
  }

  #follow(listener: Listener): () => void {
    return followSignals(listener, {
      onQueued: (runId) => this.wakeUp(runId),
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
        if (this.#held.all().some(({ run }) => runIds.includes(run.id))) this.#heartbeat?.beatNow();
      },
    });
  }

  async #releaseRest(): Promise<number> {
    const { sql, events, notifier } = this.#options;
    const executions = this.#held.all();
    const leases = executions.map(({ run }) => leaseOf(run));
    if (leases.length === 0) return 0;
    const said = Promise.all(leases.map(({ leaseToken }) => this.#messages.flush(leaseToken)));
    await Promise.race([said, delay(LAST_WORDS_MS, undefined, { ref: false })]);
    // Before the database does, or the next beat would take it for a loss.
    for (const execution of executions) this.#attempts.letGo(execution);
    // Lost here, the runs come back when their lease ends.
    const released = releaseRuns(sql, leases);
    await released.catch((error) => events.emit('fault', { during: 'handing runs back', error }));
    notifier.queued();
    await notifier.flush();
    return leases.length;
  }

  #hear(news: HeartbeatNews): void {
    if (news.type === 'lost') {
      for (const execution of this.#held.at(news.leases)) this.#stopLost(execution);
    }
    if (news.type === 'cancelRequested') {
      for (const execution of this.#held.at(news.leases)) execution.stop('cancelled');
    }
    if (news.type === 'unreachable') this.#database.noteUnreachable('heartbeat', new Error(news.message));
  }

  #stopLost(execution: RunExecution): void {
    const { id: runId, jobName } = execution.run;
    this.#options.events.emit('leaseLost', { runId, jobName });
    execution.stop('lease lost');
  }
}
