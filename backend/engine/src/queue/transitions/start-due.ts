import { randomUUID } from 'node:crypto';
import type { RetryPolicy } from '@job-manager/shared/retry';

/** A run that this runner alone may execute: everything execution needs. */
export interface ClaimedRun {
  id: string;
  jobName: string;
  channel: string;
  priority: number;
  parameters: Record<string, unknown>;
  attempt: number;
  maxAttempts: number;
  claimNo: number;
  leaseToken: string;
  startedAt: Date;
  /** How long it was due before this claim; missing where nothing claimed it. */
  queueDelayMs?: number;
  /** How long this execution may take; null for as long as it likes. */
  timeoutMs: number | null;
  /** The retry policy where it differs from that of the job. */
  retryPolicy: RetryPolicy | null;
  crashes: number;
  maxCrashes: number;
  /** The runs it waited for; null for none. */
  dependsOn: string[] | null;
  correlationId: string | null;
  /** The trace context it was queued in. */
  traceparent: string | null;
}

/** What a statement answers: one row, for thousands take the driver longer than the runs themselves. */
export interface ClaimAnswer {
  /** Of the runs, as JSON: an array of `ClaimedColumns`; null for none. */
  runs: string | null;
  startedAtMs: number;
}

/** The id of a claim: the first half of the lease tokens of all its runs, the second is the run's own id. */
export const newClaimId = (): string => randomUUID().replaceAll('-', '').slice(0, 16);

/** The token of each run of a claim, in the same form as PostgreSQL has it. */
function leaseTokensOf(claimId: string): (runId: string) => string {
  const first = `${claimId.slice(0, 8)}-${claimId.slice(8, 12)}-${claimId.slice(12)}-`;
  return (runId) => {
    const last = BigInt(runId).toString(16).padStart(16, '0');
    return `${first}${last.slice(0, 4)}-${last.slice(4)}`;
  };
}

const tokenOf = (claimId: string): string => `(${claimId} || lpad(to_hex(j.id), 16, '0'))::uuid`;

export function runsOf({ runs, startedAtMs }: ClaimAnswer, claimId: string): ClaimedRun[] {
  if (runs === null) return [];
  const leaseTokenOf = leaseTokensOf(claimId);
  return (JSON.parse(runs) as ClaimedColumns[]).map((columns) => ({
    leaseToken: leaseTokenOf(columns[0]),
    startedAt: new Date(Math.round(startedAtMs)),
    id: columns[0],
    jobName: columns[1],
    channel: columns[2],
    priority: columns[3],
    parameters: columns[4],
    attempt: columns[5],
    maxAttempts: columns[6],
    claimNo: columns[7],
    timeoutMs: columns[8],
    retryPolicy: columns[9],
    crashes: columns[10],
    maxCrashes: columns[11],
    dependsOn: columns[12],
    correlationId: columns[13],
    queueDelayMs: columns[14],
    traceparent: columns[15],
  }));
}

/** A run as an array, in the order of `COLUMNS`: keys would be longer than the values. */
type ClaimedColumns = [
  id: string,
  jobName: string,
  channel: string,
  priority: number,
  parameters: Record<string, unknown>,
  attempt: number,
  maxAttempts: number,
  claimNo: number,
  timeoutMs: number | null,
  retryPolicy: RetryPolicy | null,
  crashes: number,
  maxCrashes: number,
  dependsOn: string[] | null,
  correlationId: string | null,
  queueDelayMs: number,
  traceparent: string | null,
];

const COLUMNS = `c.id::text, c."jobName", c.channel, c.priority, c.parameters, c.attempt, c."maxAttempts", c."claimNo", c."timeoutMs",
    c."retryPolicy", c.crashes, c."maxCrashes", c."dependsOn"::text[], c."correlationId", c."queueDelayMs", c.traceparent`;

/**
 * Starts what `due` names, as parts of a WITH; the id of the claim and the runner are SQL. The time of the start is
 * taken once all locks are held: a start that waited would otherwise count as an older one, and leave the window of a
 * rate limit too early. Data of the previous attempt is cleared; the archive has it.
 */
export const startDue = (
  claimId: string,
  runnerId: string,
): string => `moment AS MATERIALIZED (SELECT clock_timestamp() AS at FROM (SELECT count(*) FROM due) locked
), claimed AS (
  UPDATE "JobRun" j
  SET status = 'RUNNING', attempt = j.attempt + 1, "claimNo" = j."claimNo" + 1, rev = j.rev + 1,
      "runnerId" = ${runnerId}, "leaseToken" = ${tokenOf(claimId)}, "startedAt" = (SELECT at FROM moment), "lastHeartbeatAt" = (SELECT at FROM moment),
      "queueDelayMs" = greatest(0, date_part('epoch', (SELECT at FROM moment) - greatest(j."queuedAt", j."runAt")) * 1000)::bigint,
      "progressPercent" = NULL, "progressMessage" = NULL, steps = NULL, error = NULL, "errorStack" = NULL,
      "childPid" = NULL, "cpuMs" = NULL, "peakMemoryBytes" = NULL, "maxLoopLagMs" = NULL
  WHERE j.id = ANY (ARRAY(SELECT id FROM due)) AND j."finishedAt" IS NULL
  RETURNING j."runAt", j.id, j."jobName", j.channel, j.priority, j.parameters, j.attempt, j."maxAttempts", j."claimNo", j."timeoutMs",
    j."retryPolicy", j.crashes, j."maxCrashes", j."dependsOn", j."correlationId", j."queueDelayMs", j.traceparent
)`;

/** What `runsOf` reads, of what `startDue` started. */
export const STARTED = `(SELECT json_agg(json_build_array(${COLUMNS}) ORDER BY c.priority, c."runAt", c.id)::text FROM claimed c) AS runs,
  (SELECT date_part('epoch', at::timestamptz(3)) * 1000 FROM moment) AS "startedAtMs"`;
