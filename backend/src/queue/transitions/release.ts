import type { Sql } from '../../store/sql.js';
import { archiveAttempt } from './attempt.js';
import type { Lease } from './beat.js';
import { countEnded } from './count.js';
import { countNote, noteFrom } from './note.js';

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

const TOLD = `$3 || '; ' || CASE status WHEN 'QUEUED' THEN 'handed back to the queue, without using up an attempt'
  ELSE 'cancelled, as was asked' END`;

/** Sent by `heartbeat-thread.mjs`, too. */
export const RELEASE = `
WITH moment AS MATERIALIZED (SELECT clock_timestamp() AS at
), held AS MATERIALIZED (
  SELECT j.id, j."claimNo", j.attempt, j."runnerId", j."startedAt", j."cancelRequestedAt" IS NOT NULL AS cancelled
  FROM "JobRun" j JOIN unnest($1::bigint[], $2::uuid[]) AS lease(id, token) ON j.id = lease.id AND j."leaseToken" = lease.token
  WHERE j.status = 'RUNNING' ORDER BY j.id FOR UPDATE OF j
), released AS (
  UPDATE "JobRun" j
  SET status = CASE WHEN held.cancelled THEN 'CANCELLED' ELSE 'QUEUED' END::"JobRunStatus",
      attempt = j.attempt - 1, rev = j.rev + 1, "leaseToken" = NULL, "lastHeartbeatAt" = NULL,
      "runnerId" = CASE WHEN held.cancelled THEN j."runnerId" END,
      "startedAt" = CASE WHEN held.cancelled THEN j."startedAt" END,
      "finishedAt" = CASE WHEN held.cancelled THEN moment.at END,
      "durationMs" = CASE WHEN held.cancelled THEN greatest(0, extract(epoch FROM moment.at - j."startedAt") * 1000)::bigint END,
      "progressPercent" = NULL, "progressMessage" = NULL,
      steps = CASE WHEN held.cancelled THEN j.steps END, ${countNote('INFO')}
  FROM held, moment WHERE j.id = held.id
  RETURNING j.*, held.attempt AS "heldAttempt"
), archived AS (${archiveAttempt('(SELECT * FROM held, moment WHERE NOT cancelled) ended', `'RELEASED'`, 'NULL')}
), counted AS (${countEnded('released')}
), noted AS (${noteFrom('(SELECT id, "messageCount", "heldAttempt" AS attempt, status FROM released) noted', 'INFO', TOLD)})
SELECT id FROM released`;
