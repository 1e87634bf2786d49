import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { SYSTEM } from '@job-manager/engine/queue/system-actor';
import { TestEngine } from '@job-manager/engine/testing/engine';
import { typescriptArgs } from '@job-manager/engine/typescript-loader';
import { jobs } from '@job-manager/sample/registry';
import type { RunnerChange, RunnerCommandKind } from '@job-manager/shared/runner';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

const COMMAND = fileURLToPath(new URL('workerJobs.ts', import.meta.url));

let engine: TestEngine;
const workers: ChildProcess[] = [];
beforeAll(async () => {
  engine = await TestEngine.create(jobs);
});
afterAll(async () => {
  await Promise.all(workers.map(end));
  await engine.close();
});

async function end(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  worker.kill('SIGKILL');
  await once(worker, 'exit');
}

interface Worker {
  id: string;
  /** Its exit code. */
  exited: Promise<number | null>;
  output(): string;
}

/** `pnpm worker:jobs` in a process of its own; resolves once it is registered. */
async function startWorker(settings: NodeJS.ProcessEnv = {}): Promise<Worker> {
  const child = spawn(process.execPath, [...typescriptArgs, COMMAND], {
    env: { PATH: process.env.PATH, DATABASE_URL: engine.database.url, LOG_LEVEL: 'error', ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  workers.push(child);
  const chunks: string[] = [];
  child.stdout?.on('data', (chunk) => chunks.push(String(chunk)));
  const exited = once(child, 'close').then(([code]) => code as number | null);
  const id = await vi.waitFor(async () => {
    expect(child.exitCode).toBeNull();
    const runner = (await engine.queue.runners.list()).find(({ pid }) => pid === child.pid);
    expect(runner).toBeDefined();
    return runner?.id ?? '';
  });
  return { id, exited, output: () => chunks.join('') };
}

const send = (kind: RunnerCommandKind, runnerId: string, change?: RunnerChange) =>
  engine.queue.runners.command({ kind, change, runnerIds: [runnerId] }, SYSTEM);
const commandOf = async (runnerId: string) => (await engine.queue.runners.get(runnerId)).command;
const untilDone = (runnerId: string) =>
  vi.waitFor(async () => expect(await commandOf(runnerId)).toMatchObject({ state: 'done' }));

// Most of the time is the start of their processes.
describe.concurrent('a worker', () => {
  it('logs as much as an operator sets, and ends with code 0 when one stops it', async () => {
    const worker = await startWorker();
    await expect(send('RESTART', worker.id)).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
    await send('SET', worker.id, { logLevel: 'info' });
    await untilDone(worker.id);
    expect(await engine.queue.runners.get(worker.id)).toMatchObject({ logLevel: 'info' });
    await send('STOP', worker.id);
    expect(await worker.exited).toBe(0);
    expect(await engine.queue.runners.get(worker.id)).toMatchObject({ status: 'STOPPED', command: { state: 'done' } });
    expect(worker.output()).toContain('Runner stopped');
  });

  it('ends with code 75 when it is restarted, which the next one on its host ends', async () => {
    const settings = { JOBS_SUPERVISED: 'on' };
    const former = await startWorker(settings);
    await send('RESTART', former.id);
    expect(await former.exited).toBe(75);
    expect(await commandOf(former.id)).toMatchObject({ state: 'accepted' });
    const next = await startWorker(settings);
    await untilDone(former.id);
    expect(await commandOf(former.id)).toMatchObject({ successorId: next.id });
  });
});
