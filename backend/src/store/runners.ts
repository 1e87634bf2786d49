import type { Sql } from './sql.js';

export interface NewRunner {
  id: string;
  kind: 'BUILT_IN' | 'WORKER' | 'CLI';
  host: string;
  pid: number;
  version: string;
  concurrency: number;
}

/** Announces a runner; announcing it again is harmless. */
export async function registerRunner(sql: Sql, runner: NewRunner): Promise<void> {
  await sql.query(
    `INSERT INTO "Runner" (id, kind, host, pid, version, concurrency) VALUES ($1, $2::"RunnerKind", $3, $4, $5, $6)
     ON CONFLICT (id) DO UPDATE SET status = 'ACTIVE', "lastHeartbeatAt" = clock_timestamp(), "stoppedAt" = NULL`,
    [runner.id, runner.kind, runner.host, runner.pid, runner.version, runner.concurrency],
  );
}

/** Notes that a runner stops claiming, or has stopped. */
export async function setRunnerStatus(sql: Sql, id: string, status: 'DRAINING' | 'STOPPED' | 'LOST'): Promise<void> {
  await sql.query(
    `UPDATE "Runner" SET status = $2::"RunnerStatus", "activeRuns" = CASE WHEN $2 = 'DRAINING' THEN "activeRuns" ELSE 0 END,
       "stoppedAt" = CASE WHEN $2 = 'DRAINING' THEN NULL ELSE clock_timestamp() END
     WHERE id = $1`,
    [id, status],
  );
}

/** Marks a runner whose process is known to be dead. */
export async function markRunnerLost(sql: Sql, id: string): Promise<void> {
  await sql.query(`UPDATE "Runner" SET status = 'LOST', "activeRuns" = 0 WHERE id = $1 AND status <> 'STOPPED'`, [id]);
}

/** Marks the runners that have been silent for too long, and returns their ids. */
export async function markLostRunners(sql: Sql, silentForMs: number): Promise<string[]> {
  const lost = await sql.query<{ id: string }>(
    `UPDATE "Runner" SET status = 'LOST', "activeRuns" = 0
     WHERE status IN ('ACTIVE', 'DRAINING') AND "lastHeartbeatAt" < clock_timestamp() - $1::float8 * interval '1 ms'
     RETURNING id`,
    [silentForMs],
  );
  return lost.rows.map((row) => row.id);
}

/** The runners that count as living, with their process on their machine. */
export async function readLivingRunners(sql: Sql): Promise<{ id: string; pid: number; startedAt: Date }[]> {
  const living = await sql.query<{ id: string; pid: number; startedAt: Date }>(
    `SELECT id, pid, "startedAt" FROM "Runner" WHERE status IN ('ACTIVE', 'DRAINING')`,
  );
  return living.rows;
}
