import { limits } from '@job-manager/shared/limits';
import { type ActiveFilter, filterValues, TO_CANCEL } from '../../store/active-filter.js';
import type { Sql } from '../../store/sql.js';
import type { Actor } from '../queue.js';
import { auditFrom, auditValues } from './audit.js';
import { CAN_BE_CANCELLED, CANCELLED_AND_ASKED, type CancelledAndAsked, cancelActive } from './cancel-active.js';

/**
 * Cancels what is QUEUED of the runs that match and asks what is RUNNING to stop, the oldest first, no more than
 * `limits.cancelledAtOnce`. Runs newer than `upTo` are left alone. One entry of the audit log; each run has a message.
 */
export async function cancelMany(
  sql: Sql,
  { upTo, ...filter }: ActiveFilter & { upTo: string },
  actor: Actor,
): Promise<CancelledAndAsked> {
  const values = [...filterValues(filter), upTo, JSON.stringify(forAudit(filter)), ...auditValues(actor)];
  const done = await sql.query<CancelledAndAsked>(CANCEL_MANY, values);
  return done.rows[0] ?? { cancelled: 0, asked: [] };
}

const forAudit = ({ jobRunIds, ...filter }: ActiveFilter) => ({ ...filter, named: jobRunIds?.length });

/**
 * The same to runs that an operation on many has chosen, with `isForWaiting` only to those that still wait. `reason` follows
 * in the message of each. Writes nothing into the audit log.
 */
export async function cancelChosen(
  sql: Sql,
  { runIds, isForWaiting, reason }: { runIds: readonly string[]; isForWaiting: boolean; reason: string },
  { userId, email }: Actor,
): Promise<CancelledAndAsked> {
  const done = await sql.query<CancelledAndAsked>(CANCEL_CHOSEN, [runIds, isForWaiting, userId, email, reason]);
  return done.rows[0] ?? { cancelled: 0, asked: [] };
}

const CANCEL_CHOSEN = `
WITH ${cancelActive({
  target: `SELECT id FROM "JobRun" WHERE id = ANY($1::bigint[]) AND ${CAN_BE_CANCELLED} AND (NOT $2::boolean OR status = 'QUEUED') ORDER BY id FOR UPDATE`,
  by: { userId: '$3::int', name: '$4' },
  why: `', ' || $5::text`,
})} ${CANCELLED_AND_ASKED}`;

// A run that was claimed while this waited for its lock is no longer one of those that wait.
const CANCEL_MANY = `
WITH ${cancelActive({
  target: `SELECT id FROM "JobRun"
    WHERE id = ANY(ARRAY(SELECT id FROM (${TO_CANCEL}) wanted WHERE id <= $5::bigint ORDER BY id LIMIT ${limits.cancelledAtOnce}))
      AND ${CAN_BE_CANCELLED} AND ($3::text IS NULL OR (status = 'RUNNING') = ($3 = 'running')) ORDER BY id FOR UPDATE`,
  by: { userId: '$7', name: '$8' },
  why: `', with others'`,
})}, outcome AS (${CANCELLED_AND_ASKED}
), audited AS (${auditFrom(
  `(SELECT NULL::bigint AS id, coalesce($1::text, $2::text, $3::text) AS "jobName", outcome.* FROM outcome WHERE EXISTS (SELECT FROM changed)) many`,
  'run.cancel-many',
  7,
  `$6::jsonb || jsonb_build_object('cancelled', cancelled, 'asked', cardinality(asked))`,
)})
SELECT * FROM outcome`;
