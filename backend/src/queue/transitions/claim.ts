import type { RetryPolicy } from '@job-manager/shared/retry';
import type { Sql } from '../../store/sql.js';

/** A run that this runner, and nobody else, may execute: everything execution needs. */
export interface ClaimedRun {
  id: string;
  jobName: string;
  parameters: Record<string, unknown>;
  attempt: number;
  maxAttempts: number;
  /** How failed attempts are repeated, where it isn't as the job says. */
  retryPolicy: RetryPolicy | null;
  /** Earlier executions that ended with their process, and how many of them end the run. */
  crashes: number;
  maxCrashes: number;
  claimNo: number;
  leaseToken: string;
  startedAt: Date;
  /** How long this execution may take; null for as long as it likes. */
  timeoutMs: number | null;
}

export interface ClaimRequest {
  runnerId: string;
  /** Jobs this runner has the code for; runs of others wait for a runner that does. */
  jobNames: string[];
  most: number;
}

/** Takes up to `most` due runs, first in line first. Safe from any number of runners at once. */
export async function claimDueRuns(sql: Sql, request: ClaimRequest): Promise<ClaimedRun[]> {
  const claimed = await sql.query<ClaimedRun>({
    name: 'claim',
    text: CLAIM,
    values: [request.most, request.runnerId, request.jobNames],
  });
  return claimed.rows;
}

// MATERIALIZED: a nested-loop plan would otherwise evaluate the LIMIT anew for each row and take far more than asked.
// SKIP LOCKED: runners pass by each other's candidates instead of queueing up behind them.
const CLAIM = `
WITH due AS MATERIALIZED (
  SELECT id FROM "JobRun"
  WHERE status = 'QUEUED' AND NOT "isBlocked" AND "runAt" <= clock_timestamp() AND "jobName" = ANY($3)
  ORDER BY priority, "runAt", id LIMIT $1 FOR UPDATE SKIP LOCKED
), moment AS MATERIALIZED (SELECT clock_timestamp() AS at
), claimed AS (
  UPDATE "JobRun" j
  SET status = 'RUNNING', attempt = j.attempt + 1, "claimNo" = j."claimNo" + 1, rev = j.rev + 1,
      "runnerId" = $2, "leaseToken" = gen_random_uuid(), "startedAt" = moment.at, "lastHeartbeatAt" = moment.at,
      "queueDelayMs" = greatest(0, extract(epoch FROM moment.at - j."queuedAt") * 1000)::bigint,
      "progressPercent" = NULL, "progressMessage" = NULL, steps = NULL, error = NULL, "errorStack" = NULL
  FROM due, moment WHERE j.id = due.id
  RETURNING j.*
)
SELECT id, "jobName", parameters, attempt, "maxAttempts", "retryPolicy", crashes, "maxCrashes", "claimNo", "leaseToken", "startedAt", "timeoutMs"
FROM claimed ORDER BY priority, "runAt", id`;
