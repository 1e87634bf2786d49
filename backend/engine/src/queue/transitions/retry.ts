import { auditFrom, auditValues } from '@job-manager/client/audit';
import type { AttemptUsage } from '@job-manager/shared/contract/message';
import { limits } from '@job-manager/shared/limits';
import { formatDurationSql } from '../../store/format-duration.js';
import type { Sql } from '../../store/sql.js';
import { SYSTEM } from '../system-actor.js';
import type { Lease } from './beat.js';
import { type LastProgress, usageKeys } from './finish.js';
import { heldBy, leaveRunning } from './leave-running.js';
import { poisonMessage } from './recover.js';

/** An attempt that failed. */
export interface FailedAttempt extends Lease, LastProgress {
  claimNo: number;
  error: string;
  errorStack: string | null;
  /** JSON text, or null for a run that reported nothing. */
  metadata: string | null;
  metadataTruncated: boolean;
  usage: AttemptUsage;
  /** Its time was up. */
  isTimeOut: boolean;
  /** It ended with its process. */
  isCrash: boolean;
  isWorthRepeating: boolean;
  /** How long the next attempt waits, if there is one. */
  delayMs: number;
}

/** The result for a run whose attempt failed. */
export type AfterFailure = 'QUEUED' | 'FAILED';

/**
 * Queues runs again whose attempt failed, or fails them where no attempt is left, the run was requested to stop or it
 * is poison. Returns the results by lease token; a missing token means that the lease was lost meanwhile. Sending the
 * same again, after an answer was lost, is harmless and returns the same.
 */
export async function retryRuns(sql: Sql, failures: FailedAttempt[]): Promise<Map<string, AfterFailure>> {
  const column = <Key extends keyof FailedAttempt>(key: Key) => failures.map((failure) => failure[key]);
  const settled = await sql.query<Settled>({
    name: 'retry',
    text: RETRY,
    values: [
      column('id'),
      column('leaseToken'),
      column('error'),
      column('errorStack'),
      column('metadata'),
      column('metadataTruncated'),
      column('progressPercent'),
      column('progressMessage'),
      column('steps'),
      ...usageKeys.map((key) => failures.map(({ usage }) => usage[key])),
      column('isTimeOut'),
      column('isCrash'),
      column('isWorthRepeating'),
      column('delayMs'),
      ...auditValues(SYSTEM),
    ],
  });
  const known = new Map(settled.rows.map(({ token, next }) => [token, next]));
  const missing = failures.filter(({ leaseToken }) => !known.has(leaseToken));
  return missing.length === 0 ? known : new Map([...known, ...(await findRecordedBefore(sql, missing))]);
}

interface Settled {
  token: string;
  next: AfterFailure;
}

/**
 * Failures that had been recorded already: their answer was lost. A separate statement, for the reason given in
 * finish.ts.
 */
async function findRecordedBefore(sql: Sql, failures: FailedAttempt[]): Promise<[string, AfterFailure][]> {
  const column = <Key extends keyof FailedAttempt>(key: Key) => failures.map((failure) => failure[key]);
  const values = [column('id'), column('leaseToken'), column('claimNo'), column('error')];
  const found = await sql.query<Settled>(TOLD_BEFORE, values);
  return found.rows.map(({ token, next }) => [token, next]);
}

// Decided while the row is locked: a cancel that comes between the failure and this statement is seen.
const NEXT = `CASE WHEN lease."isWorthRepeating" AND j."cancelRequestedAt" IS NULL AND j.attempt < j."maxAttempts"
  AND j.crashes + lease."isCrash"::int < j."maxCrashes" THEN 'QUEUED' ELSE 'FAILED' END`;

// A run that was requested to stop meanwhile, or that has no attempt left, isn't retried but fails.
const FINAL = `CASE WHEN "isCrash" AND crashes >= "maxCrashes" THEN ${poisonMessage('crashes')} || '. ' || error ELSE error END`;

