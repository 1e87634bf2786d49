import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { typescriptArgs } from './typescript-loader.js';

const PROGRAM = fileURLToPath(new URL('./built-in-runner-process.ts', import.meta.url));
const RESTART_MS = { first: 500, most: 30_000 };
/** A runner that lived this long starts again without waiting. */
const HEALTHY_AFTER_MS = 60_000;
const KILL_AFTER_MS = 5_000;

/** What the child says. */
export type RunnerMessage = { type: 'ready'; runnerId: string };

export interface BuiltInRunnerOptions {
  databaseUrl: string;
  /** The server's settings as the child is to read them. */
  env: NodeJS.ProcessEnv;
  drainMs: number;
  log: Logger;
  /** The runner died without handing its runs back. */
  onDeath(runnerId: string): void;
}

/**
 * The runner that comes with the server: the same program as a separate one, in a process of its own, so
 * that a busy job never delays the API or a socket. It begins and ends with the server, and comes back
 * with growing pauses when it dies.
 */
export class BuiltInRunner {
  readonly #options: BuiltInRunnerOptions;
  #child: ChildProcess | undefined;
  #runnerId: string | undefined;
  #restartMs = RESTART_MS.first;
  #timer: NodeJS.Timeout | undefined;
  #isStopping = false;

  constructor(options: BuiltInRunnerOptions) {
    this.#options = options;
  }

  /** The id of the runner, once it claims. */
  get runnerId(): string | undefined {
    return this.#runnerId;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  start(): void {
    const startedAt = performance.now();
    // The URL goes by the environment: a command line is public to the whole machine.
    const child = fork(PROGRAM, {
      env: { ...process.env, ...this.#options.env, DATABASE_URL: this.#options.databaseUrl },
      execArgv: typescriptArgs,
    });
    this.#child = child;
    child.on('message', (message: RunnerMessage) => {
      this.#runnerId = message.runnerId;
    });
    child.once('error', (error) => this.#options.log.error({ err: error }, 'The built-in runner could not be started'));
    child.once('exit', (code, signal) => this.#onExit(performance.now() - startedAt, code, signal));
  }

  /** Lets it hand its runs back, and ends it if it doesn't. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#timer);
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), this.#options.drainMs + KILL_AFTER_MS);
    await exited;
    clearTimeout(timer);
  }

  #onExit(livedMs: number, code: number | null, signal: NodeJS.Signals | null): void {
    const runnerId = this.#runnerId;
    this.#runnerId = undefined;
    if (this.#isStopping) return;
    if (livedMs > HEALTHY_AFTER_MS) this.#restartMs = RESTART_MS.first;
    this.#options.log.error(
      { runnerId, code, signal },
      `The built-in runner died; it starts again in ${this.#restartMs} ms`,
    );
    if (runnerId) this.#options.onDeath(runnerId);
    this.#timer = setTimeout(() => this.start(), this.#restartMs);
    this.#restartMs = Math.min(this.#restartMs * 2, RESTART_MS.most);
  }
}
