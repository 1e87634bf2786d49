import { createPool } from '@job-manager/engine/database/client';
import { checkConnection, readSettings } from './database.js';
import { loadJobs } from './jobs-module.js';
import type { EngineSource } from './operate/engine.js';
import type { RunSource } from './run-job/run-job.js';
import { UsageError } from './run-job/usage-error.js';

// Where the commands of the package find the database, which DATABASE_URL names, and the code of jobs, which a file has that
// the application compiles. Tables are made by server and workers, or by `migrate`: these commands change none.

/** For the commands that show and steer; they need no code. */
export const packageEngine: EngineSource = {
  program: 'job-manager',
  loadJobs: async () => [],
  withDatabase: async (_config, work) => {
    const { databaseUrl } = readSettings();
    await checkConnection(databaseUrl);
    const pool = createPool(databaseUrl, { max: 2 });
    try {
      return await work(pool);
    } finally {
      await pool.end();
    }
  },
};

/** For `run`: its arguments without `--jobs <file>`, and the source that this file makes. */
export function packageRun(args: readonly string[]): [args: string[], source: RunSource] {
  const { file, rest } = takeJobsFile(args);
  const load = (name: string) => {
    if (name === '') throw new UsageError('--jobs needs a value.');
    return loadJobs(name);
  };
  const source: RunSource = {
    program: 'job-manager run',
    moreOptions: [
      ['--jobs <file>', 'the compiled module that exports a list called jobs; without it only --enqueue is possible'],
    ],
    actor: 'job-manager',
    startsRunner: 'job-manager worker',
    loadJobs: async () => (file === undefined ? null : load(file)),
    openDatabase: async () => {
      const { databaseUrl } = readSettings();
      await checkConnection(databaseUrl);
      return databaseUrl;
    },
  };
  return [rest, source];
}

/** A parameter of a job that is called `jobs` can be given in `--params`. */
function takeJobsFile(args: readonly string[]): { file: string | undefined; rest: string[] } {
  const at = args.findIndex((word) => word === '--jobs' || word.startsWith('--jobs='));
  const word = args[at];
  if (word === undefined) return { file: undefined, rest: [...args] };
  if (word !== '--jobs') return { file: word.slice('--jobs='.length), rest: args.toSpliced(at, 1) };
  return { file: args[at + 1] ?? '', rest: args.toSpliced(at, 2) };
}
