import { readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

const WAIT_MS = 90_000;

/** Runs `work` while holding a lock file; a lock left by a process that is gone is taken over. */
export async function withFileLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  await takeLock(file);
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

async function takeLock(file: string): Promise<void> {
  const deadline = performance.now() + WAIT_MS;
  while (!(await tryLock(file))) {
    if (performance.now() > deadline) throw new Error(`Another process has held ${file} for too long.`);
    await delay(50);
  }
}

/** Takes the lock unless a living process holds it. */
export async function tryLock(file: string): Promise<boolean> {
  try {
    await writeFile(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    const holder = Number(await readFile(file, 'utf8').catch(() => '0'));
    if (holder > 0 && !isAlive(holder)) await rm(file, { force: true });
    return false;
  }
}

/** Whether a process with this pid exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
