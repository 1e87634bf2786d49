import { setTimeout as delay } from 'node:timers/promises';
import type { BenchDatabase } from '../engine-bench.js';
import { noOp } from '../processes/bench-jobs.js';

/** Between two counts of the remaining runs. */
const LOOK_MS = 10;
/** A drain that does not end is an error. */
const MAX_MS = 120_000;

export interface DrainOrder {
  runs: number;
  jobName?: string;
  /** Over so many channels, in turn; all in the usual one unless given. */
  channels?: number;
  signal: AbortSignal;
  /** Called once all are queued, when workers may begin. */
  onQueued?(): Promise<unknown>;
}

/**
 * Queues runs for workers that are awake already, and returns how many of them ended per second: from the first start
 * to the last end by the database's clock. Throws when one of them didn't succeed.
 */
export async function drainQueued({ pool }: Pick<BenchDatabase, 'pool'>, order: DrainOrder): Promise<number> {
  const { runs, jobName = noOp.name, channels = 1, signal, onQueued } = order;
  const { rows } = await pool.query<{ before: string }>('SELECT coalesce(max(id), 0) AS before FROM "JobRun"');
  const before = rows[0]?.before ?? '0';
  // In one transaction, so that they are all there when the first is claimed.
  await pool.query(
    `WITH queued AS (
      INSERT INTO "JobRun" ("jobName", channel)
      SELECT $1, CASE $3::int WHEN 1 THEN 'default' ELSE 'channel-' || n % $3 END FROM generate_series(1, $2::int) n RETURNING id
    )
    SELECT pg_notify('job_manager_queued', '') FROM (SELECT count(*) FROM queued) counted`,
    [jobName, runs, channels],
  );
  await onQueued?.();
  await untilEmpty(pool, signal);
  const drained = await pool.query<{ ended: number; seconds: number }>(DRAINED, [before]);
  const { ended = 0, seconds = Number.NaN } = drained.rows[0] ?? {};
  if (ended !== runs) throw new Error(`Of ${runs} runs ${ended} succeeded`);
  return runs / seconds;
}

async function untilEmpty(pool: BenchDatabase['pool'], signal: AbortSignal): Promise<void> {
  const until = performance.now() + MAX_MS;
  for (;;) {
    const { rows } = await pool.query<{ isEmpty: boolean }>(IS_EMPTY);
    if (rows[0]?.isEmpty) return;
    if (performance.now() > until) throw new Error('The workers came to no end');
    await delay(LOOK_MS, undefined, { signal });
  }
}

// Each of them is a read of a small index: it costs the drain nothing.
const IS_EMPTY = `
SELECT NOT EXISTS (SELECT FROM "JobRun" WHERE status = 'RUNNING' AND "finishedAt" IS NULL) AND NOT EXISTS (SELECT FROM "JobRun" WHERE status = 'QUEUED' AND "finishedAt" IS NULL) AS "isEmpty"`;

const DRAINED = `
SELECT count(*)::int AS ended, extract(epoch FROM max("finishedAt") - min("startedAt"))::float8 AS seconds
FROM "JobRun" WHERE id > $1 AND status = 'SUCCESS'`;
