import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Listener } from '../store/listener.js';
import type { Notifier } from '../store/notifier.js';
import { noteRunnerSettings } from '../store/runner-commands.js';
import { noteRunnerEvent } from '../store/runner-events.js';
import { type NewRunner, registerRunner, setRunnerStatus } from '../store/runners.js';
import type { Sql } from '../store/sql.js';
import { Attempts } from './attempts.js';
import { ClaimLoop } from './claim-loop.js';
import type { QueueEvents } from './events.js';
import { Executions } from './executions.js';
import { HeldRuns } from './held-runs.js';
import { Histograms } from './histograms.js';
import type { JobServices } from './job.js';
import { MessageWriter } from './message-writer.js';
import { Outcomes } from './outcomes.js';
import { Prefetch } from './prefetch.js';
import { ProgressReporter } from './progress-reporter.js';
import { Reachability } from './reachability.js';
import type { Redaction } from './redaction.js';
import { Refusals } from './refusals.js';
import type { Registry } from './registry.js';
import type { ExecutionResult, RunExecution } from './run-execution.js';
import { RunReleaser } from './run-releaser.js';
import { RunnerCommands, type RunnerProcess } from './runner/commands.js';
import { RunnerSignals } from './runner-signals.js';
import { Slots } from './slots.js';
import { Suspects } from './suspects.js';
import type { ClaimedRun } from './transitions/claim.js';
import { finishRuns } from './transitions/finish.js';

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
  /** For claims, and for the ends of runs: a connection each that keeps its plans; `sql` unless given. */
  claimSql?: Sql;
  endSql?: Sql;
  /** For the heartbeat's own connection. */
  databaseUrl: string;
  registry: Registry;
  /** What jobs get as `ctx.services`; nothing unless given. */
  services?: JobServices;
  settings: RunnerSettings;
  redaction: Redaction;
  kind: 'BUILT_IN' | 'WORKER' | 'CLI';
  host: string;
  version: string;
  labels?: Record<string, string>;
  /** How its process handles commands of operators. */
  process?: RunnerProcess;
  events: QueueEvents;
  notifier: Notifier;
  /** Wakes the runner early and brings cancel requests; without it, it polls. */
  listener?: Listener;
  /** File URL of a module that exports `jobs`, for the processes of isolated jobs; needed where there are any. */
  jobsModule?: string;
}

/** After the drain time, jobs that received the stop signal get this long to return before their runs are released. */
const GRACE_MS = 2_000;

/**
 * Claims due runs and executes them, at most `concurrency` at once. `claim-loop.ts` claims, `held-runs.ts` has the held
 * runs, `executions.ts` decides where a job runs, and `attempts.ts` takes a run to its end.
 */
export class Runner {
  readonly id = randomUUID();
  readonly #options: RunnerOptions;
  readonly #held: HeldRuns;
  readonly #claims: ClaimLoop;
  readonly #slots: Slots;
  readonly #prefetch: Prefetch;
  readonly #executions: Executions;
  readonly #attempts: Attempts;
  readonly #progress: ProgressReporter;
  readonly #messages: MessageWriter;
  readonly #database: Reachability;
  readonly #commands: RunnerCommands;
  /** What operators may change while it works. */
  readonly #limits: { concurrency: number; channels: string[] | undefined };
  readonly #histograms: Histograms;
  readonly #releaser: RunReleaser;
  #signals: RunnerSignals | undefined;
  #stopping: Promise<void> | undefined;
  readonly #skipGrace = new AbortController();

