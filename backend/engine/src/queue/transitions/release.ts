import { formatDurationSql } from '../../store/format-duration.js';
import { isLiving } from '../../store/job-versions.js';
import type { Sql } from '../../store/sql.js';
import type { Lease } from './beat.js';
import { AGAIN_UNLESS_CANCELLED, heldBy, leaveRunning } from './leave-running.js';

/** Why a run is released: its runner ends, or it waited too long for a slot there. */
export type ReleaseReason = keyof typeof RELEASE_REASONS;

export const RELEASE_REASONS = { stopped: 'The runner was stopped', 'not begun': 'It could not begin at once' };

/**
 * Releases runs to the queue, as a stopping runner does. The attempt is refunded, because the run did not fail. A run
 * that was requested to stop ends as CANCELLED instead, because it may never start again.
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
    text: `$3 || '; ' || CASE WHEN held.cancelled THEN 'cancelled, as requested' ELSE 'released to the queue, without using up an attempt' END`,
  },
  archive: { outcome: `'RELEASED'`, error: 'NULL' },
})}
SELECT id FROM changed`;

interface Refusal extends Lease {
  /** The version of the job that refuses the parameters, and its `algorithmVersion`. */
  version: string;
  algorithmVersion: string;
  /** The reason as a text. */
  reason: string;
}

/**
 * Releases a run whose parameters don't fit this process's version of its job, for a process of another version. The
 * attempt is refunded. Changes nothing and returns false where every running version has refused it, or where it was
 * requested to stop: then there is nothing to wait for.
 */
export async function refuseRun(sql: Sql, refusal: Refusal): Promise<boolean> {
  const { id, leaseToken, version, algorithmVersion, reason } = refusal;
  return (await sql.query(REFUSE, [id, leaseToken, version, algorithmVersion, reason])).rowCount === 1;
}

const REFUSE = `
WITH moment AS MATERIALIZED (SELECT clock_timestamp() AS at
), held AS MATERIALIZED (
  SELECT j.id, j."claimNo", j.attempt, j."runnerId", j."startedAt" FROM "JobRun" j
  WHERE j.id = $1 AND j."leaseToken" = $2 AND j.status = 'RUNNING' AND j."finishedAt" IS NULL AND j."cancelRequestedAt" IS NULL AND EXISTS (
    SELECT FROM "JobProcess" p CROSS JOIN LATERAL unnest(p."jobNames", p.versions) AS has("jobName", version)
    WHERE has."jobName" = j."jobName" AND has.version <> $3 AND ${isLiving('p')} AND NOT EXISTS (
      SELECT FROM "JobRunAttempt" a WHERE a."runId" = j.id AND a."refusedBy" = has.version))
  FOR UPDATE OF j
), ${leaveRunning({
  from: 'held',
  next: `'QUEUED'`,
  refunds: 'true',
  note: {
    level: `'WARN'`,
    text: `'Version ' || $4 || ' of the job can not take it; released to the queue for another version, without using up an attempt: ' || $5`,
  },
  archive: { outcome: `'RELEASED'`, error: '$5::text', more: { '"refusedBy"': '$3::varchar' } },
})}
SELECT id FROM changed`;

/** A run that its job snoozes. */
export interface Snooze extends Lease {
  claimNo: number;
  delayMs: number;
  reason: string | null;
}

/** The shortest snooze, because each claim of a run costs a row in its archive; longer from `manyClaims` on. */
const MIN_DELAY_MS = { few: 1_000, many: 60_000, manyClaims: 100 };

/** The result for a run that its job snoozes. */
export type AfterSnooze = 'QUEUED' | 'CANCELLED';

/**
 * Queues runs again for later, with their attempts refunded; cancels those that were requested to stop. Returns the
 * results by lease token; a missing token means that the lease was lost meanwhile. Sending the same again, after an
 * answer was lost, is harmless and returns the same.
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

/** Runs that were snoozed already: the answer was lost. */
async function findSnoozedBefore(sql: Sql, missing: Snooze[]): Promise<string[]> {
  const { rows } = await sql.query<{ token: string }>(SNOOZED_BEFORE, [
    missing.map(({ id }) => id),
    missing.map(({ leaseToken }) => leaseToken),
    missing.map(({ claimNo }) => claimNo),
  ]);
  return rows.map(({ token }) => token);
}

const TEXT = `CASE WHEN held.cancelled THEN 'Snoozed by its job; cancelled, as requested' ELSE 'Snoozed by its job for '
    || ${formatDurationSql('held."delayMs"')} || ', without using up an attempt' END || coalesce(': ' || left(held.reason, 300), '')`;

const SNOOZE = `
WITH moment AS MATERIALIZED (SELECT clock_timestamp() AS at
), held AS MATERIALIZED (${heldBy(
  'unnest($1::bigint[], $2::uuid[], $3::float8[], $4::text[]) AS lease(id, token, wanted, reason)',
  `greatest(lease.wanted, CASE WHEN j."claimNo" < ${MIN_DELAY_MS.manyClaims} THEN ${MIN_DELAY_MS.few} ELSE ${MIN_DELAY_MS.many} END) AS "delayMs"`,
)}
), ${leaveRunning({
  from: 'held',
  next: AGAIN_UNLESS_CANCELLED,
  refunds: 'true',
  set: {
    '"runAt"': `CASE WHEN held.cancelled THEN j."runAt" ELSE date_trunc('milliseconds', moment.at + held."delayMs" * interval '1 ms') END`,
  },
  note: { level: `'INFO'`, text: TEXT },
  archive: { outcome: `'SNOOZED'`, error: 'reason' },
})}
SELECT held.token, changed.status AS next FROM changed JOIN held USING (id)`;

const SNOOZED_BEFORE = `
SELECT snooze.token FROM unnest($1::bigint[], $2::uuid[], $3::int[]) AS snooze(id, token, "claimNo")
  JOIN "JobRunAttempt" a ON a."runId" = snooze.id AND a."claimNo" = snooze."claimNo" AND a.outcome = 'SNOOZED'`;
