import { isLiving } from '../../store/job-versions.js';
import type { Sql } from '../../store/sql.js';
import { archiveAttempt } from './attempt.js';
import type { Lease } from './beat.js';
import { countNote, noteFrom } from './note.js';

export interface Refusal extends Lease {
  /** The version of the job that refuses the parameters, and its `algorithmVersion`. */
  version: string;
  algorithmVersion: string;
  /** Why it does, in words. */
  reason: string;
}

/**
 * Hands a run back to the queue whose parameters don't fit the version of its job that this process has, for a process
 * of another version. The attempt is refunded. Changes nothing and returns false where every version that lives has
 * refused it, or where it was asked to stop: then there is nothing to wait for.
 */
export async function refuseRun(sql: Sql, refusal: Refusal): Promise<boolean> {
  const { id, leaseToken, version, algorithmVersion, reason } = refusal;
  return (await sql.query(REFUSE, [id, leaseToken, version, algorithmVersion, reason])).rowCount === 1;
}

const REFUSE = `
WITH moment AS MATERIALIZED (SELECT clock_timestamp() AS at
), held AS MATERIALIZED (
  SELECT j.id, j."claimNo", j.attempt, j."runnerId", j."startedAt" FROM "JobRun" j
  WHERE j.id = $1 AND j."leaseToken" = $2 AND j.status = 'RUNNING' AND j."cancelRequestedAt" IS NULL AND EXISTS (
    SELECT FROM "JobProcess" p CROSS JOIN LATERAL unnest(p."jobNames", p.versions) AS has("jobName", version)
    WHERE has."jobName" = j."jobName" AND has.version <> $3 AND ${isLiving('p')} AND NOT EXISTS (
      SELECT FROM "JobRunAttempt" a WHERE a."runId" = j.id AND a."refusedBy" = has.version))
  FOR UPDATE OF j
), released AS (
  UPDATE "JobRun" j
  SET status = 'QUEUED', attempt = j.attempt - 1, rev = j.rev + 1, "leaseToken" = NULL, "lastHeartbeatAt" = NULL,
      "runnerId" = NULL, "startedAt" = NULL, "progressPercent" = NULL, "progressMessage" = NULL, steps = NULL, ${countNote('WARN')}
  FROM held WHERE j.id = held.id
  RETURNING j.id, j."messageCount", held.attempt
), archived AS (
  ${archiveAttempt('(SELECT * FROM held, moment) ended', `'RELEASED'`, '$5::text', { '"refusedBy"': '$3::varchar' })}
), noted AS (
  ${noteFrom(
    'released',
    'WARN',
    `'Version ' || $4 || ' of the job can not take it; handed back to the queue for another version, without using up an attempt: ' || $5`,
  )}
)
SELECT id FROM released`;
