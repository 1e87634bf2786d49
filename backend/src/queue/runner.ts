import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { isUnreachable } from '../store/faults.js';
import type { Listener } from '../store/listener.js';
import type { Notifier } from '../store/notifier.js';
import { registerRunner, setRunnerStatus } from '../store/runners.js';
import type { Sql } from '../store/sql.js';
import { Alarm } from './alarm.js';
import { Completions } from './completions.js';
import { EarlyCancels } from './early-cancels.js';
import type { QueueEvents } from './events.js';
import { Execution, type ExecutionResult, type StopReason } from './executor.js';
import { Heartbeat, type HeartbeatNews } from './heartbeat.js';
import type { JobContext } from './job.js';
import { MessageWriter } from './message-writer.js';
import { ProgressReporter } from './progress-reporter.js';
import { Reachability } from './reachability.js';
import type { Redaction } from './redaction.js';
import type { Registry } from './registry.js';
import { type ClaimedRun, claimDueRuns } from './transitions/claim.js';
import { releaseRuns } from './transitions/release.js';
import { timeOutHeldRun } from './transitions/time-out.js';

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
}

/** After the grace period, jobs that heard the signal get this long to return before their runs are handed back. */
const LAST_WORDS_MS = 2_000;
const MOST_RETRY_MS = 5_000;

type Outcome = Exclude<ExecutionResult, { status: 'interrupted' }>;

