import type { Actor } from '@job-manager/client/actor';
import { auditValues } from '@job-manager/client/audit';
import { formatDurationSql } from '../../store/format-duration.js';
import { type RunSummaryRow, selectSummary } from '../../store/run-row.js';
import type { Sql } from '../../store/sql.js';
import { reclaim } from './recover.js';

/** At most so many in one statement. */
export const MAX_TIMED_OUT = 500;

/**
 * Reclaims the runs that are over their time limit by more than `graceMs` and were not stopped: their runner's event
 * loop is blocked, or an external program executes them. Queued again while attempts are left, failed otherwise. At
 * most MAX_TIMED_OUT.
 */
export async function timeOutOverdueRuns(sql: Sql, graceMs: number, actor: Actor): Promise<RunSummaryRow[]> {
  const taken = await sql.query<RunSummaryRow>(OVERDUE, [graceMs, ...auditValues(actor)]);
  return taken.rows;
}

// A run whose runner stopped its heartbeats before the time was up is left to recovery.
const OVERDUE = `${reclaim({
  which: `"startedAt" + ("timeoutMs" + $1::float8) * interval '1 ms' < clock_timestamp()
    AND ("inactivityTimeoutMs" IS NOT NULL OR "lastHeartbeatAt" > "startedAt" + "timeoutMs" * interval '1 ms')`,
  most: MAX_TIMED_OUT,
  next: `CASE WHEN "cancelRequestedAt" IS NULL AND attempt < "maxAttempts" THEN 'QUEUED' ELSE 'FAILED' END`,
  why: `'Timed out after ' || ${formatDurationSql('"timeoutMs"')}`,
  crashes: 'crashes',
  refunds: 'false',
  error: 'why',
  message: `why || CASE next WHEN 'QUEUED' THEN '; back to the queue for attempt ' || attempt + 1 || ' of ' || "maxAttempts" ELSE '' END`,
  outcome: `'FAILED'`,
  action: 'run.time-out',
  actorAt: 2,
})}
${selectSummary('changed')} ORDER BY r.id`;
