import { setTimeout as delay } from 'node:timers/promises';
import { countEnded } from '@job-manager/engine/queue/transitions/count';
import type { BenchDatabase } from '../engine-bench.js';
import { noOp } from './bench-jobs.js';

/** Ticks a second, and how many runs start and end in each: a thousand changes of state a second. */
const TICK_MS = 20;
const EACH = 10;
/** Runs stay so many ticks, longer than any gap between two reads of them. */
const TICKS_OF_A_RUN = 8;

/** Has runs start and end, steadily, by statements of its own, for the given time. Returns how many changes it made. */
export async function changeSteadily(
  { pool }: Pick<BenchDatabase, 'pool'>,
  { forMs, signal }: { forMs: number; signal: AbortSignal },
): Promise<number> {
  const from = performance.now();
  let changes = 0;
  for (let tick = 0; tick * TICK_MS < forMs; tick += 1) {
    await delay(Math.max(0, from + tick * TICK_MS - performance.now()), undefined, { signal });
    const { rows } = await pool.query<{ changes: number }>({ name: 'change', text: CHANGE, values: [noOp.name] });
    changes += rows[0]?.changes ?? 0;
  }
  return changes;
}

const CHANGE = `
WITH old AS MATERIALIZED (
  SELECT id FROM "JobRun" WHERE status = 'RUNNING' AND "finishedAt" IS NULL ORDER BY id
  LIMIT greatest(0, (SELECT count(*) FROM "JobRun" WHERE status = 'RUNNING' AND "finishedAt" IS NULL) - ${EACH * (TICKS_OF_A_RUN - 1)})
), ended AS (
  UPDATE "JobRun" j SET status = 'SUCCESS', "finishedAt" = clock_timestamp(), "durationMs" = 100, "progressPercent" = 100, rev = rev + 1
  FROM old WHERE j.id = old.id AND j."finishedAt" IS NULL RETURNING j.*
), counted AS (${countEnded('ended')}
), started AS (
  INSERT INTO "JobRun" ("jobName", status, trigger, "algorithmVersion", attempt, "claimNo", rev, "startedAt", "lastHeartbeatAt",
    "queueDelayMs", "runnerId", "leaseToken")
  SELECT $1, 'RUNNING', 'API', '1', 1, 1, 1, clock_timestamp(), clock_timestamp(), 3, '00000000-0000-4000-8000-000000000001', gen_random_uuid()
  FROM generate_series(1, ${EACH}) RETURNING id
), notified AS (SELECT pg_notify('job_manager_changed', ''))
SELECT ((SELECT count(*) FROM ended) + (SELECT count(*) FROM started))::int AS changes FROM notified`;
