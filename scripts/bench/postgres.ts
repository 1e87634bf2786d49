import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPool } from '@job-manager/engine/database/client';
import { acquireEmbeddedDatabase } from '@job-manager/engine/database/embedded';
import type { Resources } from '@job-manager/server/cli/resources';

/** The benchmark's own PostgreSQL, which goes with its data. */
export interface BenchPostgres {
  /** For everything else that goes with it. */
  folder: string;
  /** Of its first database, which is empty. */
  url: string;
  /** Its first process, the parent of all others. */
  pid: number;
}

/** Starts an embedded PostgreSQL with the usual durability. */
export async function startPostgres(resources: Resources): Promise<BenchPostgres> {
  const folder = await resources.hold(makeFolder(), (path) => rm(path, { recursive: true, force: true }));
  const home = join(folder, 'postgres');
  const starting = acquireEmbeddedDatabase({
    dataDir: folder,
    home,
    settings: ['shared_preload_libraries=pg_stat_statements'],
  });
  const { url } = await resources.hold(starting, (database) => database.release());
  const [pid] = (await readFile(join(home, 'data', 'postmaster.pid'), 'utf8')).split('\n');
  return { folder, url, pid: Number(pid) };
}

/** An empty database more on the same PostgreSQL, with a folder of its own. */
export async function addDatabase({ folder, url, pid }: BenchPostgres): Promise<BenchPostgres> {
  const name = `another_${randomBytes(6).toString('hex')}`;
  const pool = createPool(url, { max: 1 });
  await pool.query(`CREATE DATABASE ${name}`).finally(() => pool.end());
  const other = new URL(url);
  other.pathname = `/${name}`;
  const itsFolder = join(folder, name);
  await mkdir(itsFolder);
  return { folder: itsFolder, url: other.href, pid };
}

/** Open to enter, because as root the database runs under an account of its own. */
async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'job-manager-bench-'));
  await chmod(folder, 0o755);
  return folder;
}
