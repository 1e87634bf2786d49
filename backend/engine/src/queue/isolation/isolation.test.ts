import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { limits } from '@job-manager/shared/limits';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { isProcessRunning } from '../../database/process-start.js';
import { type CompiledPrograms, compilePrograms } from '../../testing/compiled-programs.js';
import { TestEngine } from '../../testing/engine.js';
import { jobs } from '../../testing/isolated-jobs.js';
import type { JobServices } from '../job.js';
import type { Runner } from '../runner.js';
import { SYSTEM } from '../system-actor.js';
import { NotStartedError } from './isolated-process.js';
import { ProcessPool } from './process-pool.js';

const JOBS = new URL('../../testing/isolated-jobs.ts', import.meta.url);
const RUNNER = new URL('../../testing/isolated-runner.ts', import.meta.url);

let programs: CompiledPrograms;
let engine: TestEngine;
let runner: Runner;
beforeAll(async () => {
  programs = await compilePrograms(JOBS, RUNNER);
  // So that a heap is soon full.
  process.env.NODE_OPTIONS = '--max-old-space-size=64';
  engine = await TestEngine.create(jobs);
  engine.jobsModule = programs.urlOf(JOBS);
  runner = engine.runner({ concurrency: 4, drainMs: 10, heartbeatMs: 500 }, await engine.listener());
  await runner.start();
});
afterEach(async () => {
  expect(await engine.violations()).toEqual({});
});
afterAll(async () => {
  delete process.env.NODE_OPTIONS;
  await engine.close();
  await programs.remove();
});

async function begin(jobName: string, act: string): Promise<string> {
  return (await engine.enqueue(jobName, { act })).id;
}

const ended = (id: string) => engine.until(id, 'SUCCESS', 'FAILED', 'CANCELLED');
const runToEnd = async (jobName: string, act: string) => ended(await begin(jobName, act));

async function messagesOf(id: string): Promise<string[]> {
  const found = await engine.database.pool.query<{ message: string }>(
    'SELECT message FROM "JobRunMessage" WHERE "runId" = $1 ORDER BY seq',
    [id],
  );
  return found.rows.map(({ message }) => message);
}

/** The process of an active run, once the job has reported something. */
async function processOf(id: string): Promise<number> {
  const pid = pids.get(id);
  if (pid) return pid;
  return new Promise((resolve) => waiting.set(id, resolve));
}
const pids = new Map<string, number>();
const waiting = new Map<string, (pid: number) => void>();
beforeAll(() => {
  engine.events.on('runLogged', ({ runId, data }) => {
    if (typeof data?.pid !== 'number') return;
    pids.set(runId, data.pid);
    waiting.get(runId)?.(data.pid);
  });
});

/** What the runner wrote about killing the process of a run. */
async function killsOf(id: string): Promise<string[]> {
  const { rows } = await engine.database.pool.query<{ message: string }>(
    `SELECT message FROM "RunnerEvent" WHERE "runnerId" = $1 AND kind = 'child-killed' AND message LIKE $2 ORDER BY id`,
    [runner.id, `%#${id} %`],
  );
  return rows.map(({ message }) => message);
}

const untilExited = (pid: number) => vi.waitFor(() => expect(isProcessRunning(pid)).toBe(false));

