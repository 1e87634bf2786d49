import type { Actor } from '@job-manager/client/actor';
import type { Sql } from '../../store/sql.js';
import { CAN_BE_CANCELLED, CANCELLED_AND_ASKED, type CancelledAndAsked, cancelActive } from './cancel-active.js';

/**
 * Cancels what is QUEUED of the runs that an operation on many has chosen and requests what is RUNNING to stop; with
 * `isForWaiting` it changes only what still waits. `reason` follows in the message of each. Writes nothing into the audit log.
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