/** Claims due runs and executes them, at most `concurrency` at once. */
export class Runner {
  readonly id = randomUUID();
  readonly #options: RunnerOptions;
  /** By lease token: a run that was taken away may be claimed anew while its old execution still winds down. */
  readonly #executions = new Map<string, Execution>();
  /** Tokens of executions that ended because of `stop`; they keep their lease until it is handed back. */
  readonly #drained: string[] = [];
  readonly #completions: Completions;
  readonly #progress: ProgressReporter;
  readonly #messages: MessageWriter;
  #heartbeat: Heartbeat | undefined;
  readonly #onQueued = () => this.wakeUp();
  readonly #onConnected = () => {
    this.wakeUp();
    // Brings the cancel requests that were missed meanwhile.
    this.#heartbeat?.beatNow();
  };
  readonly #onCancel = (payload: string) => {
    for (const runId of parseIds(payload)) this.cancel(runId);
  };
  readonly #onRevoked = (payload: string) => {
    const runIds = parseIds(payload);
    // The beat brings which leases are lost; a run may have been claimed anew here meanwhile.
    if ([...this.#executions.values()].some(({ run }) => runIds.includes(run.id))) this.#heartbeat?.beatNow();
  };
  readonly #alarm = new Alarm();
  readonly #earlyCancels = new EarlyCancels();
  readonly #database: Reachability;
  #isStopping = false;
  #looping: Promise<void> | undefined;
  #lastClaimAt: number | null = null;
  #onIdle: (() => void)[] = [];

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#database = new Reachability(options.events);
    const { sql, notifier, redaction, settings } = options;
    const faultsOf = (during: string) => ({
      onUnreachable: (error: unknown) => this.#database.noteUnreachable(during, error),
      onFault: (error: unknown) => options.events.emit('fault', { during, error }),
    });
    this.#progress = new ProgressReporter({ sql, notifier, redaction });
    this.#completions = new Completions({ sql, ...faultsOf('recording outcomes') });
    this.#messages = new MessageWriter({
      sql,
      notifier,
      mostPerRun: settings.messagesPerRun,
      ...faultsOf('writing messages'),
    });
  }

  get activeRuns(): number {
    return this.#executions.size;
  }

  /** Announces the runner and starts its pulse, without claiming anything yet. Waits for the database. */
  async open(): Promise<void> {
    const { sql, kind, host, version, settings, databaseUrl, events, listener } = this.#options;
    const row = { id: this.id, kind, host, version, pid: process.pid, concurrency: settings.concurrency };
    await this.#database.untilDone('registering', () => registerRunner(sql, row));
    this.#heartbeat = new Heartbeat(
      {
        url: databaseUrl,
        runnerId: this.id,
        intervalMs: settings.heartbeatMs,
        stalledAfterMs: settings.stalledAfterMs,
      },
      (news) => this.#hear(news),
      () => ({ lastClaimAt: this.#lastClaimAt, lastProgressAt: this.#progress.lastProgressAt }),
    );
    listener?.on('queued', this.#onQueued);
    listener?.on('connected', this.#onConnected);
    listener?.on('cancel', this.#onCancel);
    listener?.on('revoked', this.#onRevoked);
    events.emit('runnerStarted', { runnerId: this.id, concurrency: settings.concurrency });
  }

  /** Claims and executes until `stop`. */
  async start(): Promise<void> {
    await this.open();
    this.#looping = this.#loop();
  }

  /** One pass: claims as many due runs as there are free slots, begins them, and returns how many. */
  async tick(): Promise<number> {
    const { sql, registry, settings, notifier } = this.#options;
    const most = settings.concurrency - this.#executions.size;
    if (most <= 0 || this.#isStopping) return 0;
    const claimed = await claimDueRuns(sql, { runnerId: this.id, jobNames: registry.names(), most });
    if (claimed.length === 0) return 0;
    this.#lastClaimAt = performance.now();
    notifier.changed();
    for (const run of claimed) void this.execute(run);
    return claimed.length;
  }

  /** Looks for work now instead of at the next poll. */
  wakeUp(): void {
    this.#alarm.ring();
  }

  /** Executes a run that this runner holds, and records its outcome. Never rejects. */
  async execute(run: ClaimedRun): Promise<ExecutionResult> {
    const job = this.#options.registry.get(run.jobName);
    if (!job) throw new Error(`Claimed a run of unknown job ${run.jobName}`);
    const { events, services, redaction } = this.#options;
    const ref = { runId: run.id, jobName: run.jobName };
    const execution = new Execution({
      job,
      run,
      services,
      events,
      redaction,
      onMessage: (line) => this.#messages.add(run, line),
      onProgress: (state) => {
        this.#progress.report(run, state);
        events.emit('runProgressed', { ...ref, percent: state.percent, message: state.message });
      },
    });
    this.#executions.set(run.leaseToken, execution);
    if (this.#earlyCancels.take(run.id)) execution.stop('cancelled');
    this.#heartbeat?.hold({ id: run.id, leaseToken: run.leaseToken });
    events.emit('runStarted', { ...ref, attempt: run.attempt, claimNo: run.claimNo });
    const startedAt = performance.now();
    const result = await execution.finish();
    this.#progress.forget(run.leaseToken);
    if (result.status !== 'interrupted') {
      const { status, error } = result;
      // First what it said: once the run has ended, its lease opens nothing any more.
      await this.#messages.flush(run.leaseToken);
      const accepted = await (result.isTimeOut ? this.#timeOut(execution, result) : this.#record(execution, result));
      if (accepted) events.emit('runEnded', { ...ref, status, error, durationMs: performance.now() - startedAt });
      else events.emit('outcomeRefused', ref);
    }
    this.#settle(run.leaseToken, result);
    return result;
  }

  /** Asks a run to stop that is here, or about to arrive. */
  cancel(runId: string): void {
    const here = [...this.#executions.values()].filter(({ run }) => run.id === runId);
    for (const execution of here) execution.stop('cancelled');
    if (here.length === 0) this.#earlyCancels.add(runId);
  }

  /** Stops claiming, lets runs end within the grace period and hands the rest back to the queue. */
  async stop(): Promise<void> {
    if (this.#isStopping) return;
    this.#isStopping = true;
    this.wakeUp();
    await this.#looping;
    await setRunnerStatus(this.#options.sql, this.id, 'DRAINING').catch(() => {});
    await Promise.race([this.#idle(), delay(this.#options.settings.drainMs, undefined, { ref: false })]);
    this.#stopExecutions([...this.#executions.keys()], 'drained');
    await Promise.race([this.#idle(), delay(LAST_WORDS_MS, undefined, { ref: false })]);
    const released = await this.#releaseRest();
    this.#messages.close();
    await this.#heartbeat?.stop();
    this.#options.listener
      ?.off('queued', this.#onQueued)
      .off('connected', this.#onConnected)
      .off('cancel', this.#onCancel)
      .off('revoked', this.#onRevoked);
    await setRunnerStatus(this.#options.sql, this.id, 'STOPPED').catch(() => {});
    this.#options.events.emit('runnerStopped', { runnerId: this.id, released });
  }

  async #loop(): Promise<void> {
    let delayMs = 100;
    while (!this.#isStopping) {
      try {
        this.#alarm.reset();
        const before = this.#executions.size;
        const claimed = await this.tick();
        this.#database.noteReachable();
        delayMs = 100;
        const isFull = before + claimed >= this.#options.settings.concurrency;
        if (claimed > 0 && !isFull) continue;
        await this.#alarm.sleep(isFull ? undefined : this.#options.settings.pollMs);
      } catch (error) {
        if (isUnreachable(error)) this.#database.noteUnreachable('claiming', error);
        else this.#options.events.emit('fault', { during: 'claiming', error });
        await this.#alarm.sleep(delayMs);
        delayMs = Math.min(delayMs * 2, MOST_RETRY_MS);
      }
    }
  }

  #record(execution: Execution, result: Outcome): Promise<boolean> {
    const { run } = execution;
    return this.#completions.record({
      id: run.id,
      leaseToken: run.leaseToken,
      status: result.status,
      error: result.error,
      errorStack: result.errorStack,
      metadata: result.json,
      metadataTruncated: result.truncated,
      ...execution.progressAtEnd(result.status),
    });
  }

  /** The engine's own word on a run, so it leaves a message and an audit entry. */
  async #timeOut(execution: Execution, result: Outcome): Promise<boolean> {
    const remains = { ...result, ...execution.progressAtEnd('FAILED') };
    let isAccepted = false;
    try {
      await this.#database.untilDone('recording a time-out', async () => {
        isAccepted = await timeOutHeldRun(this.#options.sql, execution.run, remains);
      });
      return isAccepted;
    } catch (error) {
      this.#options.events.emit('fault', { during: 'recording a time-out', error });
      return this.#record(execution, result);
    }
  }

  #settle(leaseToken: string, result: ExecutionResult): void {
    if (result.status === 'interrupted' && result.reason === 'drained') {
      this.#drained.push(leaseToken);
      this.#notifyIdle();
      return;
    }
    this.#messages.forget(leaseToken);
    this.#heartbeat?.drop(leaseToken);
    this.#executions.delete(leaseToken);
    this.#options.notifier.changed();
    this.#notifyIdle();
    this.wakeUp();
  }

  #idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#onIdle.push(resolve);
      this.#notifyIdle();
    });
  }

  #notifyIdle(): void {
    if (this.#executions.size > this.#drained.length) return;
    for (const resolve of this.#onIdle.splice(0)) resolve();
  }

  async #releaseRest(): Promise<number> {
    const leases = [...this.#executions.values()].map(({ run }) => ({ id: run.id, leaseToken: run.leaseToken }));
    if (leases.length === 0) return 0;
    const said = Promise.all(leases.map(({ leaseToken }) => this.#messages.flush(leaseToken)));
    await Promise.race([said, delay(LAST_WORDS_MS, undefined, { ref: false })]);
    // Lost here, the runs come back when their lease ends.
    await releaseRuns(this.#options.sql, leases).catch((error) =>
      this.#options.events.emit('fault', { during: 'handing runs back', error }),
    );
    this.#options.notifier.queued();
    await this.#options.notifier.flush();
    return leases.length;
  }

  #hear(news: HeartbeatNews): void {
    if (news.type === 'lost') {
      for (const token of news.tokens) this.#reportLost(token);
      this.#stopExecutions(news.tokens, 'lease lost');
    }
    if (news.type === 'cancelRequested') this.#stopExecutions(news.tokens, 'cancelled');
    if (news.type === 'unreachable') this.#database.noteUnreachable('heartbeat', new Error(news.message));
  }

  #reportLost(token: string): void {
    const execution = this.#executions.get(token);
    if (execution) this.#options.events.emit('leaseLost', { runId: execution.run.id, jobName: execution.jobName });
  }

  #stopExecutions(tokens: string[], reason: StopReason): void {
    for (const token of tokens) this.#executions.get(token)?.stop(reason);
  }
}

function parseIds(payload: string): string[] {
  try {
    const ids: unknown = JSON.parse(payload);
    return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : [];
  } catch {
    return [];
  }
}
