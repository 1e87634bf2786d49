import type { Actor } from '@job-manager/client/actor';
import { auditFrom, auditValues } from '@job-manager/client/audit';
import type { Sql } from '../../store/sql.js';
import { unknownRun } from '../errors.js';

/** The parameters of a run with the secrets in them; written to the audit log in the same statement. Throws QueueError for an unknown run. */
export async function revealParameters(sql: Sql, runId: string, actor: Actor): Promise<Record<string, unknown>> {
  const { rows } = await sql.query<{ parameters: Record<string, unknown> }>(REVEAL, [runId, ...auditValues(actor)]);
  if (!rows[0]) throw unknownRun(runId);
  return rows[0].parameters;
}

const REVEAL = `WITH run AS (SELECT id, "jobName", parameters FROM "JobRun" WHERE id = $1::bigint),
audited AS (${auditFrom('run', 'run.reveal', 2)})
SELECT parameters FROM run`;
