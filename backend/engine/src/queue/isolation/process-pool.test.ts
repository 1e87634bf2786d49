import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ProcessExit } from './process-exit.js';
import { type PooledProcess, ProcessPool } from './process-pool.js';

const MB = 1024 * 1024;
const EXIT: ProcessExit = { type: 'exited', code: null, signal: 'SIGKILL', output: null, problem: null };

/** A process that is ready at once and ends when the test ends it. */
class FakeProcess implements PooledProcess {
  runs = 0;
  memoryBytes = 100 * MB;
  firstMemoryBytes = 100 * MB;
  isTainted = false;
  hasExited = false;
  #exit!: (exit: ProcessExit) => void;
  readonly exited = new Promise<ProcessExit>((resolve) => {
    this.#exit = resolve;
  });

  async ready(): Promise<void> {
    if (this.hasExited) throw new Error('It has ended');
  }

  async kill(): Promise<void> {
    this.hasExited = true;
    this.#exit(EXIT);
  }
}

let opened: FakeProcess[];
let pool: ProcessPool<FakeProcess>;
const living = () => opened.filter((process) => !process.hasExited);
/** Lets a process do a run, and whatever follows from its end. */
async function run(process: FakeProcess, change: Partial<FakeProcess> = {}): Promise<void> {
  process.runs += 1;
  Object.assign(process, change);
  pool.release(process);
  await vi.advanceTimersByTimeAsync(0);
}

beforeEach(() => {
  vi.useFakeTimers();
  opened = [];
  pool = new ProcessPool({
    most: 3,
    open: () => {
      const process = new FakeProcess();
      opened.push(process);
      return process;
    },
  });
});
afterEach(async () => {
  await pool.close();
  vi.useRealTimers();
});

it('starts none before the first is needed, then keeps one ready', async () => {
  expect(opened).toHaveLength(0);
  await pool.take(undefined);
  expect(opened).toHaveLength(2);
  expect(await pool.take(undefined)).toBe(opened[1]);
});

it('never has more than may work at once', async () => {
  const taken = await Promise.all([pool.take(undefined), pool.take(undefined), pool.take(undefined)]);
  expect(new Set(taken).size).toBe(3);
  expect(opened).toHaveLength(3);
});

it('lends the one that was used last', async () => {
  const [first, second] = [await pool.take(undefined), await pool.take(undefined)];
  await run(second);
  await run(first);
  expect(await pool.take(undefined)).toBe(first);
});

describe('replaces a process', () => {
  it.each<[string, Partial<FakeProcess>]>([
    ['that has done many runs', { runs: 200 }],
    ['that has grown', { memoryBytes: 300 * MB }],
    ['in which something was thrown and not caught', { isTainted: true }],
  ])('%s', async (_what, change) => {
    const process = await pool.take(undefined);
    await run(process, change);
    expect(process.hasExited).toBe(true);
    expect(await pool.take(undefined)).not.toBe(process);
  });

  it('whose job may still go on', async () => {
    const process = await pool.take(undefined);
    pool.release(process, true);
    expect(process.hasExited).toBe(true);
  });

  it('that ended while it was idle, though that is not reported yet', async () => {
    const process = await pool.take(undefined);
    await run(process);
    process.hasExited = true;
    expect(await pool.take(undefined)).not.toBe(process);
  });

  it('that exited', async () => {
    const process = await pool.take(undefined);
    await process.kill();
    await run(process);
    expect(await pool.take(undefined)).not.toBe(process);
  });
});

it('gives a run with a memory limit a process that has not grown, and makes room for it', async () => {
  const taken = [await pool.take(undefined), await pool.take(undefined), await pool.take(undefined)];
  for (const process of taken) await run(process, { memoryBytes: 200 * MB });
  const fresh = await pool.take(256 * MB);
  expect(taken).not.toContain(fresh);
  await vi.advanceTimersByTimeAsync(0);
  expect(living()).toHaveLength(3);
});

it('ends what is not needed: all but one soon, the last after an idle time', async () => {
  const taken = [await pool.take(undefined), await pool.take(undefined), await pool.take(undefined)];
  for (const process of taken) await run(process);
  expect(living()).toHaveLength(3);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(living()).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(living()).toHaveLength(0);
});

it('ends them all when it is closed, and lends none any more', async () => {
  await pool.take(undefined);
  await pool.close();
  expect(living()).toHaveLength(0);
  await expect(pool.take(undefined)).rejects.toThrow('The runner is stopping');
});
