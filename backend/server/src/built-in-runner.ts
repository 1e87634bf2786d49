import { type ChildProcess, fork } from 'node:child_process';
import { withoutSecretSettings } from '@job-manager/engine/config';
import { programAt, typescriptArgs } from '@job-manager/engine/typescript-loader';
import type { Logger } from 'pino';

const PROGRAM = programAt(new URL('./built-in-runner-process.ts', import.meta.url));
/** One that had claimed runs waits less: the next crash narrows down which of them was the reason. */
const RESTART_MS = { first: 500, most: 30_000, maxAfterClaims: 2_000 };
/** A runner that ran this long starts again without waiting. */
const HEALTHY_AFTER_MS = 60_000;
/** How often a runner that is stopping reports that it still works at it. */
export const STOPPING_EVERY_MS = 1_000;
/** After its grace period, one that reports nothing for so long is ended: a job blocks its event loop. */
const SILENT_AFTER_MS = 5_000;
/**
 * And any after this time. Longer than a stop ever takes: a claim that is under way, the release of remaining runs and the
 * last status are statements of 30 s at most each, the rest is short.
 */
const KILL_AFTER_MS = 120_000;

/** What the child reports. */
export type RunnerMessage =
  | { type: 'ready'; runnerId: string }
  | { type: 'stopping' }
  /** An operator has it end, or it has become too old for its tables; with `restart` another is to begin in its place. */
  | { type: 'ending'; how: Ending };

type Ending = 'stop' | 'restart' | 'outdated';

export interface BuiltInRunnerOptions {
  databaseUrl: string;
  /** File URL of the module that exports the jobs as `jobs`. */
  jobsModule: string;
  /** The server's settings as the child is to read them. */
  env: NodeJS.ProcessEnv;
  drainMs: number;
  /** Node's own, but in tests. */
  fork?: typeof fork;
  log: Logger;
  /** The runner ended without releasing its runs. Resolves when they are recovered, or that failed. */
  onCrash(runnerId: string): Promise<void>;
}

/**
 * The runner that comes with the server: the same program as a separate one, in a process of its own, so
 * that a busy job never delays the API or a socket. It begins and ends with the server, and comes back
 * with growing pauses when it crashes.
 */
export class BuiltInRunner {
  readonly #options: BuiltInRunnerOptions;
  #child: ChildProcess | undefined;
  #runnerId: string | undefined;
  #restartMs = RESTART_MS.first;
  #timer: NodeJS.Timeout | undefined;
  #isStopping = false;
  #isOver = false;
  /** Why the runner is ending by itself. */
  #ending: Ending | undefined;
  #endingTimer: NodeJS.Timeout | undefined;
  /** The runner that was here before this one. */
  #formerId: string | undefined;
  #heardAt = Number.NEGATIVE_INFINITY;

  constructor(options: BuiltInRunnerOptions) {
    this.#options = options;
  }

  /** The id of the runner, once it claims. */
  get runnerId(): string | undefined {
    return this.#runnerId;
  }

  /** An operator had it stop: it does not come back. */
  get isOver(): boolean {
    return this.#isOver;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  start(): void {
    const startedAt = performance.now();
    let isOver = false;
    const onEnd = (code: number | null, signal: NodeJS.Signals | null, error?: unknown) => {
      if (isOver) return;
      isOver = true;
      this.#child = undefined;
      this.#onEnd(performance.now() - startedAt, { code, signal, err: error });
    };
    try {
      const child = this.#fork();
      this.#child = child;
      child.on('message', (message: RunnerMessage) => {
        if (!isOver) this.#onMessage(message, child);
        // The first run that it claimed crashed it: its exit may be seen before its messages.
        else if (message.type === 'ready') void this.#options.onCrash(message.runnerId);
      });
      child.once('exit', (code, signal) => onEnd(code, signal));
      // Without a process there is no exit; other errors are those of a process that runs.
      child.once('error', (error) => child.pid === undefined && onEnd(null, null, error));
    } catch (error) {
      onEnd(null, null, error);
    }
  }

  /** Lets it release its runs, and ends it if it doesn't. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#timer);
    clearInterval(this.#endingTimer);
    const child = this.#child;
    const runnerId = this.#runnerId;
    if (child?.pid === undefined) return;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const timer = this.#killLate(child);
    await exited;
    clearInterval(timer);
    if (child.signalCode !== null && runnerId) await this.#options.onCrash(runnerId);
  }

  #fork(): ChildProcess {
    // The URL goes by the environment: a command line is public to the whole machine.
    return (this.#options.fork ?? fork)(
      PROGRAM,
      [this.#options.jobsModule, ...(this.#formerId ? [this.#formerId] : [])],
      {
        env: withoutSecretSettings({
          ...process.env,
          ...this.#options.env,
          DATABASE_URL: this.#options.databaseUrl,
        }),
        execArgv: typescriptArgs,
      },
    );
  }

  #onMessage(message: RunnerMessage, child: ChildProcess): void {
    this.#heardAt = performance.now();
    if (message.type === 'ready') this.#runnerId = message.runnerId;
    if (message.type !== 'ending' || this.#isStopping) return;
    this.#ending = message.how;
    this.#endingTimer = this.#killLate(child);
  }

  /** One that ended by itself; `crashedId` where it was ended by force, with runs in its name. */
  #onEnded(how: Ending, crashedId: string | undefined): void {
    if (crashedId) void this.#options.onCrash(crashedId);
    const next = how === 'restart' ? 'starts again' : 'stays away until one is started here again';
    const why = how === 'outdated' ? 'is too old for its tables' : 'was stopped by an operator';
    this.#options.log.info(`The built-in runner ${why} and ${next}`);
    this.#isOver = how !== 'restart';
    if (how === 'restart') this.start();
  }

  #killLate(child: ChildProcess): NodeJS.Timeout {
    const graceEndsAt = performance.now() + this.#options.drainMs;
    this.#heardAt = graceEndsAt;
    return setInterval(() => {
      const now = performance.now();
      const isSilent = now > Math.max(graceEndsAt, this.#heardAt) + SILENT_AFTER_MS;
      if (isSilent || now > graceEndsAt + KILL_AFTER_MS) child.kill('SIGKILL');
    }, STOPPING_EVERY_MS);
  }

  #onEnd(livedMs: number, how: { code: number | null; signal: NodeJS.Signals | null; err?: unknown }): void {
    const runnerId = this.#runnerId;
    const ending = this.#ending;
    this.#runnerId = undefined;
    this.#ending = undefined;
    this.#formerId = runnerId ?? this.#formerId;
    clearInterval(this.#endingTimer);
    if (this.#isStopping) return;
    if (ending) {
      this.#onEnded(ending, how.code === 0 ? undefined : runnerId);
      return;
    }
    if (livedMs > HEALTHY_AFTER_MS) this.#restartMs = RESTART_MS.first;
    const restartMs = runnerId ? Math.min(this.#restartMs, RESTART_MS.maxAfterClaims) : this.#restartMs;
    const what = how.err === undefined ? 'died' : 'could not be started';
    this.#options.log.error({ runnerId, ...how }, `The built-in runner ${what}; it starts again in ${restartMs} ms`);
    if (runnerId) void this.#options.onCrash(runnerId);
    this.#timer = setTimeout(() => this.start(), restartMs);
    this.#restartMs = Math.min(this.#restartMs * 2, RESTART_MS.most);
  }
}
