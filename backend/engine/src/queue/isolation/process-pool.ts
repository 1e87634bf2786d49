import type { IsolatedProcess } from './isolated-process.js';

/** A process is replaced after so many runs, with whatever its jobs left in memory. */
const MAX_RUNS = 200;
const MAX_GROWTH_BYTES = 128 * 1024 * 1024;
/** More than one that was not needed for so long is ended, and after a longer time the last one, too. */
const SURPLUS_MS = 30_000;
const QUIET_MS = 600_000;

/** A pool's record of a process. */
export type PooledProcess = Pick<
  IsolatedProcess,
  'exited' | 'hasExited' | 'ready' | 'kill' | 'runs' | 'memoryBytes' | 'firstMemoryBytes' | 'isTainted'
>;

export interface ProcessPoolOptions<Process extends PooledProcess> {
  /** At most so many processes work at once. */
  most: number;
  open(): Process;
}

interface Idle<Process> {
  process: Process;
  since: number;
}

/**
 * The warm processes of a runner. From the first run on, one more than is needed now is kept ready, up to as many as
 * may work at once, so that a run hardly ever waits for one to start; after an idle time there is none again.
 */
export class ProcessPool<Process extends PooledProcess = IsolatedProcess> {
  readonly #options: ProcessPoolOptions<Process>;
  readonly #all = new Set<Process>();
  /** The last was used last. */
  #idle: Idle<Process>[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: ProcessPoolOptions<Process>) {
    this.#options = options;
  }

  /**
   * Acquires a process that is ready for a run; for a run with a memory limit one whose memory has not grown. Throws
   * with the reason when it can't start.
   */
  async take(memoryLimitBytes: number | undefined): Promise<Process> {
    if (this.#isClosed) throw new Error('The runner is stopping');
    const process = this.#takeIdle(memoryLimitBytes) ?? this.#open();
    this.#warmUp();
    await process.ready();
    return process;
  }

  /** Releases a process when its run has ended; it is used again unless it is worn out. */
  release(process: Process, isWornOut = false): void {
    const settled = this.#settle(process, isWornOut);
    // A process that ended is reported to the caller that waited for it.
    void settled.catch(() => {}).then(() => this.#warmUp());
  }

  /** Ends all of them in any state. Resolves when they have ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await Promise.all([...this.#all].map((process) => process.kill()));
  }

  /** Lets one start that is ready when the next run comes. */
  #warmUp(): void {
    if (this.#isClosed || this.#idle.length > 0 || this.#all.size >= this.#options.most) return;
    try {
      this.#keep(this.#open());
    } catch {
      // No process can be made just now; the caller that needs one reports it.
    }
  }

  #open(): Process {
    // All have grown too much for a run with a memory limit.
    if (this.#all.size >= this.#options.most) void this.#idle.shift()?.process.kill();
    const process = this.#options.open();
    this.#all.add(process);
    void process.exited.then(() => {
      this.#all.delete(process);
      this.#idle = this.#idle.filter((each) => each.process !== process);
    });
    return process;
  }

  #takeIdle(memoryLimitBytes = Infinity): Process | undefined {
    const hasRoom = (process: Process) => process.runs === 0 || process.memoryBytes < memoryLimitBytes / 2;
    const at = this.#idle.findLastIndex(({ process }) => !process.hasExited && hasRoom(process));
    return this.#idle.splice(at, at < 0 ? 0 : 1)[0]?.process;
  }

  async #settle(process: Process, isWornOut: boolean): Promise<void> {
    if (isWornOut || process.isTainted || process.runs >= MAX_RUNS) return process.kill();
    // A process that code of an ended run blocks never becomes ready.
    await process.ready();
    if (this.#isClosed || process.memoryBytes > process.firstMemoryBytes + MAX_GROWTH_BYTES) return process.kill();
    this.#keep(process);
  }

  #keep(process: Process): void {
    this.#idle.push({ process, since: performance.now() });
    this.#timer ??= setTimeout(() => this.#endSurplus(), SURPLUS_MS).unref();
  }

  #endSurplus(): void {
    const last = this.#idle.at(-1);
    const isSurplus = (each: Idle<Process>) =>
      performance.now() - each.since >= (each === last ? QUIET_MS : SURPLUS_MS);
    const surplus = this.#idle.filter(isSurplus);
    this.#idle = this.#idle.filter((each) => !surplus.includes(each));
    for (const { process } of surplus) void process.kill();
    this.#timer = this.#idle.length === 0 ? undefined : setTimeout(() => this.#endSurplus(), SURPLUS_MS).unref();
  }
}
