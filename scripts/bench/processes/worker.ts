import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { configEnvironment, readConfig } from '@job-manager/engine/config';
import { typescriptArgs } from '@job-manager/engine/typescript-loader';
import { cpuOf } from '../process-cpu.js';

const ENTRY = fileURLToPath(new URL('./worker-process.ts', import.meta.url));

/** A worker in a process of its own. */
export interface BenchWorker {
  pid: number;
  /** Processor time it has used so far, all its threads. */
  cpuMs(): Promise<number>;
  stop(): Promise<void>;
}

/** Settings beside the defaults: nothing is removed from a history that is measured. */
export const KEEP_ALL = Object.fromEntries(
  ['SUCCESS', 'CANCELLED', 'FAILED'].flatMap((status) => [
    [`JOBS_KEEP_${status}_DAYS`, '0'],
    [`JOBS_KEEP_${status}_RUNS`, '0'],
  ]),
);

/** Starts a worker with the settings as shipped but for retention, and `env` beside; resolves when it claims. */
export async function startBenchWorker(databaseUrl: string, env: NodeJS.ProcessEnv = {}): Promise<BenchWorker> {
  const config = readConfig({ DATABASE_URL: databaseUrl, ...KEEP_ALL });
  const child = fork(ENTRY, {
    env: { PATH: process.env.PATH, ...configEnvironment(config), ...env },
    execArgv: typescriptArgs,
    // Its log is written as users have it, and not read.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const { pid } = child;
  await new Promise<void>((resolve, reject) => {
    child.once('message', () => resolve());
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`A worker ended by itself, with code ${code}.`)));
  });
  if (pid === undefined) throw new Error('A worker that is ready has a process');
  return { pid, cpuMs: () => cpuOf(pid), stop: () => stopProcess(child) };
}

/** Works with so many workers, and stops them in any case. */
export async function withWorkers<T>(
  starting: Promise<BenchWorker>[],
  work: (workers: BenchWorker[]) => Promise<T>,
): Promise<T> {
  try {
    return await work(await Promise.all(starting));
  } finally {
    const started = await Promise.allSettled(starting);
    await Promise.all(started.map((one) => one.status === 'fulfilled' && one.value.stop()));
  }
}

/** Requests a process to end, and waits until it has. */
export async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await exited;
}