describe('a run in a process of its own', () => {
  it('has the database and its result kept', async () => {
    const run = await runToEnd('isolated', 'query');
    expect(run).toMatchObject({ status: 'SUCCESS', metadata: { users: 0, isOwn: true }, progressPercent: 100 });
    expect(run.childPid).toBeGreaterThan(0);
    expect(run.childPid).not.toBe(process.pid);
  });

  it('finds the process warm that another has left', async () => {
    const seen = new Set<number | null>();
    // One that is ready for a run a moment too late is found by the run after the next.
    await vi.waitFor(async () => {
      const { childPid } = await runToEnd('isolated', 'succeed');
      const isKnown = seen.has(childPid);
      seen.add(childPid);
      expect(isKnown).toBe(true);
    });
  });

  it('reports everything in order, and nothing is lost at its end', async () => {
    const run = await runToEnd('isolated', 'report');
    expect(await messagesOf(run.id)).toEqual(Array.from({ length: 2_000 }, (_, n) => `Line ${n + 1}`));
    expect(run).toMatchObject({
      status: 'SUCCESS',
      metadata: { lines: 2_000, last: 'word' },
      progressMessage: 'Writing',
      steps: [
        { id: 'read', state: 'done', progress: 1 },
        { id: 'write', state: 'done', message: 'Writing' },
      ],
    });
  });

  it('keeps what it reported before its process crashed', async () => {
    const run = await runToEnd('isolated', 'reportAndCrash');
    expect((await messagesOf(run.id)).filter((line) => line.startsWith('Line'))).toHaveLength(500);
    expect(run).toMatchObject({ status: 'FAILED', metadata: { lines: 500 } });
  });

  it('has a message and metadata of a megabyte capped', async () => {
    const run = await runToEnd('isolated', 'reportTooMuch');
    expect(run).toMatchObject({ status: 'SUCCESS', metadata: { small: 1 }, metadataTruncated: true });
    const [line] = await messagesOf(run.id);
    expect(line).toMatch(/^x{7000,}… 992,\d{3} more characters were left out$/);
    expect(line).toHaveLength(limits.messageChars);
  });

  it('may be snoozed or retried by its job', async () => {
    const snoozed = await begin('isolated', 'snooze');
    const retried = (await engine.enqueue('isolated', { act: 'retryIn' }, { maxAttempts: 2 })).id;
    const areRecorded = async () => {
      expect(await engine.run(snoozed)).toMatchObject({ status: 'QUEUED', claimNo: 1, attempt: 0 });
      expect(await engine.run(retried)).toMatchObject({ status: 'QUEUED', claimNo: 1, attempt: 1, error: 'Later' });
    };
    await vi.waitFor(areRecorded);
    for (const id of [snoozed, retried]) await engine.queue.cancel(id, SYSTEM);
  });

  it('writes to the log of its runner, in bounded lines without secrets', async () => {
    const lines: string[] = [];
    engine.events.on('processWrote', ({ text }) => lines.push(text));
    const run = await runToEnd('isolated', 'write');
    expect(run.status).toBe('SUCCESS');
    expect(lines[0]).toBe('Printed 1 password=[redacted]');
    expect(lines.length).toBeLessThanOrEqual(50);
  });
});

describe('a crash', () => {
  it.each([
    ['exit', "The job's process exited with code 3"],
    ['abort', "The job's process crashed: SIGABRT"],
    ['segfault', "The job's process crashed: SIGSEGV"],
    ['fillHeap', "The job's process crashed: SIGABRT (JavaScript heap out of memory)"],
    ['reject', 'Not awaited'],
    ['reportNonsense', "The job's process was ended: it reported something that makes no sense"],
  ])('by %s ends that attempt, with the reason, and harms no other run', async (act, error) => {
    const inside = await begin('inside', 'untilStopped');
    const isolated = await begin('isolated', 'untilStopped');
    await processOf(isolated);
    const run = await runToEnd('isolated', act);
    expect(run).toMatchObject({ status: 'FAILED', error, crashes: act === 'reject' ? 0 : 1 });
    for (const id of [inside, isolated]) {
      expect((await engine.run(id)).status).toBe('RUNNING');
      await engine.queue.cancel(id, SYSTEM);
      expect((await ended(id)).status).toBe('CANCELLED');
    }
    expect(await runToEnd('isolated', 'succeed')).toMatchObject({ status: 'SUCCESS' });
  });
});

