import { type RunSummaryRow, selectSummary } from '../../store/run-row.js';
import type { Sql } from '../../store/sql.js';
import type { Actor } from '../queue.js';
import { auditFrom, auditValues } from './audit.js';
import { countEnded } from './count.js';

/** At most so many in one statement, so that a mass death never holds locks for long. */
const MOST = 500;

/** Takes back the runs that gave no heartbeat for `stalledAfterMs`, by the database's clock. */
export async function recoverStalledRuns(sql: Sql, stalledAfterMs: number, actor: Actor): Promise<RunSummaryRow[]> {
  const recovered = await sql.query<RunSummaryRow>(STALLED, [stalledAfterMs, ...auditValues(actor)]);
  return recovered.rows;
}

/** Takes back all runs of a runner that is known to be dead. */
export async function recoverRunsOf(sql: Sql, runnerId: string, actor: Actor): Promise<RunSummaryRow[]> {
  const recovered = await sql.query<RunSummaryRow>(OF_RUNNER, [runnerId, ...auditValues(actor)]);
  return recovered.rows;
}

// A run that was asked to stop is cancelled, never queued again; one with attempts left is queued again,
// keeping its place; the rest fail. The token is cleared, so whatever its runner still sends changes nothing.
const recover = (which: string, why: string) => `
WITH moment AS MATERIALIZED (SELECT clock_timestamp() AS at
), lost AS MATERIALIZED (
  SELECT id, CASE WHEN "cancelRequestedAt" IS NOT NULL THEN 'CANCELLED' WHEN attempt < "maxAttempts" THEN 'QUEUED' ELSE 'FAILED' END AS next
  FROM "JobRun" WHERE status = 'RUNNING' AND ${which}
  ORDER BY id LIMIT ${MOST} FOR UPDATE SKIP LOCKED
), recovered AS (
  UPDATE "JobRun" j
  SET status = lost.next::"JobRunStatus", rev = j.rev + 1, "leaseToken" = NULL,
      error = CASE lost.next WHEN 'FAILED' THEN ${why} || ' (attempt ' || j.attempt || ' of ' || j."maxAttempts" || ')' END,
      "finishedAt" = CASE WHEN lost.next <> 'QUEUED' THEN moment.at END,
      "durationMs" = CASE WHEN lost.next <> 'QUEUED' THEN greatest(0, extract(epoch FROM moment.at - j."startedAt") * 1000)::bigint END,
      "startedAt" = CASE WHEN lost.next <> 'QUEUED' THEN j."startedAt" END,
      "runnerId" = CASE WHEN lost.next <> 'QUEUED' THEN j."runnerId" END,
      "lastHeartbeatAt" = CASE WHEN lost.next <> 'QUEUED' THEN j."lastHeartbeatAt" END,
      "progressPercent" = CASE WHEN lost.next <> 'QUEUED' THEN j."progressPercent" END,
      "progressMessage" = CASE WHEN lost.next <> 'QUEUED' THEN j."progressMessage" END
  FROM lost, moment WHERE j.id = lost.id
  RETURNING j.*
), counted AS (${countEnded('recovered')}
), audited AS (${auditFrom('recovered', 'run.recover', 2)})
${selectSummary('recovered')}`;

const STALLED = recover(
  `"lastHeartbeatAt" < clock_timestamp() - $1::float8 * interval '1 ms'`,
  `'The runner stopped responding: no heartbeat for ' || round($1::float8 / 1000) || ' s'`,
);
const OF_RUNNER = recover('"runnerId" = $1', `'The runner died while the job was running'`);
