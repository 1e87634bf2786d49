import type { Actor } from '@job-manager/client/actor';
import { auditValues } from '@job-manager/client/audit';
import { type RunRow, selectRun } from '../../store/run-row.js';
import type { Sql } from '../../store/sql.js';
import type { ForceFailRequest } from './ask-force-fail.js';
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

/** The same to those of these runs that go on for too long; returns their ids. */
export async function forceFailChosen(
  sql: Sql,
  { runIds, reason, graceMs }: Omit<ForceFailRequest, 'runId'> & { runIds: readonly string[] },
  actor: Actor,
): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(FORCE_FAIL_CHOSEN, [runIds, graceMs, reason, ...auditValues(actor)]);
  return rows.map(({ id }) => id);
}

const failing = (which: string): string =>
  failRunning({
    target: `SELECT id FROM "JobRun"
    WHERE ${which} AND status = 'RUNNING' AND "finishedAt" IS NULL AND "cancelRequestedAt" <= clock_timestamp() - $2::float8 * interval '1 ms' ORDER BY id FOR UPDATE`,
    error: doneBy('Force-failed', '$5', '$3'),
    action: 'run.force-fail',
    actorAt: 4,
    details: `jsonb_strip_nulls(jsonb_build_object('reason', $3::text))`,
  });

const FORCE_FAIL = `${failing('id = $1')} ${selectRun('changed')}`;
const FORCE_FAIL_CHOSEN = `${failing('id = ANY($1::bigint[])')} SELECT id FROM changed`;