it('is stopped as poison when its process has crashed too often, whatever attempts are left', async () => {
  const run = await runToEnd('poisonous', 'segfault');
  expect(run).toMatchObject({ status: 'FAILED', attempt: 2, crashes: 2 });
  expect(run.error).toMatch(/^Stopped as poison.*The job's process crashed: SIGSEGV$/);
  const [first] = run.earlierAttempts;
  expect(first).toMatchObject({ outcome: 'FAILED', error: "The job's process crashed: SIGSEGV" });
  expect(first?.childPid).toBeGreaterThan(0);
});

describe('an isolated run is ended', () => {
  it('by a cancel that its job obeys', async () => {
    const id = await begin('isolated', 'untilStopped');
    await processOf(id);
    await engine.queue.cancel(id, SYSTEM);
    expect(await ended(id)).toMatchObject({ status: 'CANCELLED', error: null });
  });

  it('by its timeout, though its job never returns, and sooner where it never turns its loop', async () => {
    const [spinning, waiting] = [await begin('brief', 'spin'), await begin('brief', 'neverEnd')];
    const pid = await processOf(spinning);
    const spun = await ended(spinning);
    expect(spun).toMatchObject({ status: 'FAILED', error: 'Timed out after 1 s', metadata: { got: 'this far' } });
    expect(spun.childPid).toBe(pid);
    await untilExited(pid);
    // It was measured while it lasted. On a busy machine one may be over before the first sample.
    const measured = spun.cpuMs === null ? await runToEnd('brief', 'spin') : spun;
    expect(measured.cpuMs).toBeGreaterThan(50);
    expect(measured.maxLoopLagMs).toBeGreaterThan(500);
    const waited = await ended(waiting);
    expect(waited).toMatchObject({ status: 'FAILED', error: 'Timed out after 1 s' });
    // A job that could react is given 2.3 seconds more.
    expect(Number(spun.finishedAt)).toBeLessThan(Number(waited.finishedAt));
    await untilExited(waited.childPid ?? 0);
    const message = `Killed process ${pid}: run #${spinning} of brief did not stop at its time limit`;
    await vi.waitFor(async () => expect(await killsOf(spinning)).toEqual([message]));
  });

  it('by force-fail, though it never turns its loop', async () => {
    const id = await begin('isolated', 'spin');
    const pid = await processOf(id);
    await engine.queue.cancel(id, SYSTEM);
    await engine.database.pool.query(
      `UPDATE "JobRun" SET "cancelRequestedAt" = "cancelRequestedAt" - interval '1 minute' WHERE id = $1`,
      [id],
    );
    await engine.queue.forceFail(id, SYSTEM);
    expect((await engine.run(id)).status).toBe('FAILED');
    await untilExited(pid);
  });

  it('by its memory limit', async () => {
    const run = await runToEnd('narrow', 'grow');
    expect(run).toMatchObject({ status: 'FAILED', error: 'Used more than 256 MB of memory, its limit' });
    expect(Number(run.peakMemoryBytes)).toBeGreaterThan(256 * 1024 * 1024);
    await untilExited(run.childPid ?? 0);
    const message = `Killed process ${run.childPid}: run #${run.id} of narrow used more memory than its limit`;
    await vi.waitFor(async () => expect(await killsOf(run.id)).toEqual([message]));
    const next = await runToEnd('narrow', 'succeed');
    expect(next.status).toBe('SUCCESS');
    expect(await killsOf(next.id)).toEqual([]);
  });
});

describe('an attempt is measured', () => {
  it('with the CPU time and the lag of its own process', async () => {
    const run = await runToEnd('isolated', 'compute');
    expect(run.cpuMs).toBeGreaterThanOrEqual(200);
    expect(run.cpuMs).toBeLessThan(2_000);
    expect(run.maxLoopLagMs).toBeGreaterThanOrEqual(200);
    expect((await runToEnd('isolated', 'succeed')).cpuMs).toBeLessThan(300);
  });

  it('with the most memory it had at a time', async () => {
    const before = Number((await runToEnd('isolated', 'succeed')).peakMemoryBytes);
    const run = await runToEnd('isolated', 'allocate');
    // What the job doesn't use may be given back meanwhile.
    expect(Number(run.peakMemoryBytes)).toBeGreaterThan(before + 60e6);
  });

  it('in the process of the runner too', async () => {
    const run = await runToEnd('inside', 'compute');
    expect(run).toMatchObject({ status: 'SUCCESS', childPid: null });
    expect(run.cpuMs).toBeGreaterThanOrEqual(200);
    expect(run.maxLoopLagMs).toBeGreaterThanOrEqual(150);
    expect(Number(run.peakMemoryBytes)).toBeGreaterThan(20e6);
  });
});

it('refuses a runner that does not know where isolated jobs come from', () => {
  const { jobsModule } = engine;
  engine.jobsModule = undefined;
  expect(() => engine.runner()).toThrow('Job "isolated" is isolated: its runner needs jobsModule');
  engine.jobsModule = jobsModule;
});

it('leaves no process behind when its runner is killed', async () => {
  const killed = fork(fileURLToPath(RUNNER), { env: { ...process.env, JOBS_MODULE: programs.urlOf(JOBS) } });
  const left = await new Promise<number[]>((resolve) => killed.once('message', resolve as () => void));
  expect(left.map(isProcessRunning)).toEqual([true, true]);
  killed.kill('SIGKILL');
  await Promise.all(left.map(untilExited));
});

it('is ended by a drain, which hands its run back and leaves no process, whether the job obeys or not', async () => {
  for (const id of [await begin('isolated', 'spin'), await begin('isolated', 'untilStopped')]) await processOf(id);
  await runner.stop();
  for (const [id, pid] of [...pids].slice(-2)) {
    expect(await engine.run(id)).toMatchObject({ status: 'QUEUED', attempt: 0 });
    expect(isProcessRunning(pid)).toBe(false);
    await engine.queue.cancel(id, SYSTEM);
  }
});

it('goes back to the queue when a stop signal ends its process before the job began', async () => {
  const other = engine.runner({ concurrency: 1 });
  await other.open();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const id = await begin('isolated', 'succeed');
    const open = vi
      .spyOn(ProcessPool.prototype, 'take')
      .mockImplementationOnce(() =>
        Promise.reject(new NotStartedError({ type: 'exited', code: null, signal, output: null, problem: null })),
      );
    const run = await vi.waitFor(async () => {
      await other.tick();
      return engine.run(id).then((now) => (now.status === 'SUCCESS' ? now : Promise.reject(new Error(now.status))));
    });
    expect(run).toMatchObject({ attempt: 1, claimNo: 2 });
    expect(await messagesOf(id)).toEqual([
      'It could not begin at once; released to the queue, without using up an attempt',
    ]);
    open.mockRestore();
  }
  await other.stop();
});

