import type { Actor } from '@job-manager/client/actor';
import { auditValues } from '@job-manager/client/audit';
import { type RunSummaryRow, selectSummary } from '../../store/run-row.js';
import type { Sql } from '../../store/sql.js';
import { doneBy, failRunning } from './fail-running.js';

/** At most so many in one statement. */
export const MAX_FAILED = 500;

export interface EmergencyFail {
  /** Runs that started later are left alone. */
  startedBefore: Date;
  reason: string | null;
}

/** Fails RUNNING runs, whatever they do, and takes their leases away; at most MAX_FAILED. */
export async function emergencyFailRuns(
  sql: Sql,
  { startedBefore, reason }: EmergencyFail,
  actor: Actor,
): Promise<RunSummaryRow[]> {
  const failed = await sql.query<RunSummaryRow>(EMERGENCY_FAIL, [startedBefore, reason, ...auditValues(actor)]);
  return failed.rows;
}

/** The RUNNING runs, and the database's time: those that `emergencyFailRuns` would fail with it as `startedBefore`. */
export async function previewEmergencyFail(sql: Sql): Promise<{ runs: RunSummaryRow[]; serverTime: Date }> {
  const clock = await sql.query<{ now: Date }>(CLOCK);
  const serverTime = clock.rows[0]?.now ?? new Date();
  const running = await sql.query<RunSummaryRow>(PREVIEW, [serverTime]);
  return { runs: running.rows, serverTime };
}

// Cut to milliseconds the way `startedAt` is, so that what starts before it is never said to have started later.
const CLOCK = 'SELECT clock_timestamp()::timestamptz(3) AS now';

const PREVIEW = `${selectSummary('"JobRun"')} WHERE r.status = 'RUNNING' AND r."finishedAt" IS NULL AND r."startedAt" <= $1 ORDER BY r.id`;

// Rows that something else holds this instant are waited for: "all" must mean all.
const EMERGENCY_FAIL = `${failRunning({
  target: `SELECT id FROM "JobRun" WHERE status = 'RUNNING' AND "finishedAt" IS NULL AND "startedAt" <= $1 ORDER BY id LIMIT ${MAX_FAILED} FOR UPDATE`,
  error: doneBy('Emergency cleanup', '$4', '$2'),
  action: 'run.emergency-fail',
  actorAt: 3,
  details: `jsonb_strip_nulls(jsonb_build_object('reason', $2::text, 'startedBefore', $1::timestamptz))`,
})}
${selectSummary('changed')} ORDER BY r.id`;
