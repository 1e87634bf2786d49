import type { RunnerPulse } from '@job-manager/shared/contract/metrics';
import type { Sql } from '../sql.js';

const MAX_RUNNERS = 50;
const MAX_BEATS = 240;

interface Row {
  runnerId: string;
  name: string;
  status: RunnerPulse['status'];
  startedAt: Date;
  /** Milliseconds since 1970, the newest first. */
  at: number[];
  latencyMs: (number | null)[];
}

/** The heartbeats of the runners since a moment: of the active ones, then of those that were active then. */
export async function readPulse(sql: Sql, since: Date): Promise<RunnerPulse[]> {
  const { rows } = await sql.query<Row>({ name: 'pulse', text: PULSE, values: [since] });
  return rows.map(({ at, latencyMs, startedAt, ...runner }) => ({
    ...runner,
    startedAt: startedAt.toISOString(),
    beats: at.map((ms, index) => ({ at: new Date(ms).toISOString(), latencyMs: latencyMs[index] ?? null })).reverse(),
  }));
}

const PULSE = `
SELECT r.id AS "runnerId", r.host || ':' || r.pid AS name, r.status, r."startedAt", b.at, b."latencyMs"
FROM (
  SELECT * FROM "Runner" WHERE status IN ('ACTIVE', 'DRAINING') OR "lastHeartbeatAt" >= $1
  ORDER BY status IN ('ACTIVE', 'DRAINING') DESC, host, pid, id LIMIT ${MAX_RUNNERS}
) r CROSS JOIN LATERAL (
  SELECT coalesce(array_agg(extract(epoch FROM beat.at)::float8 * 1000 ORDER BY beat.at DESC), '{}') AS at,
    coalesce(array_agg(beat."latencyMs"::float8 ORDER BY beat.at DESC), '{}') AS "latencyMs"
  FROM (SELECT at, "latencyMs" FROM "RunnerBeat" WHERE "runnerId" = r.id AND step = 'BEAT' AND at >= $1 ORDER BY at DESC LIMIT ${MAX_BEATS}) beat
) b
ORDER BY r.status IN ('ACTIVE', 'DRAINING') DESC, r.host, r.pid, r.id`;
