import { type RunRow, selectRun } from '../../store/run-row.js';
import type { Sql } from '../../store/sql.js';
import { notAllowed, QueueError, unknownRun } from '../errors.js';
import type { Actor } from '../queue.js';
import { auditValues } from './audit.js';
import { doneBy, failRunning } from './fail-running.js';

export interface ForceFail {
  runId: string;
  reason: string | null;
  /** Time that a run has to obey its cancel. */
  afterMs: number;
}

/**
 * Fails a RUNNING run that was asked to stop at least `afterMs` ago, and takes its lease away. Throws QueueError for
 * any other run, saying what is missing.
 */
export async function forceFailRun(sql: Sql, { runId, reason, afterMs }: ForceFail, actor: Actor): Promise<RunRow> {
  const failed = await sql.query<RunRow>(FORCE_FAIL, [runId, afterMs, reason, ...auditValues(actor)]);
  if (failed.rows[0]) return failed.rows[0];
  throw await refusal(sql, runId, afterMs);
}

async function refusal(sql: Sql, runId: string, afterMs: number): Promise<QueueError> {
  const found = await sql.query<{ status: RunRow['status']; leftMs: number | null }>(WHY_NOT, [runId, afterMs]);
  const [run] = found.rows;
  if (!run) return unknownRun(runId);
  if (run.status !== 'RUNNING') return notAllowed('forceFail', runId, run.status);
  if (run.leftMs === null)
    return new QueueError('NOT_ALLOWED', `Run #${runId} has not been asked to stop. Cancel it first.`);
  const seconds = Math.max(1, Math.ceil(run.leftMs / 1_000));
  return new QueueError(
    'NOT_ALLOWED',
    `Run #${runId} was asked to stop only just now; force-failing it is possible in ${seconds} s.`,
  );
}

const FORCE_FAIL = `${failRunning({
  target: `SELECT id FROM "JobRun"
    WHERE id = $1 AND status = 'RUNNING' AND "cancelRequestedAt" <= clock_timestamp() - $2::float8 * interval '1 ms' FOR UPDATE`,
  error: doneBy('Force-failed', '$5', '$3'),
  action: 'run.force-fail',
  actorAt: 4,
  details: `jsonb_strip_nulls(jsonb_build_object('reason', $3::text))`,
})}
${selectRun('failed')}`;

const WHY_NOT = `
SELECT status, extract(epoch FROM "cancelRequestedAt" + $2::float8 * interval '1 ms' - clock_timestamp())::float8 * 1000 AS "leftMs"
FROM "JobRun" WHERE id = $1`;
