import type { Sql } from '../../store/sql.js';
import type { Lease } from './beat.js';
import { AGAIN_UNLESS_CANCELLED, heldBy, leaveRunning } from './leave-running.js';

/** Why a run is handed back: its runner ends, or it waited there for a slot in vain. */
export type ReleaseReason = keyof typeof RELEASE_REASONS;

export const RELEASE_REASONS = { stopped: 'The runner was stopped', 'not begun': 'It could not begin at once' };

/**
 * Hands runs back to the queue, as a runner does that is being stopped. The attempt is refunded: the
 * run did nothing wrong. One that was asked to stop ends as CANCELLED instead, for it may never start again.
 */
export async function releaseRuns(sql: Sql, leases: Lease[], reason: ReleaseReason = 'stopped'): Promise<void> {
  const values = [leases.map((lease) => lease.id), leases.map((lease) => lease.leaseToken), RELEASE_REASONS[reason]];
  await sql.query(RELEASE, values);
}

/** Sent by `heartbeat-thread.mjs`, too. */
export const RELEASE = `
WITH moment AS MATERIALIZED (SELECT clock_timestamp() AS at
), held AS MATERIALIZED (${heldBy('unnest($1::bigint[], $2::uuid[]) AS lease(id, token)')}
), ${leaveRunning({
  from: 'held',
  next: AGAIN_UNLESS_CANCELLED,
  refunds: 'true',
  note: {
    level: `'INFO'`,
    text: `$3 || '; ' || CASE WHEN held.cancelled THEN 'cancelled, as was asked' ELSE 'handed back to the queue, without using up an attempt' END`,
  },
  archive: { outcome: `'RELEASED'`, error: 'NULL' },
})}
SELECT id FROM changed`;
