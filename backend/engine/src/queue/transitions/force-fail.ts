import type { Actor } from '@job-manager/client/actor';
import { auditFrom, auditValues } from '@job-manager/client/audit';
import { countNote, noteFrom } from '@job-manager/client/note';
import type { AuditAction } from '@job-manager/shared/audit';
import { limits } from '@job-manager/shared/limits';
import { formatDurationSql } from '../../store/format-duration.js';
import { type RunRow, type RunSummaryRow, selectRun, selectSummary } from '../../store/run-row.js';
import type { Sql } from '../../store/sql.js';
import { leaveRunning } from './leave-running.js';

interface FailRunning {
  /** A query of the ids of RUNNING runs, their rows locked. */
  target: string;
  /** The error of each, as an SQL expression over JobRun `j`. */
  error: string;
  action: AuditAction;
  /** Number of the first of the values of `auditValues`. */
  actorAt: number;
  /** Further details of the audit entry, as an SQL expression. */
  details?: string;
}

/**
 * Fails running runs from outside their execution, as the CTEs of a statement that leave the runs in `changed`. Clears
 * the lease, so that later writes of their runner change nothing.
 */
const failRunning = ({ target, error, action, actorAt, details }: FailRunning): string => `
WITH moment AS MATERIALIZED (SELECT clock_timestamp() AS at
), target AS MATERIALIZED (${target}
), ${leaveRunning({
  from: 'target',
  next: `'FAILED'`,
  isFinal: true,
  set: { error: `left(${error}, ${limits.errorChars})` },
  note: { level: `'ERROR'`, text: 'j.error' },
  audit: auditFrom('changed', action, actorAt, details),
})}`;

/** The message for what was done to runs, by whom and why, as an SQL expression over two values: who, and why or null. */
const doneBy = (what: string, who: string, why: string): string =>
  `'${what} by ' || coalesce(${who}::text, 'the system') || coalesce(': ' || ${why}::text, '')`;

/**
 * Fails a RUNNING run that was requested to stop at least `graceMs` ago, and clears its lease. Null, without a change,
 * for any other run.
 */
export async function forceFailRun(
  sql: Sql,
  { runId, reason, graceMs }: ForceFailRequest,
  actor: Actor,
): Promise<RunRow | null> {
  const failed = await sql.query<RunRow>(FORCE_FAIL, [runId, graceMs, reason, ...auditValues(actor)]);
  return failed.rows[0] ?? null;
}

/** The same for those of these runs that run on for too long; returns their ids. */
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

export interface ForceFailRequest {
  runId: string;
  reason: string | null;
  /** Time that the run has to stop by itself, from the first request. */
  graceMs: number;
}

/** A requested force-fail that is due. */
export interface DueForceFail {
  request: ForceFailRequest;
  actor: Actor;
}

export const MAX_DUE = 100;

/**
 * Requests a RUNNING run to stop, unless that was requested before, and notes that it is to be failed after its grace
 * period. The note is the audit entry: it survives the process, and costs other runs nothing. Null for a run that isn't
 * running.
 */
export async function requestForceFail(
  sql: Sql,
  { runId, reason, graceMs }: ForceFailRequest,
  actor: Actor,
): Promise<RunRow | null> {
  const requested = await sql.query<RunRow>(REQUEST, [runId, graceMs, reason, ...auditValues(actor)]);
  return requested.rows[0] ?? null;
}

/** The same for all of these runs that are running; returns their ids. */
export async function requestForceFailChosen(
  sql: Sql,
  { runIds, reason, graceMs }: Omit<ForceFailRequest, 'runId'> & { runIds: readonly string[] },
  actor: Actor,
): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(REQUEST_CHOSEN, [runIds, graceMs, reason, ...auditValues(actor)]);
  return rows.map(({ id }) => id);
}

/**
 * The runs that still run after their grace period, with who requested the force-fail; both requests where there were
 * two.
 */
export async function readDueForceFails(sql: Sql): Promise<DueForceFail[]> {
  type Row = ForceFailRequest & Actor;
  const { rows } = await sql.query<Row>(DUE);
  return rows.map(({ runId, reason, graceMs, ...actor }) => ({ request: { runId, reason, graceMs }, actor }));
}

/** Runs that ignore a cancel for longer than operators allow for their job, which then fails them by force. */
export async function readIgnoredCancels(sql: Sql): Promise<ForceFailRequest[]> {
  const { rows } = await sql.query<{ runId: string; graceMs: number; waited: string }>(IGNORED);
  return rows.map(({ waited, ...request }) => ({ ...request, reason: `it went on for ${waited} after its cancel` }));
}

