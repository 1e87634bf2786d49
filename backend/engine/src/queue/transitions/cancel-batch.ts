import type { Actor } from '@job-manager/client/actor';
import { auditFrom, auditValues } from '@job-manager/client/audit';
import type { Sql } from '../../store/sql.js';
import { CAN_BE_CANCELLED, CANCELLED_AND_ASKED, type CancelledAndAsked, cancelActive } from './cancel-active.js';

/**
 * Cancels what is QUEUED of a batch and asks what is RUNNING to stop. Nothing changes where all have ended. The run
 * that the batch calls back is not touched: it begins, or is cancelled, when the last has ended.
 */
export async function cancelBatch(sql: Sql, batchId: string, actor: Actor): Promise<CancelledAndAsked> {
  const done = await sql.query<CancelledAndAsked>(CANCEL_BATCH, [batchId, ...auditValues(actor)]);
  return done.rows[0] ?? { cancelled: 0, asked: [] };
}

const CANCEL_BATCH = `
WITH ${cancelActive({
  target: `SELECT id FROM "JobRun" WHERE "batchId" = $1 AND ${CAN_BE_CANCELLED} ORDER BY id FOR UPDATE`,
  by: { userId: '$2', name: '$3' },
  why: `', with batch #' || $1`,
})}, outcome AS (${CANCELLED_AND_ASKED}
), audited AS (${auditFrom(
  `(SELECT NULL::bigint AS id, b.id AS "batchId", b.name AS "jobName", outcome.* FROM "JobRunBatch" b, outcome
    WHERE b.id = $1 AND EXISTS (SELECT FROM changed)) batch`,
  'batch.cancel',
  2,
  `jsonb_build_object('batchId', "batchId"::text, 'cancelled', cancelled, 'asked', cardinality(asked))`,
)})
SELECT * FROM outcome`;
