import { setTimeout as delay } from 'node:timers/promises';
import type { Bench } from './bench.js';
import { databaseOffset, now } from './clock.js';
import type { Part } from './figure.js';
import { describeSpread, spreadOf } from './percentile.js';

/** Finds no feed row to remove, and ends at once. */
const QUICK_JOB = 'feed-presort-cleanup';
/** The first ones open connections and compile statements on both sides, and don't count. */
const WARM_UP = 10;
const COUNTED = 205;
/** Between two requests, so that the runner has gone back to sleep; uneven, so that no timer keeps step with it. */
const PAUSE_MS = { least: 90, most: 190 };

interface Enqueued {
  id: string;
  /** Just before the request, and when its answer was read. */
  askedAt: number;
  answeredAt: number;
}

interface Started {
  id: string;
  startedAt: number;
  queueDelayMs: number;
  /** The run before it had ended when this one was queued. */
  wasIdle: boolean;
}

/** From just before the request of a program to the moment the built-in runner took the run. */
export const enqueueToStart: Part = {
  id: 'enqueue-to-start',
  measure: async (bench) => {
    for (let count = 0; count < WARM_UP; count += 1) await enqueue(bench);
    const enqueued: Enqueued[] = [];
    for (let count = 0; count < COUNTED; count += 1) enqueued.push(await enqueue(bench));
    const offset = await databaseOffset(bench);
    const started = await readStarts(bench, enqueued);
    const idle = enqueued.flatMap(({ id, askedAt }) => {
      const run = started.get(id);
      return run?.wasIdle ? [{ delay: run.startedAt - offset - askedAt, queued: run.queueDelayMs }] : [];
    });
    const spread = spreadOf(idle.map((run) => run.delay));
    return [
      {
        name: 'Enqueue by the API to start, idle runner, p95',
        value: spread.p95,
        unit: 'ms',
        most: 50,
        details: [
          `${describeSpread(spread)}; ${enqueued.length - idle.length} left out, the runner wasn’t idle`,
          `in the queue (queueDelayMs): ${describeSpread(spreadOf(idle.map((run) => run.queued)))}`,
          `answer of the API: ${describeSpread(spreadOf(enqueued.map((each) => each.answeredAt - each.askedAt)))}`,
        ],
      },
    ];
  },
};

async function enqueue(bench: Bench): Promise<Enqueued> {
  await delay(PAUSE_MS.least + Math.random() * (PAUSE_MS.most - PAUSE_MS.least));
  const askedAt = now();
  const answer = await bench.call('POST', '/admin/jobs/enqueue', { jobName: QUICK_JOB, parameters: {} });
  const answeredAt = now();
  return { id: (JSON.parse(answer) as { jobRunId: string }).jobRunId, askedAt, answeredAt };
}

async function readStarts({ pool }: Bench, enqueued: Enqueued[]): Promise<Map<string, Started>> {
  const { rows } = await pool.query<Started>(
    `SELECT id, extract(epoch FROM "startedAt")::float8 * 1000 AS "startedAt", "queueDelayMs"::int AS "queueDelayMs",
       coalesce(lag("finishedAt") OVER (ORDER BY id) < "queuedAt", true) AS "wasIdle"
     FROM "JobRun" WHERE id = ANY($1::bigint[]) AND "startedAt" IS NOT NULL`,
    [enqueued.map(({ id }) => id)],
  );
  return new Map(rows.map((row) => [row.id, row]));
}