  /** Throws RegistryError for isolated jobs without a module to load them from. */
  constructor(options: RunnerOptions) {
    this.#options = options;
    const {
      sql,
      claimSql = sql,
      endSql = sql,
      registry,
      services = {} as JobServices,
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
    this.#prefetch = new Prefetch(concurrency);
    this.#database = database;
    this.#progress = new ProgressReporter({ sql, notifier, redaction });
    this.#messages = new MessageWriter({
      sql,
      notifier,
      maxPerRun: messagesPerRun,
      onWaiting: (error) => database.noteWaiting('writing messages', error),
      onError: (error) => events.emit('internalError', { during: 'writing messages', error }),
    });
    this.#histograms = new Histograms({ sql, onError: (error) => database.noteFailure('writing histograms', error) });
    const refusals = new Refusals({ sql, registry, database, notifier });
    this.#attempts = new Attempts({
      ...{ held: this.#held, events, notifier, progress: this.#progress, messages: this.#messages },
      histograms: this.#histograms,
      outcomes: new Outcomes({ sql, endSql, events, database, registry }),
      // Runs that were started for this process are released to no other.
      refusals: options.kind === 'CLI' ? undefined : refusals,
      release: (execution) => this.#releaser.releaseUnbegun([execution], 'not begun'),
      onRoom: () => this.#claims.useRoom(),
    });
    this.#releaser = new RunReleaser({
      ...{
        sql,
        held: this.#held,
        events,
        notifier,
        messages: this.#messages,
        attempts: this.#attempts,
        prefetch: this.#prefetch,
      },
    });
    const reporters = { progress: this.#progress, messages: this.#messages };
    const isolation = {
      ...{ jobsModule, databaseUrl },
      onKilled: (message: string) => this.#noteKilled(message),
      get most() {
        return limits.concurrency;
      },
    };
    this.#executions = new Executions({ sql, registry, services, events, redaction, isolation, ...reporters });
    this.#slots = new Slots({
      get concurrency() {
        return limits.concurrency;
      },
      prefetch: this.#prefetch,
      begin: (execution, onOver) => this.#attempts.begin(execution, onOver),
      release: (executions) => void this.#releaser.releaseUnbegun(executions, 'not begun'),
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
      prefetch: this.#prefetch,
      isNotified: () => options.listener?.isConnected === true,
      ...{
        sql: claimSql,
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

  /** Registers the runner and starts its heartbeats, without claiming anything yet. Waits for the database. */
  async open(): Promise<void> {
    const { sql, events } = this.#options;
    const prepared = this.#prepare();
    const adopted = await this.#database.untilDone('registering', () => registerRunner(sql, this.#row()));
    await this.#commands.adopt(adopted);
    await prepared;
    this.#signals = this.#startSignals();
    this.#commands.start();
    events.emit('runnerStarted', { runnerId: this.id, concurrency: this.#limits.concurrency });
  }

  /** Has PostgreSQL plan the statements of every run while the rest of the start waits for other answers. */
  async #prepare(): Promise<void> {
    const { claimSql, endSql } = this.#options;
    await Promise.allSettled([claimSql && this.#claims.prepare(), endSql && finishRuns(endSql, [])]);
  }

  #row(): NewRunner {
    const { kind, host, version, labels } = this.#options;
    const { canRestart, replacesId, supervisor } = this.#options.process ?? {};
    const own = { id: this.id, kind, host, version, labels, canRestart, replacesId, supervisor };
    return { ...own, pid: process.pid, concurrency: this.#limits.concurrency };
  }

  /** Claims and executes until `stop`, once it is open. */
  async start(): Promise<void> {
    if (!this.#signals) await this.open();
    this.#claims.start();
  }

  /** One pass: claims as many due runs as there is room for, begins them, and returns how many. */
  tick(): Promise<number> {
    return this.#claims.tick();
  }

  /** Polls now instead of at the next interval; `runId` is a run that was queued alone. */
  wakeUp(runId?: string): void {
    this.#claims.wakeUp(runId);
  }

  /** Executes a run that this runner holds, and records its outcome. Never rejects. */
  execute(run: ClaimedRun): Promise<ExecutionResult> {
    const [execution] = this.#hold([run]);
    return this.#attempts.execute(execution as RunExecution);
  }

  /** Requests a run to stop that is held, or is about to be. */
  cancel(runId: string): void {
    this.#held.cancel(runId);
  }

  /** Skips the drain time of a stop, or what is left of it: runs are released at once. */
  skipGrace(): void {
    this.#skipGrace.abort();
  }

  /** Stops claiming, lets runs end within the drain time and releases the rest. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    const { sql, settings, events } = this.#options;
    // The time counts from now, however long the database takes for statements under way.
    const grace = delay(settings.drainMs, undefined, { ref: false, signal: this.#skipGrace.signal }).catch(() => {});
    this.#commands.halt();
    await this.#claims.stop();
    const draining = setRunnerStatus(sql, this.id, 'DRAINING').catch(() => {});
    await this.#releaser.releaseUnbegun(this.#slots.clear(), 'stopped');
    await Promise.race([this.#held.idle(), grace]);
    this.#held.stopAll('drained');
    await Promise.race([this.#held.idle(), delay(GRACE_MS, undefined, { ref: false })]);
    await this.#executions.close();
    const released = await this.#releaser.releaseRest(delay(GRACE_MS, undefined, { ref: false }));
    this.#messages.close();
    await Promise.race([this.#histograms.flush(), delay(GRACE_MS, undefined, { ref: false })]);
    await this.#signals?.stop();
    await draining;
    await this.#commands.close();
    await setRunnerStatus(sql, this.id, 'STOPPED').catch(() => {});
    events.emit('runnerStopped', { runnerId: this.id, released });
  }

  #noteKilled(message: string): void {
    const event = { kind: 'child-killed', severity: 'warning' as const, message };
    noteRunnerEvent(this.#options.sql, this.id, event).catch((error) =>
      this.#database.noteFailure('writing a runner event', error),
    );
  }

  #createCommands(): RunnerCommands {
    const { sql, listener, notifier, settings, process } = this.#options;
    return new RunnerCommands({
      ...{ sql, listener, notifier, process, database: this.#database },
      ...{ runnerId: this.id, heartbeatMs: settings.heartbeatMs },
      register: async () => {
        const { concurrency, channels = null } = this.#limits;
        await registerRunner(sql, this.#row());
        await noteRunnerSettings(sql, this.id, { concurrency, channels });
      },
      pause: () => this.#claims.pause(),
      drain: async () => {
        await this.#releaser.releaseUnbegun(this.#slots.clear(), 'stopped');
        await this.#held.idle();
      },
      resume: () => this.#claims.resume(),
      stop: () => this.stop(),
      set: ({ concurrency = this.#limits.concurrency, channels = this.#limits.channels ?? null }) => {
        Object.assign(this.#limits, { concurrency, channels: channels ?? undefined });
        this.#prefetch.concurrency = concurrency;
        this.#claims.wakeUp();
      },
    });
  }

  #startSignals(): RunnerSignals {
    const { databaseUrl: url, settings, listener, events } = this.#options;
    const { heartbeatMs: intervalMs, stalledAfterMs } = settings;
    return new RunnerSignals({
      ...{ held: this.#held, database: this.#database, listener, events },
      heartbeat: { url, runnerId: this.id, intervalMs, stalledAfterMs },
      times: () => ({
        lastClaimAt: this.#claims.lastClaimAt,
        lastProgressAt: this.#progress.lastProgressAt,
        endedRuns: this.#attempts.ended,
      }),
      onQueued: (runId) => this.wakeUp(runId),
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
}
