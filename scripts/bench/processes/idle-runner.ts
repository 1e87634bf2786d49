import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { configEnvironment, readConfig } from '@job-manager/engine/config';
import { typescriptArgs } from '@job-manager/engine/typescript-loader';
import type { BenchDatabase, EngineBench } from '../engine-bench.js';
import type { EnginePart, Figure } from '../figure.js';
import { cpuOf } from '../process-cpu.js';
import { stopProcess } from './worker.js';

/** What `pnpm worker:jobs` runs. */
const COMMAND = fileURLToPath(new URL('../../workerJobs.ts', import.meta.url));
const READY_WITHIN_MS = 60_000;
/** For the rest of the start, the first pass of the maintenance included. */
const SETTLE_MS = 20_000;
const WATCHED_MS = 60_000;

/** What `pnpm worker:jobs` takes while there is nothing to do. */
export const idleRunner: EnginePart = {
  id: 'idle-runner',
  measure: async (bench) => {
    const database = await bench.newDatabase();
    const config = readConfig({ DATABASE_URL: database.url });
    const child = spawn(process.execPath, [...typescriptArgs, COMMAND], {
      env: { PATH: process.env.PATH, ...configEnvironment(config) },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    try {
      await untilReady(bench, database, child);
      await delay(SETTLE_MS, undefined, { signal: bench.signal });
      return await watch(bench, database, child.pid ?? 0);
    } finally {
      await stopProcess(child);
      await database.drop();
    }
  },
};

async function untilReady({ signal }: EngineBench, { pool }: BenchDatabase, child: ChildProcess): Promise<void> {
  const until = performance.now() + READY_WITHIN_MS;
  for (;;) {
    const { rowCount } = await pool.query(`SELECT FROM "Runner" WHERE status = 'ACTIVE'`);
    if (rowCount) return;
    if (child.exitCode !== null) throw new Error(`The worker ended by itself, with code ${child.exitCode}`);
    if (performance.now() > until) throw new Error('The worker did not start');
    await delay(100, undefined, { signal });
  }
}

async function watch({ signal }: EngineBench, { pool }: BenchDatabase, pid: number): Promise<Figure[]> {
  await pool.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
  await pool.query('SELECT pg_stat_statements_reset()');
  const [from, cpuBefore] = [performance.now(), await cpuOf(pid)];
  await delay(WATCHED_MS, undefined, { signal });
  const cpuMs = (await cpuOf(pid)) - cpuBefore;
  const ms = performance.now() - from;
  const { rows: queries } = await pool.query<{ query: string; calls: number }>(CALLS);
  const calls = queries.reduce((sum, query) => sum + query.calls, 0);
  const memory = await memoryOf(pid);
  const within = `a worker with nothing to do, watched for ${Math.round(ms / 1_000)} s`;
  return [
    { name: 'Idle runner, processor', value: (100 * cpuMs) / ms, unit: '% of a core', most: 1, details: [within] },
    {
      name: 'Idle runner, queries',
      value: (calls * 1_000) / ms,
      unit: '/s',
      most: 1,
      details: [
        `${within}; counted by pg_stat_statements`,
        ...queries.map(({ query, calls }) => `${calls} × ${query.trim().slice(0, 90)}`),
      ],
    },
    {
      name: 'Idle runner, memory',
      value: memory.rss,
      unit: 'MB',
      most: 120,
      details: [`${within}; ${memory.anonymous.toFixed(0)} MB of it its own, the rest of the files it runs from`],
    },
  ];
}

const CALLS = `
SELECT regexp_replace(query, '\\s+', ' ', 'g') AS query, sum(calls)::int AS calls FROM pg_stat_statements
WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND query NOT LIKE '%pg_stat_statements%'
GROUP BY 1 ORDER BY calls DESC`;

/** Of the process, in megabytes. */
async function memoryOf(pid: number): Promise<{ rss: number; anonymous: number }> {
  const status = await readFile(`/proc/${pid}/status`, 'latin1');
  const read = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024;
  return { rss: read('VmRSS'), anonymous: read('RssAnon') };
}
