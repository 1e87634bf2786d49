import type { AttemptUsage } from '@job-manager/shared/contract/message';
import { durationWordsOf } from '../../store/duration-words.js';
import { type RunSummaryRow, selectSummary } from '../../store/run-row.js';
import type { Sql } from '../../store/sql.js';
import { type Actor, SYSTEM } from '../queue.js';
import type { StorableMetadata } from '../storable.js';
import { auditValues } from './audit.js';
import type { Lease } from './beat.js';
import { failRunning } from './fail-running.js';
import { type LastProgress, usageKeys } from './finish.js';

/** At most so many in one statement. */
export const MOST_TIMED_OUT = 500;

/** What a run left when its time was up. */
export type Remains = StorableMetadata & LastProgress & { usage?: AttemptUsage };

/**
 * Fails a run that its runner holds and that has used up its time. False when the lease had gone: the run's outcome
 * is somebody else's to tell.
 */
export async function timeOutHeldRun(sql: Sql, lease: Lease, remains: Remains): Promise<boolean> {
  const { json, truncated, progressPercent, progressMessage, steps, usage } = remains;
  const kept = [json, truncated, progressPercent, progressMessage, steps, ...usageKeys.map((key) => usage?.[key])];
  const failed = await sql.query(HELD, [lease.id, lease.leaseToken, ...kept, ...auditValues(SYSTEM)]);
  return failed.rowCount === 1;
}

/**
 * Fails the runs that are over their time by more than `graceMs` and that nobody stopped: their runner's event loop
 * is blocked, or they are executed by an external program. At most MOST_TIMED_OUT.
 */
export async function timeOutOverdueRuns(sql: Sql, graceMs: number, actor: Actor): Promise<RunSummaryRow[]> {
  const failed = await sql.query<RunSummaryRow>(OVERDUE, [graceMs, ...auditValues(actor)]);
  return failed.rows;
}

const error = `'Timed out after ' || ${durationWordsOf('j."timeoutMs"')}`;
const HELD = `${failRunning({
  target: `SELECT id FROM "JobRun" WHERE id = $1 AND "leaseToken" = $2 AND status = 'RUNNING' FOR UPDATE`,
  error,
  set: `metadata = $3::jsonb, "metadataTruncated" = $4, "progressPercent" = coalesce($5::real, j."progressPercent"),
      "progressMessage" = coalesce($6, j."progressMessage"), steps = coalesce($7::jsonb, j.steps),
      "childPid" = $8::int, "cpuMs" = $9::int, "peakMemoryBytes" = $10::bigint, "maxLoopLagMs" = $11::int`,
  action: 'run.time-out',
  actorAt: 12,
})}
SELECT id FROM failed`;

// A run whose runner went silent before its time was up is left to recovery: it may have attempts left.
const OVERDUE = `${failRunning({
  target: `SELECT id FROM "JobRun"
    WHERE status = 'RUNNING' AND "startedAt" + ("timeoutMs" + $1::float8) * interval '1 ms' < clock_timestamp()
      AND ("inactivityTimeoutMs" IS NOT NULL OR "lastHeartbeatAt" > "startedAt" + "timeoutMs" * interval '1 ms')
    ORDER BY id LIMIT ${MOST_TIMED_OUT} FOR UPDATE SKIP LOCKED`,
  error,
  action: 'run.time-out',
  actorAt: 2,
})}
${selectSummary('failed')}`;