const requestStop = (which: string): string => `
WITH target AS MATERIALIZED (SELECT id, "cancelRequestedAt" IS NULL AS "isFirst" FROM "JobRun"
  WHERE ${which} AND status = 'RUNNING' AND "finishedAt" IS NULL ORDER BY id FOR UPDATE
), changed AS (
  UPDATE "JobRun" j
  SET "cancelRequestedAt" = coalesce(j."cancelRequestedAt", clock_timestamp()),
      "cancelRequestedById" = CASE WHEN "isFirst" THEN $4 ELSE j."cancelRequestedById" END, rev = j.rev + 1,
      ${countNote('INFO')}
  FROM target WHERE j.id = target.id AND j.status = 'RUNNING' AND j."finishedAt" IS NULL
  RETURNING j.*
), audited AS (${auditFrom(
  'changed',
  'run.ask-force-fail',
  4,
  `jsonb_strip_nulls(jsonb_build_object('graceMs', $2::float8, 'reason', $3::text))`,
)}
), noted AS (${noteFrom(
  'changed',
  'INFO',
  `'Asked to stop, or to be force-failed after ' || ($2::float8 / 1000)::text || ' s, by ' || coalesce($5::text, 'the system')
     || coalesce(': ' || $3::text, '')`,
)})`;

const REQUEST = `${requestStop('id = $1')} ${selectRun('changed')}`;
const REQUEST_CHOSEN = `${requestStop('id = ANY($1::bigint[])')} SELECT id FROM changed`;

const DUE = `
SELECT r.id::text AS "runId", a.details->>'reason' AS reason, (a.details->>'graceMs')::float8 AS "graceMs",
  a."actorId" AS "userId", a."actorEmail" AS email, a.ip, a."userAgent", a."tokenId"
FROM "JobRun" r JOIN "AuditEvent" a ON a."runId" = r.id AND a.action = 'run.ask-force-fail'
WHERE r.status = 'RUNNING' AND r."finishedAt" IS NULL AND r."cancelRequestedAt" + (a.details->>'graceMs')::float8 * interval '1 ms' <= clock_timestamp()
ORDER BY a.id LIMIT ${MAX_DUE}`;

const IGNORED = `
SELECT r.id::text AS "runId", s."autoForceFailAfterMs"::float8 AS "graceMs", ${formatDurationSql('s."autoForceFailAfterMs"')} AS waited
FROM "JobSettings" s JOIN "JobRun" r ON r."jobName" = s."jobName" AND r.status = 'RUNNING' AND r."finishedAt" IS NULL
WHERE s."autoForceFailAfterMs" IS NOT NULL
  AND r."cancelRequestedAt" <= clock_timestamp() - s."autoForceFailAfterMs"::float8 * interval '1 ms'
ORDER BY r."cancelRequestedAt" LIMIT ${MAX_DUE}`;

/** At most so many in one statement. */
export const MAX_FAILED = 500;

interface EmergencyFail {
  /** Runs that started later are left alone. */
  startedBefore: Date;
  reason: string | null;
}

/** Fails RUNNING runs in any state of execution, and clears their leases; at most MAX_FAILED. */
export async function emergencyFailRuns(
  sql: Sql,
  { startedBefore, reason }: EmergencyFail,
  actor: Actor,
): Promise<RunSummaryRow[]> {
  const failed = await sql.query<RunSummaryRow>(EMERGENCY_FAIL, [startedBefore, reason, ...auditValues(actor)]);
  return failed.rows;
}

/** The RUNNING runs, and the database's time: those that `emergencyFailRuns` would fail with it as `startedBefore`. */
export async function previewEmergencyFail(sql: Sql): Promise<{ runs: RunSummaryRow[]; serverTime: Date }> {
  const clock = await sql.query<{ now: Date }>(CLOCK);
  const serverTime = clock.rows[0]?.now ?? new Date();
  const running = await sql.query<RunSummaryRow>(PREVIEW, [serverTime]);
  return { runs: running.rows, serverTime };
}

// Cut to milliseconds the way `startedAt` is, so that what starts before it never seems to have started later.
const CLOCK = 'SELECT clock_timestamp()::timestamptz(3) AS now';

const PREVIEW = `${selectSummary('"JobRun"')} WHERE r.status = 'RUNNING' AND r."finishedAt" IS NULL AND r."startedAt" <= $1 ORDER BY r.id`;

// Waits for rows that another statement has locked: "all" must mean all.
const EMERGENCY_FAIL = `${failRunning({
  target: `SELECT id FROM "JobRun" WHERE status = 'RUNNING' AND "finishedAt" IS NULL AND "startedAt" <= $1 ORDER BY id LIMIT ${MAX_FAILED} FOR UPDATE`,
  error: doneBy('Emergency cleanup', '$4', '$2'),
  action: 'run.emergency-fail',
  actorAt: 3,
  details: `jsonb_strip_nulls(jsonb_build_object('reason', $2::text, 'startedBefore', $1::timestamptz))`,
})}
${selectSummary('changed')} ORDER BY r.id`;
