import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ConfigError } from '../config.js';
import { isProcessRunning, startOf } from './process-start.js';

const WAIT_MS = 90_000;
const RETRY_MS = 50;
/** An empty lock belongs to a process that is about to write into it, or that ended before it could. */
const EMPTY_MS = 2_000;

/**
 * The content that this process writes. A pid alone is not enough: another process may have it later, in a container
 * even at once.
 */
const MINE = `${process.pid} ${startOf(process.pid)} ${randomUUID()}`;

/**
 * Runs `work` while holding a lock file; takes over a lock whose process has ended. Throws ConfigError where the file
 * can't be written, or another process holds it for too long.
 */
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
  await mkdir(dirname(file), { recursive: true }).catch(refuse(file));
  while (!(await tryLock(file))) {
    if (performance.now() > deadline) throw new ConfigError(`Another process has held ${file} for too long.`);
    await delay(RETRY_MS);
  }
}

/** Takes the lock unless a living process holds it. Throws ConfigError where the file can't be written. */
export async function tryLock(file: string): Promise<boolean> {
  if (await create(file)) return true;
  if (!(await isLeft(file))) return false;
  // One process at a time checks again and takes over; otherwise a second one would remove the lock that the first has
  // just taken.
  const takeover = `${file}.takeover`;
  if (!(await create(takeover))) {
    if (await isLeft(takeover)) await rm(takeover, { force: true });
    return false;
  }
  try {
    if (!(await isLeft(file))) return false;
    await rm(file, { force: true });
    return await create(file);
  } finally {
    await rm(takeover, { force: true });
  }
}

/** False where there is such a file already. */
async function create(file: string): Promise<boolean> {
  try {
    await writeFile(file, MINE, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    return refuse(file)(error as Error);
  }
}

const refuse =
  (file: string) =>
  (error: Error): never => {
    const message = `The file ${file} can't be written, which this user needs to be able to do: ${error.message}`;
    throw new ConfigError(message, { cause: error });
  };

/** Whether the process that made a lock has ended. */
async function isLeft(file: string): Promise<boolean> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return false;
  const [pid = 0, start] = [Number(text.split(' ')[0]), text.split(' ')[1]];
  if (!(pid > 0)) return isOlderThan(file, EMPTY_MS);
  if (pid === process.pid) return text !== MINE;
  return !isProcessRunning(pid) || (start !== undefined && start !== startOf(pid));
}

async function isOlderThan(file: string, ageMs: number): Promise<boolean> {
  const made = await stat(file).catch(() => undefined);
  return made !== undefined && Date.now() - made.mtimeMs > ageMs;
}