it('fails a run whose module cannot be loaded, with the reason', async () => {
  const { jobsModule } = engine;
  engine.jobsModule = new URL('./no-such-module.ts', import.meta.url).href;
  const lost = engine.runner();
  engine.jobsModule = jobsModule;
  await lost.open();
  const id = await begin('isolated', 'succeed');
  await lost.tick();
  expect((await ended(id)).error).toContain('The job could not be started in a process of its own');
});

it('closes the services of a process that has nothing more to do', async () => {
  const own = engine.runner({ concurrency: 1 });
  await own.open();
  const id = await begin('isolated', 'query');
  await own.tick();
  const { childPid } = await ended(id);
  await own.stop();
  const closed = await engine.database.pool.query('SELECT FROM "Setting" WHERE key = $1', [`closed by ${childPid}`]);
  expect(closed.rowCount).toBe(1);
});

it('fails a run whose module has no services, where jobs in the runner have some', async () => {
  const { jobsModule } = engine;
  // Any module that exports jobs.
  engine.jobsModule = `data:text/javascript,export const jobs = [];`;
  const unequal = engine.runner({}, undefined, engine.jobs, undefined, { openedBy: 1 } as JobServices);
  engine.jobsModule = jobsModule;
  await unequal.open();
  const id = await begin('isolated', 'query');
  await unequal.tick();
  expect((await ended(id)).error).toContain('The module of the jobs exports no services');
});

it('starts from TypeScript, and fails with what it throws, as any other', async () => {
  programs.restore();
  engine.jobsModule = JOBS.href;
  const fromSource = engine.runner({ concurrency: 1 });
  await fromSource.open();
  const id = await begin('isolated', 'throw');
  await fromSource.tick();
  // Loading TypeScript takes a process two seconds on a machine with time.
  const hasEnded = async () => expect((await engine.run(id)).status).not.toBe('RUNNING');
  await vi.waitFor(hasEnded, { timeout: 25_000, interval: 100 });
  const run = await engine.run(id);
  expect(run).toMatchObject({ status: 'FAILED', error: 'As jobs do' });
  expect(run.errorStack).toContain('isolated-jobs.ts');
});
