import { isLiving } from '../../store/job-versions.js';
import type { Sql } from '../../store/sql.js';
import type { Lease } from './beat.js';
import { leaveRunning } from './leave-running.js';

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
  WHERE j.id = $1 AND j."leaseToken" = $2 AND j.status = 'RUNNING' AND j."finishedAt" IS NULL AND j."cancelRequestedAt" IS NULL AND EXISTS (
    SELECT FROM "JobProcess" p CROSS JOIN LATERAL unnest(p."jobNames", p.versions) AS has("jobName", version)
    WHERE has."jobName" = j."jobName" AND has.version <> $3 AND ${isLiving('p')} AND NOT EXISTS (
      SELECT FROM "JobRunAttempt" a WHERE a."runId" = j.id AND a."refusedBy" = has.version))
  FOR UPDATE OF j
), ${leaveRunning({
  from: 'held',
  next: `'QUEUED'`,
  refunds: 'true',
  note: {
    level: `'WARN'`,
    text: `'Version ' || $4 || ' of the job can not take it; handed back to the queue for another version, without using up an attempt: ' || $5`,
  },
  archive: { outcome: `'RELEASED'`, error: '$5::text', more: { '"refusedBy"': '$3::varchar' } },
})}
SELECT id FROM changed`;
