import { type RunRow, selectRun } from '../../store/run-row.js';
import type { Sql } from '../../store/sql.js';
import type { Actor } from '../queue.js';
import type { ForceFailRequest } from './ask-force-fail.js';
import { auditValues } from './audit.js';
import { doneBy, failRunning } from './fail-running.js';

/**
 * Fails a RUNNING run that was asked to stop at least `graceMs` ago, and takes its lease away. Null, and nothing
 * changed, for any other run.
 */
export async function forceFailRun(
  sql: Sql,
  { runId, reason, graceMs }: ForceFailRequest,
  actor: Actor,
): Promise<RunRow | null> {
  const failed = await sql.query<RunRow>(FORCE_FAIL, [runId, graceMs, reason, ...auditValues(actor)]);
  return failed.rows[0] ?? null;
}

const FORCE_FAIL = `${failRunning({
  target: `SELECT id FROM "JobRun"
    WHERE id = $1 AND status = 'RUNNING' AND "finishedAt" IS NULL AND "cancelRequestedAt" <= clock_timestamp() - $2::float8 * interval '1 ms' FOR UPDATE`,
  error: doneBy('Force-failed', '$5', '$3'),
  action: 'run.force-fail',
  actorAt: 4,
  details: `jsonb_strip_nulls(jsonb_build_object('reason', $3::text))`,
})}
${selectRun('changed')}`;
