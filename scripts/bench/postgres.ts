import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { acquireEmbeddedDatabase } from '@job-manager/backend/database/embedded';
import type { Resources } from '../lib/resources.js';

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

/** Open to enter, because as root the database runs under an account of its own. */
async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'job-manager-bench-'));
  await chmod(folder, 0o755);
  return folder;
}
