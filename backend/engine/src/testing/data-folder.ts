import { chmod, mkdtemp, statfs } from 'node:fs/promises';
import { freemem, tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where Linux keeps files in memory. */
const IN_MEMORY = '/dev/shm';
/** PostgreSQL keeps a gigabyte of its log at most, and the databases that exist at once take some hundred megabytes. */
const MIN_FREE_BYTES = 4 * 1024 ** 3;

/**
 * Makes a folder for the data of a PostgreSQL that lives no longer than the tests, enterable by the account that
 * PostgreSQL runs under. It is in memory where there is enough: each copy of a database makes a thousand files and each
 * drop removes them, which costs the file system of a disk a tenth of the tests' processor time.
 */
export async function makeDataFolder(prefix: string): Promise<string> {
  const folder = await mkdtemp(join((await hasMemory()) ? IN_MEMORY : tmpdir(), prefix));
  await chmod(folder, 0o755);
  return folder;
}

async function hasMemory(): Promise<boolean> {
  const space = await statfs(IN_MEMORY).catch(() => undefined);
  return space !== undefined && Math.min(space.bavail * space.bsize, freemem()) >= MIN_FREE_BYTES;
}
