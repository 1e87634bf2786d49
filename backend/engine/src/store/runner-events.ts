import type { Sql } from './sql.js';

/** A runner is late for two of its heartbeats, then silent. It is lost only after several minutes. */
export const SILENT_HEARTBEATS = 3;

/**
 * Writes an event for each runner that has become silent, once per silence. Sweeps of two processes within the same
 * milliseconds may both write it; nothing depends on it.
 */
export async function noteSilentRunners(sql: Sql, heartbeatMs: number): Promise<void> {
  await sql.query(
    `INSERT INTO "RunnerEvent" ("runnerId", "runnerName", kind, severity, message)
     SELECT id, host || ':' || pid, 'silent', 'warning',
       'No heartbeat for ' || floor(extract(epoch FROM clock_timestamp() - "lastHeartbeatAt")) || ' s'
     FROM "Runner" r
     WHERE status IN ('ACTIVE', 'DRAINING') AND "lastHeartbeatAt" < clock_timestamp() - $1::float8 * interval '1 ms'
       AND NOT EXISTS (SELECT FROM "RunnerEvent" e WHERE e."runnerId" = r.id AND e.kind = 'silent' AND e.at > r."lastHeartbeatAt")
     FOR UPDATE OF r SKIP LOCKED`,
    [SILENT_HEARTBEATS * heartbeatMs],
  );
}

export interface NewRunnerEvent {
  kind: string;
  severity: 'info' | 'warning' | 'error';
  message: string;
}

/** Writes an event of a runner; nothing where the runner is no longer listed. */
export async function noteRunnerEvent(sql: Sql, runnerId: string, event: NewRunnerEvent): Promise<void> {
  await sql.query(
    `INSERT INTO "RunnerEvent" ("runnerId", "runnerName", kind, severity, message)
     SELECT id, host || ':' || pid, $2, $3, left($4, 500) FROM "Runner" WHERE id = $1`,
    [runnerId, event.kind, event.severity, event.message],
  );
}
