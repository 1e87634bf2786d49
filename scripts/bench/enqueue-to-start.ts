import { setTimeout as delay } from 'node:timers/promises';
import type { Bench } from './bench.js';
import { databaseOffset, now } from './clock.js';
import type { Part } from './figure.js';
import { describeSpread, spreadOf } from './percentile.js';

/** Finds no feed row to remove, and ends at once. */
const QUICK_JOB = 'feed-presort-cleanup';
const EVERY_MS = 20;
/** The first ones open connections and compile statements on both sides, and don't count. */
const WARM_UP = 50;
const COUNTED = 500;

interface Enqueued {
  id: string;
  /** Just before the request, and when its answer was read. */
  sentAt: number;
  answeredAt: number;
}

interface Started {
  id: string;
  startedAt: number;
  queueDelayMs: number;
}

/**
 * From just before the request of a program to the moment the built-in runner, which has nothing else to do, took the
 * run.
 */
export const enqueueToStart: Part = {
  id: 'enqueue-to-start',
  measure: async (bench) => {
    const enqueued = await enqueueSteadily(bench);
    const offset = await databaseOffset(bench);
    const started = await readStarts(bench, enqueued);
    const runs = enqueued.slice(WARM_UP).map((each) => ({ ...each, ...startOf(started, each.id) }));
    const spread = spreadOf(runs.map((run) => run.startedAt - offset - run.sentAt));
    const name = `Enqueue by the API to start at ${1_000 / EVERY_MS}/s, idle runner`;
    return [
      { name: `${name}, p95`, value: spread.p95, unit: 'ms', most: 50, details: [] },
      {
        name: `${name}, p99`,
        value: spread.p99,
        unit: 'ms',
        most: 25,
        details: [
          describeSpread(spread),
          `in the queue (queueDelayMs): ${describeSpread(spreadOf(runs.map((run) => run.queueDelayMs)))}`,
          `answer of the API: ${describeSpread(spreadOf(runs.map((run) => run.answeredAt - run.sentAt)))}`,
        ],
      },
    ];
  },
};

/** Whether the last was answered or not, as programs do that know nothing of each other. */
function enqueueSteadily(bench: Bench): Promise<Enqueued[]> {
  const from = now();
  // Uneven, so that no timer keeps step with it.
  const times = Array.from({ length: WARM_UP + COUNTED }, (_, turn) => from + (turn + Math.random()) * EVERY_MS);
  return Promise.all(times.map((at) => enqueue(bench, at)));
}

async function enqueue(bench: Bench, at: number): Promise<Enqueued> {
  await delay(Math.max(0, at - now()));
  const sentAt = now();
  const answer = await bench.call('POST', '/admin/jobs/enqueue', { jobName: QUICK_JOB, parameters: {} });
  const answeredAt = now();
  return { id: (JSON.parse(answer) as { jobRunId: string }).jobRunId, sentAt, answeredAt };
}

/** Waits for the last of them; what hasn't begun by then is an error. */
async function readStarts({ pool }: Bench, enqueued: Enqueued[]): Promise<Map<string, Started>> {
  await delay(1_000);
  const { rows } = await pool.query<Started>(
    `SELECT id, extract(epoch FROM "startedAt")::float8 * 1000 AS "startedAt", "queueDelayMs"::int AS "queueDelayMs"
     FROM "JobRun" WHERE id = ANY($1::bigint[]) AND "startedAt" IS NOT NULL`,
    [enqueued.map(({ id }) => id)],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

function startOf(started: ReadonlyMap<string, Started>, id: string): Started {
  const run = started.get(id);
  if (!run) throw new Error(`Run ${id} had not begun a second after the last request`);
  return run;
}
