import type { Sql } from '../../store/sql.js';
import type { Lease } from './beat.js';
import { countEnded } from './count.js';

/**
 * Hands runs back to the queue, as a runner does that is being stopped. The attempt is refunded: the
 * run did nothing wrong. One that was asked to stop ends as CANCELLED instead, for it may never start again.
 */
export async function releaseRuns(sql: Sql, leases: Lease[]): Promise<void> {
  await sql.query(RELEASE, [leases.map((lease) => lease.id), leases.map((lease) => lease.leaseToken)]);
}

const RELEASE = `
WITH moment AS MATERIALIZED (SELECT clock_timestamp() AS at
), held AS MATERIALIZED (
  SELECT j.id, j."cancelRequestedAt" IS NOT NULL AS cancelled
  FROM "JobRun" j JOIN unnest($1::bigint[], $2::uuid[]) AS lease(id, token) ON j.id = lease.id AND j."leaseToken" = lease.token
  WHERE j.status = 'RUNNING' ORDER BY j.id FOR UPDATE OF j
), released AS (
  UPDATE "JobRun" j
  SET status = CASE WHEN held.cancelled THEN 'CANCELLED' ELSE 'QUEUED' END::"JobRunStatus",
      attempt = j.attempt - 1, rev = j.rev + 1, "leaseToken" = NULL, "lastHeartbeatAt" = NULL,
      "runnerId" = CASE WHEN held.cancelled THEN j."runnerId" END,
      "startedAt" = CASE WHEN held.cancelled THEN j."startedAt" END,
      "finishedAt" = CASE WHEN held.cancelled THEN moment.at END,
      "durationMs" = CASE WHEN held.cancelled THEN greatest(0, extract(epoch FROM moment.at - j."startedAt") * 1000)::bigint END,
      "progressPercent" = NULL, "progressMessage" = NULL
  FROM held, moment WHERE j.id = held.id
  RETURNING j.*
), counted AS (${countEnded('released')})
SELECT id FROM released`;
