import type { BuiltInRunner } from './built-in-runner.js';

/** Runners that a server may start beside itself. */
export interface RunnersHere {
  /** Those that are up, or come up again by themselves. */
  readonly count: number;
  readonly max: number;
  /** Why another can't be started; null where it can. */
  readonly refusal: string | null;
  /** Starts another one. Throws an Error where `refusal` gives a reason. */
  startAnother(): void;
}

export interface BuiltInRunnersOptions {
  create(): BuiltInRunner;
  /** At once. */
  max: number;
  /** Why this server starts none at all; undefined where it does. */
  refusal?: string;
}

/** The runners of a server: the one that it starts with, and those that operators have it start later. */
export class BuiltInRunners implements RunnersHere {
  readonly #options: BuiltInRunnersOptions;
  #runners: BuiltInRunner[] = [];
  #isStopping = false;

  constructor(options: BuiltInRunnersOptions) {
    this.#options = options;
  }

  get count(): number {
    this.#runners = this.#runners.filter((runner) => !runner.isOver);
    return this.#runners.length;
  }

  get max(): number {
    return this.#options.max;
  }

  get refusal(): string | null {
    const { max, refusal } = this.#options;
    if (refusal !== undefined) return refusal;
    if (this.#isStopping) return 'This server is about to end.';
    if (this.count < max) return null;
    return `This server runs ${max === 1 ? 'one' : max} already, and no more by its setting JOBS_MAX_BUILT_IN.`;
  }

  get pids(): number[] {
    return this.#runners.flatMap(({ pid }) => pid ?? []);
  }

  startAnother(): void {
    const { refusal } = this;
    if (refusal !== null) throw new Error(refusal);
    const runner = this.#options.create();
    this.#runners.push(runner);
    runner.start();
  }

  /** Lets them release their runs, and ends those that don't. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all(this.#runners.map((runner) => runner.stop()));
  }
}
