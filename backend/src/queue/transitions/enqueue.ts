import type { JobRunTrigger } from '@job-manager/shared/run';
import { type RunRow, selectRun } from '../../store/run-row.js';
import type { Sql } from '../../store/sql.js';
import type { Actor } from '../queue.js';
import { auditFrom, auditValues } from './audit.js';

export interface NewRun {
  jobName: string;
  parameters: Record<string, unknown>;
  trigger: JobRunTrigger;
  algorithmVersion: string;
  maxAttempts: number;
  timeoutMs: number | null;
  rerunOfId: string | null;
  idempotencyKey: string | null;
}

/** Queues a run. Where the idempotency key has been used, returns the run of then and changes nothing. */
export async function enqueueRun(sql: Sql, run: NewRun, actor: Actor): Promise<{ run: RunRow; isNew: boolean }> {
  const added = await sql.query<RunRow>(ENQUEUE, [
    run.jobName,
    JSON.stringify(run.parameters),
    run.trigger,
    run.algorithmVersion,
    run.maxAttempts,
    run.rerunOfId,
    run.idempotencyKey,
    run.timeoutMs,
    ...auditValues(actor),
  ]);
  if (added.rows[0]) return { run: added.rows[0], isNew: true };
  const known = await sql.query<RunRow>(`${selectRun('"JobRun"')} WHERE r."idempotencyKey" = $1`, [run.idempotencyKey]);
  if (!known.rows[0]) throw new Error(`The run of idempotency key ${run.idempotencyKey} was purged while it was read`);
  return { run: known.rows[0], isNew: false };
}

const ENQUEUE = `
WITH added AS (
  INSERT INTO "JobRun" ("jobName", parameters, trigger, "algorithmVersion", "maxAttempts", "rerunOfId", "idempotencyKey", "timeoutMs", "triggeredById", "triggeredByTokenId")
  VALUES ($1, $2, $3::"JobRunTrigger", $4, $5, $6, $7, $8, $9, $13)
  ON CONFLICT ("idempotencyKey") WHERE "idempotencyKey" IS NOT NULL DO NOTHING
  RETURNING *
), audited AS (${auditFrom('added', 'run.enqueue', 9)})
${selectRun('added')}`;
