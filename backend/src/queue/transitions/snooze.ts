import { formatDurationSql } from '../../store/format-duration.js';
import type { Sql } from '../../store/sql.js';
import { archiveAttempt } from './attempt.js';
import type { Lease } from './beat.js';
import { countEnded } from './count.js';
import { countNote, noteFrom } from './note.js';

/** A run that its job puts off. */
export interface Snooze extends Lease {
  claimNo: number;
  delayMs: number;
  reason: string | null;
}

/** Each claim of a run costs a row in its archive, so it isn't put off for less; from `manyClaims` on for longer. */
const MIN_DELAY_MS = { few: 1_000, many: 60_000, manyClaims: 100 };

/** What becomes of a run that its job puts off. */
export type AfterSnooze = 'QUEUED' | 'CANCELLED';

/**
 * Hands runs back to the queue until later, with their attempts refunded; cancels those that were asked to stop.
 * Returns by lease token what became of those that now stand so; the others' lease was taken away meanwhile. Sending
 * the same again, after an answer was lost, is harmless and returns the same.
 */
export async function snoozeRuns(sql: Sql, snoozes: Snooze[]): Promise<Map<string, AfterSnooze>> {
  const column = <Key extends keyof Snooze>(key: Key) => snoozes.map((snooze) => snooze[key]);
  const values = [column('id'), column('leaseToken'), column('delayMs'), column('reason')];
  const { rows } = await sql.query<{ token: string; next: AfterSnooze }>({ name: 'snooze', text: SNOOZE, values });
  const known = new Map(rows.map(({ token, next }) => [token, next]));
  const missing = snoozes.filter(({ leaseToken }) => !known.has(leaseToken));
  if (missing.length > 0) for (const token of await findSnoozedBefore(sql, missing)) known.set(token, 'QUEUED');
  return known;
}

/** Those that were put off already: the answer was lost. */
async function findSnoozedBefore(sql: Sql, missing: Snooze[]): Promise<string[]> {
  const { rows } = await sql.query<{ token: string }>(SNOOZED_BEFORE, [
    missing.map(({ id }) => id),
    missing.map(({ leaseToken }) => leaseToken),
    missing.map(({ claimNo }) => claimNo),
  ]);
  return rows.map(({ token }) => token);
}

const WORDS = `CASE status WHEN 'QUEUED' THEN 'Put off by its job for ' || ${formatDurationSql('"delayMs"')}
    || ', without using up an attempt' ELSE 'Put off by its job; cancelled, as was asked' END || coalesce(': ' || left(reason, 300), '')`;

const SNOOZE = `
WITH moment AS MATERIALIZED (SELECT clock_timestamp() AS at
), held AS MATERIALIZED (
  SELECT j.id, j."claimNo", j.attempt, j."runnerId", j."startedAt", j."cancelRequestedAt" IS NOT NULL AS cancelled, lease.token, lease.reason,
    greatest(lease."delayMs", CASE WHEN j."claimNo" < ${MIN_DELAY_MS.manyClaims} THEN ${MIN_DELAY_MS.few} ELSE ${MIN_DELAY_MS.many} END) AS "delayMs"
  FROM "JobRun" j JOIN unnest($1::bigint[], $2::uuid[], $3::float8[], $4::text[]) AS lease(id, token, "delayMs", reason)
    ON j.id = lease.id AND j."leaseToken" = lease.token
  WHERE j.status = 'RUNNING' ORDER BY j.id FOR UPDATE OF j
), snoozed AS (
  UPDATE "JobRun" j
  SET status = CASE WHEN held.cancelled THEN 'CANCELLED' ELSE 'QUEUED' END::"JobRunStatus",
      attempt = j.attempt - 1, rev = j.rev + 1, "leaseToken" = NULL, "lastHeartbeatAt" = NULL,
      "runAt" = CASE WHEN held.cancelled THEN j."runAt" ELSE date_trunc('milliseconds', moment.at + held."delayMs" * interval '1 ms') END,
      "runnerId" = CASE WHEN held.cancelled THEN j."runnerId" END,
      "startedAt" = CASE WHEN held.cancelled THEN j."startedAt" END,
      "finishedAt" = CASE WHEN held.cancelled THEN moment.at END,
      "durationMs" = CASE WHEN held.cancelled THEN greatest(0, extract(epoch FROM moment.at - j."startedAt") * 1000)::bigint END,
      "progressPercent" = NULL, "progressMessage" = NULL,
      steps = CASE WHEN held.cancelled THEN j.steps END, ${countNote('INFO')}
  FROM held, moment WHERE j.id = held.id
  RETURNING j.*, held.token, held.reason, held."delayMs", held.attempt AS "heldAttempt"
), archived AS (${archiveAttempt('(SELECT * FROM held, moment WHERE NOT cancelled) ended', `'SNOOZED'`, 'reason')}
), counted AS (${countEnded('snoozed')}
), noted AS (${noteFrom('(SELECT id, "messageCount", "heldAttempt" AS attempt, status, reason, "delayMs" FROM snoozed) noted', 'INFO', WORDS)})
SELECT token, status AS next FROM snoozed`;

const SNOOZED_BEFORE = `
SELECT snooze.token FROM unnest($1::bigint[], $2::uuid[], $3::int[]) AS snooze(id, token, "claimNo")
  JOIN "JobRunAttempt" a ON a."runId" = snooze.id AND a."claimNo" = snooze."claimNo" AND a.outcome = 'SNOOZED'`;
