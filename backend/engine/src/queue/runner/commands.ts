import { describeRunnerChange, type RunnerChange } from '@job-manager/shared/runner';
import type { Listener } from '../../store/listener.js';
import { followedNote } from '../../store/notifier.js';
import {
  type CommandOutcome,
  finishCommands,
  finishRestart,
  MISSED_BEATS,
  noteRunnerSettings,
  SUCCESSOR_WITHIN_MS,
  type TakenCommand,
  takeCommands,
} from '../../store/runner-commands.js';
import { setRunnerStatus } from '../../store/runners.js';
import type { Sql } from '../../store/sql.js';
import type { Reachability } from '../reachability.js';

/**
 * How the process of a runner handles commands; without it only the runner itself is stopped, and never started again.
 */
export interface RunnerProcess {
  /** Something starts the process again when it ends with `restart`. */
  canRestart: boolean;
  /**
   * Ends the process once its runs have ended or are released: on a command of an operator, or because the tables have
   * become too new for it.
   */
  end(how: 'stop' | 'restart' | 'outdated'): void;
  /** A person reads its log. */
  onLogFollowed?(): void;
  setLogLevel(level: NonNullable<RunnerChange['logLevel']>): void;
  /** The runner whose place this one takes, where it is known. */
  replacesId?: string;
  /** What starts the process, as far as it can know. */
  supervisor?: string | null;
}

const RETRY_MS = 1_000;

export interface RunnerCommandsOptions {
  sql: Sql;
  runnerId: string;
  /** Delivers commands at once; without it they are polled with each heartbeat. */
  listener?: Pick<Listener, 'on' | 'off'>;
  notifier: { commanded(runnerIds: string[]): void };
  heartbeatMs: number;
  process?: RunnerProcess;
  /** Writes the row of this runner anew, with what it is set to. */
  register(): Promise<void>;
  /** Claims nothing more; resolves once no claim is under way. */
  pause(): Promise<void>;
  /** Releases runs that have not begun; resolves when nothing runs any more. */
  drain(): Promise<void>;
  resume(): void;
  stop(): Promise<void>;
  set(change: RunnerChange): void;
  database: Pick<Reachability, 'noteFailure' | 'noteReachable'>;
}

/**
 * Executes the commands of operators for this runner. Commands are rows: the next poll finds a command whose
 * notification was lost, and a row that is read twice is executed once.
 */
export class RunnerCommands {
  readonly #options: RunnerCommandsOptions;
  /** Commands that have arrived and are not noted as done. */
  readonly #open = new Set<string>();
  #outcomes: CommandOutcome[] = [];
  #isDraining = false;
  /** Ends the wait of a drain that was revoked. */
  #resumed = new AbortController();
  #isClosed = false;
  #isPolling = false;
  #isPollRequested = false;
  /** Whether it may have replaced another runner, and that is not noted yet. */
  #mayReplace: boolean;
  readonly #startedAt = performance.now();
  #polling: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;

  constructor(options: RunnerCommandsOptions) {
    this.#options = options;
    this.#mayReplace = options.process?.canRestart === true;
  }

  /** Applies the default settings of starting runners; before the runner claims. */
  async adopt(change: RunnerChange): Promise<void> {
    this.#set(change);
    // It was registered as one that drains.
    if (change.isPaused) await this.#holdClaims();
  }

