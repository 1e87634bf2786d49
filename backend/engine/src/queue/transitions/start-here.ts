import type { Actor } from '@job-manager/client/actor';
import { auditFrom, auditValues } from '@job-manager/client/audit';
import { jsonText } from '@job-manager/client/json-value';
import type { Sql } from '../../store/sql.js';
import type { ClaimedRun } from './claim.js';

export interface RunHere {
  jobName: string;
  parameters: Record<string, unknown>;
  algorithmVersion: string;
  timeoutMs: number | null;
  /**
   * It counts as a running run of its channel, but the limits of the channel don't apply to a run that a person starts
   * by hand.
   */
  channel: string;
  runnerId: string;
}

/**
 * Creates a run that the calling process has already claimed: a command line runs it here and now, and no other runner
 * can claim it. It has one attempt: when the process is lost, no other runner repeats it.
 */
export async function startRunHere(sql: Sql, run: RunHere, actor: Actor): Promise<ClaimedRun> {
  const started = await sql.query<ClaimedRun>(START, [
    run.jobName,
    jsonText(run.parameters, 'parameters'),
    run.algorithmVersion,
    run.runnerId,
    run.timeoutMs,
    run.channel,
    ...auditValues(actor),
  ]);
  const [claimed] = started.rows;
  if (!claimed) throw new Error('PostgreSQL returned no row for an INSERT');
  return claimed;
}

const START = `
WITH moment AS MATERIALIZED (SELECT clock_timestamp() AS at
), started AS (
  INSERT INTO "JobRun" ("jobName", parameters, "algorithmVersion", "runnerId", "triggeredById", trigger, status, attempt, "maxAttempts",
    "claimNo", "timeoutMs", channel, "leaseToken", "queuedAt", "runAt", "startedAt", "lastHeartbeatAt", "queueDelayMs")
  SELECT $1, $2, $3, $4, $7, 'MANUAL', 'RUNNING', 1, 1, 1, $5, $6, gen_random_uuid(), at, at, at, at, 0 FROM moment
  RETURNING id, "jobName", channel, priority, parameters, attempt, "maxAttempts", "retryPolicy", crashes, "maxCrashes", "claimNo", "leaseToken", "startedAt", "timeoutMs"::float8 AS "timeoutMs", "dependsOn"::text[], "correlationId", traceparent
), audited AS (${auditFrom('started', 'run.start-here', 7)})
SELECT * FROM started`;
