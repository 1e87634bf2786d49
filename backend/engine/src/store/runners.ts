import type { RunnerChange } from '@job-manager/shared/runner';
import { RUNNER_DEFAULTS } from './runner-defaults.js';
import type { Sql } from './sql.js';

export interface NewRunner {
  id: string;
  kind: 'BUILT_IN' | 'WORKER' | 'CLI';
  host: string;
  pid: number;
  version: string;
  concurrency: number;
  labels?: Record<string, string>;
  canRestart?: boolean;
  /** The runner whose place it takes. */
  replacesId?: string;
  /** What starts its process, as far as it can know. */
  supervisor?: string | null;
}

/**
 * Registers a runner, and returns the default settings that it has to apply; registering it again is harmless. A runner
 * of the command line executes a single run, so it gets none.
 */
export async function registerRunner(sql: Sql, runner: NewRunner): Promise<RunnerChange> {
  const { rows } = await sql.query<{ change: RunnerChange }>(REGISTER, [
    runner.id,
    runner.kind,
    runner.host,
    runner.pid,
    runner.version,
    runner.concurrency,
    JSON.stringify(runner.labels ?? {}),
    runner.canRestart ?? false,
    runner.replacesId ?? null,
    runner.supervisor ?? null,
  ]);
  return rows[0]?.change ?? {};
}

const REGISTER = `
WITH adopted AS MATERIALIZED (
  SELECT coalesce((SELECT value FROM "Setting" WHERE key = '${RUNNER_DEFAULTS}' AND $2::text <> 'CLI'), '{}') AS change
), registered AS (
  INSERT INTO "Runner" (id, kind, host, pid, version, concurrency, labels, "canRestart", "replacesId", supervisor, "logLevel", channels, status)
  SELECT $1::uuid, $2::"RunnerKind", $3, $4, $5, coalesce((change ->> 'concurrency')::int, $6::int), $7::jsonb, $8::boolean, $9::uuid, $10,
    change ->> 'logLevel',
    CASE WHEN jsonb_typeof(change -> 'channels') = 'array' THEN ARRAY(SELECT jsonb_array_elements_text(change -> 'channels')) END,
    CASE WHEN (change ->> 'isPaused')::boolean THEN 'DRAINING' ELSE 'ACTIVE' END::"RunnerStatus"
  FROM adopted
  ON CONFLICT (id) DO UPDATE SET status = EXCLUDED.status, "lastHeartbeatAt" = clock_timestamp(), "stoppedAt" = NULL
)
SELECT change FROM adopted`;

/** Notes that a runner stops claiming, has stopped, or claims again. */
export async function setRunnerStatus(
  sql: Sql,
  id: string,
  status: 'ACTIVE' | 'DRAINING' | 'STOPPED' | 'LOST',
): Promise<void> {
  await sql.query(
    `UPDATE "Runner" SET status = $2::"RunnerStatus", "activeRuns" = CASE WHEN $2 IN ('ACTIVE', 'DRAINING') THEN "activeRuns" ELSE 0 END,
       "stoppedAt" = CASE WHEN $2 IN ('ACTIVE', 'DRAINING') THEN NULL ELSE clock_timestamp() END
     WHERE id = $1`,
    [id, status],
  );
}

/** Marks a runner as lost whose process is known to have ended. */
export async function markRunnerLost(sql: Sql, id: string): Promise<void> {
  await sql.query(`UPDATE "Runner" SET status = 'LOST', "activeRuns" = 0 WHERE id = $1 AND status <> 'STOPPED'`, [id]);
}

/** Marks the runners without heartbeats for too long as lost, and returns their ids. */
export async function markLostRunners(sql: Sql, withoutHeartbeatMs: number): Promise<string[]> {
  const lost = await sql.query<{ id: string }>(
    `UPDATE "Runner" SET status = 'LOST', "activeRuns" = 0
     WHERE status IN ('ACTIVE', 'DRAINING') AND "lastHeartbeatAt" < clock_timestamp() - $1::float8 * interval '1 ms'
     RETURNING id`,
    [withoutHeartbeatMs],
  );
  return lost.rows.map((row) => row.id);
}

/** The active runners, with their process on their machine. */
export async function readLivingRunners(sql: Sql): Promise<{ id: string; pid: number; startedAt: Date }[]> {
  const living = await sql.query<{ id: string; pid: number; startedAt: Date }>(
    `SELECT id, pid, "startedAt" FROM "Runner" WHERE status IN ('ACTIVE', 'DRAINING')`,
  );
  return living.rows;
}
