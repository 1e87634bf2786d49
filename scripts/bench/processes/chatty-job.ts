import { setTimeout as delay } from 'node:timers/promises';
import type { BenchDatabase, EngineBench } from '../engine-bench.js';
import type { EnginePart } from '../figure.js';
import { percentile } from '../percentile.js';
import { worker } from './bench-jobs.js';
import { type BenchWorker, startBenchWorker, withWorkers } from './worker.js';

const PIECES = 10_000;
/** Short runs, so more of them than of what takes minutes. */
const ROUNDS_TIMES = 3;

interface EndedRun {
  status: string;
  durationMs: number;
  messages: number;
  /** Of the worker's process and of PostgreSQL, from before it was queued until its end was seen. */
  workerMs: number;
  postgresMs: number;
}

/** What it costs a job of about a second to log a line and report progress after each of its 10,000 pieces of work. */
export const chattyJob: EnginePart = {
  id: 'chatty-job',
  measure: async (bench) => {
    const database = await bench.newDatabase();
    try {
      const { chatty, silent } = await measureInTurn(bench, database);
      const more = chatty.map((run, round) => 100 * (run.durationMs / (silent[round]?.durationMs ?? Number.NaN) - 1));
      const inSeconds = (runs: EndedRun[]) =>
        (
          percentile(
            runs.map((run) => run.durationMs),
            50,
          ) / 1_000
        ).toFixed(2);
      const inMs = (runs: EndedRun[], key: 'workerMs' | 'postgresMs') =>
        Math.round(
          percentile(
            runs.map((run) => run[key]),
            50,
          ),
        ).toLocaleString('en');
      return [
        {
          name: `Time that ${PIECES.toLocaleString('en')} lines and reports of progress add to a job`,
          value: percentile(more, 50),
          unit: '%',
          most: 10,
          details: [
            `median of ${more.length} rounds in turn: ${Math.min(...more).toFixed(1)} to ${Math.max(...more).toFixed(1)} %`,
            `from start to recorded end, all messages stored: ${inSeconds(chatty)} s; in silence ${inSeconds(silent)} s`,
            `processor time: worker ${inMs(chatty, 'workerMs')} ms, PostgreSQL ${inMs(chatty, 'postgresMs')} ms; in silence ${inMs(silent, 'workerMs')} and ${inMs(silent, 'postgresMs')} ms`,
            `each piece hashes 160 kB; messages kept per run: ${Math.min(...chatty.map((run) => run.messages)).toLocaleString('en')}`,
          ],
        },
      ];
    } finally {
      await database.drop();
    }
  },
};

async function measureInTurn(bench: EngineBench, database: BenchDatabase) {
  const runs = { chatty: [] as EndedRun[], silent: [] as EndedRun[] };
  await withWorkers([startBenchWorker(database.url)], async ([process]) => {
    if (!process) throw new Error('A worker was requested');
    const runOne = (isChatty: boolean) => runAlone({ bench, database, process }, isChatty);
    for (let round = 0; round <= bench.rounds * ROUNDS_TIMES; round += 1) {
      const [silent, chatty] = [await runOne(false), await runOne(true)];
      if (chatty.messages !== PIECES) throw new Error(`Of ${PIECES} lines ${chatty.messages} were kept`);
      // The first compiles and opens what the others find; it doesn't count.
      if (round === 0) continue;
      runs.silent.push(silent);
      runs.chatty.push(chatty);
    }
  });
  return runs;
}

interface Scene {
  bench: EngineBench;
  database: BenchDatabase;
  process: BenchWorker;
}

async function runAlone({ bench, database: { pool }, process }: Scene, isChatty: boolean): Promise<EndedRun> {
  const [workerBefore, postgresBefore] = [await process.cpuMs(), await bench.postgresCpuMs()];
  const queued = await pool.query<{ id: string }>(QUEUE, [worker.name, { pieces: PIECES, isChatty }]);
  for (;;) {
    const { rows } = await pool.query<Pick<EndedRun, 'status' | 'durationMs' | 'messages'>>(ENDED, [
      queued.rows[0]?.id,
    ]);
    const [run] = rows;
    if (run && run.status !== 'SUCCESS') throw new Error(`The run ended as ${run.status}`);
    if (run) {
      const workerMs = (await process.cpuMs()) - workerBefore;
      return { ...run, workerMs, postgresMs: (await bench.postgresCpuMs()) - postgresBefore };
    }
    await delay(50, undefined, { signal: bench.signal });
  }
}

const QUEUE = `
WITH queued AS (INSERT INTO "JobRun" ("jobName", parameters) VALUES ($1, $2) RETURNING id)
SELECT id, pg_notify('job_manager_queued', '') FROM queued`;

const ENDED = `
SELECT status, "durationMs"::float8 AS "durationMs", (SELECT count(*)::int FROM "JobRunMessage" m WHERE m."runId" = r.id) AS messages
FROM "JobRun" r WHERE id = $1 AND "finishedAt" IS NOT NULL`;