  /** Starts polling for commands; the runner is registered already. */
  start(): void {
    const { listener, heartbeatMs } = this.#options;
    listener?.on('commands', this.#onNotification).on('connected', this.#poll);
    this.#timer = setInterval(this.#poll, heartbeatMs).unref();
    this.#poll();
  }

  /** Takes no more commands. */
  halt(): void {
    const { listener } = this.#options;
    this.#isClosed = true;
    clearInterval(this.#timer);
    clearTimeout(this.#retry);
    listener?.off('commands', this.#onNotification).off('connected', this.#poll);
  }

  /** Notes the results of the taken commands; resolves when no statement is under way. Never rejects. */
  async close(): Promise<void> {
    this.halt();
    await this.#polling;
    await this.#report().catch((error) => this.#noteFailure(error));
  }

  readonly #onNotification = (payload: string): void => {
    const { runnerId, process } = this.#options;
    if (payload.includes(followedNote(runnerId))) process?.onLogFollowed?.();
    if (payload.includes(`"${runnerId}"`)) this.#poll();
  };

  /** One poll at a time, and one more where it was requested meanwhile. */
  readonly #poll = (): void => {
    this.#isPollRequested = true;
    if (this.#isPolling) return;
    this.#isPolling = true;
    this.#polling = this.#pollWhileRequested();
  };

  async #pollWhileRequested(): Promise<void> {
    try {
      while (this.#isPollRequested && !this.#isClosed) {
        this.#isPollRequested = false;
        await this.#pollOnce();
        this.#options.database.noteReachable();
      }
    } catch (error) {
      this.#noteFailure(error);
      this.#retryLater();
    } finally {
      // Without an await since the last check, so no request falls between the two.
      this.#isPolling = false;
    }
  }

  /** Sooner than with the next heartbeat: an operator waits for it. */
  #retryLater(): void {
    if (this.#isClosed) return;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(this.#poll, Math.min(RETRY_MS, this.#options.heartbeatMs)).unref();
  }

  #noteFailure(error: unknown): void {
    this.#options.database.noteFailure('reading commands', error);
  }

  async #pollOnce(): Promise<void> {
    const { sql, runnerId } = this.#options;
    if (this.#mayReplace) await this.#findReplaced();
    // A runner that was marked as lost meanwhile counts as active again.
    if (this.#isDraining) await setRunnerStatus(sql, runnerId, 'DRAINING');
    await this.#report();
    const commands = await takeCommands(sql, runnerId, [...this.#open]);
    if (commands === undefined) return this.#registerAgain();
    for (const command of commands) this.#open.add(command.id);
    for (const command of commands) await this.#obeyOrForget(command);
    await this.#report();
  }

  /**
   * Repeated with each poll for a while: a runner that could not write that it has stopped counts as ended only after
   * some missing heartbeats.
   */
  async #findReplaced(): Promise<void> {
    const { sql, runnerId, notifier, heartbeatMs, process } = this.#options;
    const next = await finishRestart(sql, runnerId, { replacesId: process?.replacesId, heartbeatMs });
    const searchMs = SUCCESSOR_WITHIN_MS + 2 * MISSED_BEATS * heartbeatMs;
    this.#mayReplace = next === undefined && performance.now() < this.#startedAt + searchMs;
    notifier.commanded(next ?? []);
  }

  /** It was marked as lost, and its row removed. */
  async #registerAgain(): Promise<void> {
    const { sql, runnerId, register } = this.#options;
    await register();
    await setRunnerStatus(sql, runnerId, this.#isDraining ? 'DRAINING' : 'ACTIVE');
  }

  async #report(): Promise<void> {
    // Others may come while these are written.
    const outcomes = [...this.#outcomes];
    if (outcomes.length === 0) return;
    await finishCommands(this.#options.sql, this.#options.runnerId, outcomes);
    this.#outcomes = this.#outcomes.slice(outcomes.length);
    for (const { id } of outcomes) this.#open.delete(id);
  }

  /** A command whose execution failed is taken again: executing it twice is harmless. */
  async #obeyOrForget(command: TakenCommand): Promise<void> {
    try {
      await this.#obey(command);
    } catch (error) {
      this.#open.delete(command.id);
      throw error;
    }
  }

  async #obey(command: TakenCommand): Promise<void> {
    if (this.#isClosed) return;
    switch (command.kind) {
      case 'PING':
        return this.#finish({ id: command.id, message: 'Answered' });
      case 'SET':
        return this.#change(command.id, command.payload ?? {});
      case 'DRAIN':
        return this.#drain(command.id);
      case 'RESUME':
        return this.#resume(command.id);
      case 'STOP':
        return this.#end('stop');
      case 'RESTART':
        if (this.#options.process?.canRestart) return this.#end('restart');
        return this.#finish({
          id: command.id,
          message: '',
          error: 'Nothing would start it again; drain and stop it instead.',
        });
    }
  }

  #finish(outcome: CommandOutcome): void {
    this.#outcomes.push(outcome);
  }

  async #change(id: string, change: RunnerChange): Promise<void> {
    const { sql, runnerId } = this.#options;
    this.#set(change);
    await noteRunnerSettings(sql, runnerId, change);
    if (change.isPaused === true) await this.#claimNothing();
    if (change.isPaused === false) await this.#claimAgain();
    this.#finish({ id, message: `Set ${describeRunnerChange(change)}` });
  }

  #set(change: RunnerChange): void {
    const { process, set } = this.#options;
    set(change);
    if (change.logLevel) process?.setLogLevel(change.logLevel);
  }

  async #drain(id: string): Promise<void> {
    const { drained } = await this.#claimNothing();
    // It may take as long as its runs do; other commands are executed meanwhile.
    void drained.then((message) => {
      this.#finish({ id, message });
      this.#poll();
    });
  }

  async #claimNothing(): Promise<{ drained: Promise<string> }> {
    const { sql, runnerId } = this.#options;
    const held = await this.#holdClaims();
    await setRunnerStatus(sql, runnerId, 'DRAINING');
    return held;
  }

  /** `drained` resolves, with how it ended, once its runs have ended or it claims again. */
  async #holdClaims(): Promise<{ drained: Promise<string> }> {
    const { pause, drain } = this.#options;
    if (!this.#isDraining) this.#resumed = new AbortController();
    this.#isDraining = true;
    // Before it counts as draining: a claim that is under way may still bring a run.
    await pause();
    const ended = drain();
    const { signal } = this.#resumed;
    const resumed = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    const drained = Promise.race([ended, resumed]).then(() =>
      signal.aborted ? 'Resumed before its runs had ended' : 'Drained',
    );
    return { drained };
  }

  async #resume(id: string): Promise<void> {
    await this.#claimAgain();
    this.#finish({ id, message: 'Resumed' });
  }

  async #claimAgain(): Promise<void> {
    const { sql, runnerId, resume } = this.#options;
    this.#isDraining = false;
    this.#resumed.abort();
    await setRunnerStatus(sql, runnerId, 'ACTIVE');
    resume();
  }

  /** No later command is executed. The command is done when the runner has stopped, or its successor has started. */
  #end(how: 'stop' | 'restart'): void {
    const { process, stop } = this.#options;
    this.#isClosed = true;
    if (process) process.end(how);
    else void stop();
  }
}
