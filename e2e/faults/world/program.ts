import { type ChildProcess, fork } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { typescriptArgs } from '@job-manager/engine/typescript-loader';

/** What the programs of this suite report to their parent. */
export type Word =
  | { type: 'ready'; url?: string }
  | { type: 'vitals'; rssMb: number; heapMb: number; longestStallMs: number; maxBufferedKb: number };

export interface ProgramOptions {
  env: NodeJS.ProcessEnv;
  /** What it writes goes here. */
  log: string;
  /** How wrong its clock is. */
  skewMs?: number;
}

const SKEWED_CLOCK = fileURLToPath(new URL('./skewed-clock.cjs', import.meta.url));
const BUNDLE_LOADER = fileURLToPath(new URL('./bundle-loader.cjs', import.meta.url));
/**
 * The driver of PostgreSQL loads a class of `fetch` on Node 20, which is unused here: loading it is a fifth of a start.
 */
const BUNDLE_ARGS = ['--no-experimental-fetch'];
const STOP_WITHIN_MS = 20_000;
const running = new Set<ChildProcess>();
// However this process ends, nothing that it started stays behind.
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/**
 * A child process of this suite: of a program in TypeScript, or of one that was bundled (`.cjs`) or compiled (`.mjs`)
 * before.
 */
export class Program {
  readonly #child: ChildProcess;
  readonly #log: string;
  readonly ready: Promise<Word & { type: 'ready' }>;
  /** Its exit code; null when a signal ended it. */
  readonly exited: Promise<number | null>;

  constructor(file: string, { env, log, skewMs }: ProgramOptions) {
    const output = openSync(log, 'a');
    this.#log = log;
    const isBundle = file.endsWith('.cjs');
    this.#child = fork(isBundle ? BUNDLE_LOADER : file, isBundle ? [file] : [], {
      env: { PATH: process.env.PATH, ...env, ...(skewMs !== undefined && { SKEW_MS: String(skewMs) }) },
      execArgv: [
        ...(skewMs === undefined ? [] : ['--require', SKEWED_CLOCK]),
        ...(isBundle ? BUNDLE_ARGS : file.endsWith('.mjs') ? [] : typescriptArgs),
      ],
      stdio: ['ignore', output, output, 'ipc'],
    });
    // The child has its own by now.
    closeSync(output);
    running.add(this.#child);
    this.exited = new Promise((resolve) => {
      this.#child.once('exit', (code) => {
        running.delete(this.#child);
        resolve(code);
      });
    });
    this.ready = this.next('ready');
    // A caller that waits for it is notified when it ends; one that is killed while it starts is no error.
    this.ready.catch(() => {});
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get isRunning(): boolean {
    return running.has(this.#child);
  }

  /** The next message of this type; rejects when the program ends before it. */
  next<Type extends Word['type']>(type: Type): Promise<Extract<Word, { type: Type }>> {
    return new Promise((resolve, reject) => {
      const onMessage = (word: Word) => {
        if (word.type !== type) return;
        this.#child.off('message', onMessage);
        resolve(word as Extract<Word, { type: Type }>);
      };
      this.#child.on('message', onMessage);
      void this.exited.then(() => reject(new Error(`A program ended before it was ${type}; see ${this.#log}`)));
    });
  }

  /** Memory, the longest stall of the event loop since the last request, and what waits for its slowest reader. */
  async vitals(): Promise<Extract<Word, { type: 'vitals' }>> {
    const answer = this.next('vitals');
    this.#child.send('vitals');
    return answer;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends it without a warning; returns whether there was anything left to end. */
  async kill(): Promise<boolean> {
    const wasRunning = this.isRunning && this.#child.kill('SIGKILL');
    await this.exited;
    return wasRunning;
  }

  /** Requests it to end, and kills it if it doesn't. */
  async stop(): Promise<void> {
    if (!this.isRunning) return;
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_WITHIN_MS);
    await this.exited;
    clearTimeout(timer);
  }
}