const AGAIN = `'Attempt ' || attempt || ' of ' || "maxAttempts" || ' failed: ' || error || '; again '
  || CASE WHEN "delayMs" = 0 THEN 'at once' ELSE 'in ' || ${formatDurationSql('"delayMs"')} END`;

// What the attempt reported is kept on the row where it was the last. Then its token stays as well, as in finish.ts:
// a runner that never received the answer finds it. Of a run that was queued again, it finds the attempt in the archive.
const RETRY = `
WITH held AS MATERIALIZED (${heldBy(
  `unnest($1::bigint[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::boolean[], $7::real[], $8::text[], $9::text[],
    $10::int[], $11::int[], $12::bigint[], $13::int[], $14::boolean[], $15::boolean[], $16::boolean[], $17::float8[])
    AS lease(id, token, error, stack, metadata, truncated, percent, message, steps, pid, "cpuMs", memory, lag,
      "isTimeOut", "isCrash", "isWorthRepeating", "delayMs")`,
  `j."maxAttempts", j."maxCrashes", j.crashes + lease."isCrash"::int AS crashes, ${NEXT} AS next`,
)}
), judged AS MATERIALIZED (
  SELECT *, CASE next WHEN 'QUEUED' THEN error ELSE ${FINAL} END AS "keptError", CASE next WHEN 'QUEUED' THEN ${AGAIN} ELSE ${FINAL} END AS explanation
  FROM held
), moment AS MATERIALIZED (SELECT clock_timestamp() AS at
), ${leaveRunning({
  from: 'judged',
  next: 'judged.next',
  set: {
    crashes: 'judged.crashes',
    error: `left(judged."keptError", ${limits.errorChars})`,
    '"errorStack"': 'judged.stack',
    '"runAt"': `CASE judged.next WHEN 'QUEUED' THEN date_trunc('milliseconds', moment.at + judged."delayMs" * interval '1 ms') ELSE j."runAt" END`,
    '"metadataTruncated"': `judged.next = 'FAILED' AND judged.truncated`,
  },
  execution: {
    '"leaseToken"': 'j."leaseToken"',
    '"lastHeartbeatAt"': 'moment.at',
    metadata: 'judged.metadata::jsonb',
    '"progressPercent"': 'coalesce(judged.percent, j."progressPercent")',
    '"progressMessage"': 'coalesce(judged.message, j."progressMessage")',
    steps: 'coalesce(judged.steps::jsonb, j.steps)',
    '"childPid"': 'judged.pid',
    '"cpuMs"': 'judged."cpuMs"',
    '"peakMemoryBytes"': 'judged.memory',
    '"maxLoopLagMs"': 'judged.lag',
  },
  note: { level: `CASE judged.next WHEN 'QUEUED' THEN 'WARN' ELSE 'ERROR' END`, text: 'judged.explanation' },
  archive: {
    outcome: `'FAILED'`,
    error: 'error',
    more: {
      '"errorStack"': 'stack',
      '"childPid"': 'pid',
      '"cpuMs"': '"cpuMs"',
      '"peakMemoryBytes"': 'memory',
      '"maxLoopLagMs"': 'lag',
    },
  },
  audit: auditFrom(
    '(SELECT changed.* FROM changed JOIN judged USING (id) WHERE "isTimeOut") overdue',
    'run.time-out',
    18,
  ),
})}
SELECT judged.token, judged.next FROM changed JOIN judged USING (id)`;

const TOLD_BEFORE = `
WITH failure AS MATERIALIZED (
  SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::int[], $4::text[]) AS failure(id, token, "claimNo", error)
)
SELECT failure.token, 'QUEUED' AS next FROM failure JOIN "JobRunAttempt" a ON a."runId" = failure.id AND a."claimNo" = failure."claimNo"
WHERE a.error = left(failure.error, ${limits.errorChars})
UNION ALL
SELECT failure.token, 'FAILED' FROM failure JOIN "JobRun" j ON j.id = failure.id AND j."leaseToken" = failure.token
WHERE j.status = 'FAILED'`;
