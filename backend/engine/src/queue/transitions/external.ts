import type { Actor } from '@job-manager/client/actor';
import { auditFrom, auditValues } from '@job-manager/client/audit';
import type { JobRunStep } from '@job-manager/shared/contract/message';
import type { TerminalStatus } from '@job-manager/shared/run';
import { type RunRow, selectRun } from '../../store/run-row.js';
import type { Sql } from '../../store/sql.js';
import type { Lease } from './beat.js';
import { leaveRunning } from './leave-running.js';

interface NewExternalRun {
  jobName: string;
  parameters: Record<string, unknown>;
  scope: string | null;
  correlationId: string | null;
  algorithmVersion: string | null;
  steps: JobRunStep[] | null;
  timeoutMs: number;
  inactivityTimeoutMs: number;
  idempotencyKey: string | null;
  /** The hash of the request with that key. */
  requestHash: string | null;
}

/** RUNNING external runs at once: in all, and of one API token. */
export interface ExternalLimits {
  most: number;
  perToken: number;
}

/** A run with its lease token; null where the lease was lost. */
export type HeldRun = RunRow & { leaseToken: string | null; requestHash: string | null };

/**
 * Creates a run that the calling program executes from now on. Returns the earlier run where the idempotency key has
 * been used, even when there are too many runs; null at one of the limits.
 */
export async function startExternalRun(
  sql: Sql,
  run: NewExternalRun,
  { most, perToken }: ExternalLimits,
  actor: Actor,
): Promise<{ run: HeldRun; isNew: boolean } | null> {
  const started = await sql.query<HeldRun>(START, [
    run.jobName,
    JSON.stringify(run.parameters),
    run.scope,
    run.algorithmVersion,
    run.steps && JSON.stringify(run.steps),
    run.timeoutMs,
    run.inactivityTimeoutMs,
    run.idempotencyKey,
    most,
    ...auditValues(actor),
    run.requestHash,
    perToken,
    run.correlationId,
  ]);
  if (started.rows[0]) return { run: started.rows[0], isNew: true };
  const known = await sql.query<HeldRun>(`${selectHeld('"JobRun"')} WHERE r.id = (${KEY_HOLDER})`, [
    run.idempotencyKey,
  ]);
  return known.rows[0] ? { run: known.rows[0], isNew: false } : null;
}

/** Reads HeldRun columns from `source`, a table or a CTE with the columns of JobRun. */
const selectHeld = (source: string): string =>
  selectRun(source).replace('SELECT', 'SELECT r."leaseToken", r."requestHash",');

const KEY_HOLDER = `SELECT "runId" FROM "JobRunKey" WHERE scope = 'IDEMPOTENCY' AND "jobName" = '' AND key = $1`;

// No runner has this id: it keeps the rule "a running run has a runner" without a runner's row.
const START = `
WITH moment AS MATERIALIZED (SELECT clock_timestamp() AS at
), free AS MATERIALIZED (
  SELECT id FROM (
    SELECT nextval(pg_get_serial_sequence('"JobRun"', 'id')) AS id FROM moment WHERE job_manager_external_slot($9, $14, $16) OFFSET 0
  ) numbered
  WHERE job_manager_take_keys(id, $1, $8, NULL, NULL, NULL)
), started AS (
  INSERT INTO "JobRun" (id, "jobName", parameters, scope, "algorithmVersion", steps, "timeoutMs", "inactivityTimeoutMs", "idempotencyKey", "requestHash",
    "correlationId", channel, "triggeredById", "triggeredByTokenId", trigger, status, attempt, "maxAttempts", "claimNo", "runnerId", "leaseToken",
    "queuedAt", "runAt", "startedAt", "lastHeartbeatAt", "queueDelayMs")
  SELECT free.id, $1, $2, $3, $4, $5, $6, $7, $8, $15, $17, coalesce((SELECT channel FROM "Job" WHERE name = $1::varchar), 'default'), $10, $14, 'API', 'RUNNING', 1, 1, 1, gen_random_uuid(), gen_random_uuid(), at, at, at, at, 0
  FROM moment CROSS JOIN free
  RETURNING *
), audited AS (${auditFrom('started', 'run.start-external', 10)})
${selectHeld('started')}`;

/**
 * Which row a report of an external program is about: the one it holds, by its id and token (the first two
 * values). A runner's lease never counts here, so nothing but its runner can report on its runs.
 */
const heldExternally = (alias: string): string =>
  `${alias}.id = $1 AND ${alias}."leaseToken" = $2 AND ${alias}.status = 'RUNNING' AND ${alias}."finishedAt" IS NULL AND ${alias}."inactivityTimeoutMs" IS NOT NULL`;

/** The answer to the program; null from the functions below when it no longer holds the run. */
export interface ReportAnswer {
  shouldStop: boolean;
}

/** The heartbeat of the program. */
export async function beatExternal(sql: Sql, lease: Lease): Promise<ReportAnswer | null> {
  const answered = await sql.query<ReportAnswer>(BEAT, [lease.id, lease.leaseToken]);
  return answered.rows[0] ?? null;
}

const BEAT = `
UPDATE "JobRun" j SET "lastHeartbeatAt" = clock_timestamp(), rev = j.rev + 1 WHERE ${heldExternally('j')}
RETURNING j."cancelRequestedAt" IS NOT NULL AS "shouldStop"`;

/** The progress of a held run before a report. */
export interface ExternalProgress {
  claimNo: number;
  /** Time since the run began, by the database's clock. */
  afterMs: number;
  percent: number | null;
  message: string | null;
  steps: JobRunStep[] | null;
  rev: number;
}

/** The progress of the run; null when the program no longer holds it. */
export async function readExternalProgress(sql: Sql, lease: Lease): Promise<ExternalProgress | null> {
  const read = await sql.query<ExternalProgress>(READ, [lease.id, lease.leaseToken]);
  return read.rows[0] ?? null;
}

const READ = `
SELECT j."claimNo", greatest(0, round(extract(epoch FROM clock_timestamp() - j."startedAt") * 1000))::float8 AS "afterMs",
  j."progressPercent" AS percent, j."progressMessage" AS message, j.steps, j.rev
FROM "JobRun" j WHERE ${heldExternally('j')}`;

/**
 * Writes progress that was computed from the row as of `rev`; null, without a change, when the row has changed since.
 */
export async function writeExternalProgress(
  sql: Sql,
  lease: Lease,
  progress: Pick<ExternalProgress, 'percent' | 'message' | 'steps' | 'rev'>,
): Promise<ReportAnswer | null> {
  const written = await sql.query<ReportAnswer>(WRITE, [
    lease.id,
    lease.leaseToken,
    progress.rev,
    progress.percent,
    progress.message,
    progress.steps && JSON.stringify(progress.steps),
  ]);
  return written.rows[0] ?? null;
}

const WRITE = `
UPDATE "JobRun" j
SET "progressPercent" = $4, "progressMessage" = $5, steps = $6::jsonb, "lastHeartbeatAt" = clock_timestamp(), rev = j.rev + 1
WHERE ${heldExternally('j')} AND j.rev = $3
RETURNING j."cancelRequestedAt" IS NOT NULL AS "shouldStop"`;

/** How an external program reports the end of its run. */
export interface ExternalEnding {
  status: TerminalStatus;
  error: string | null;
  errorStack: string | null;
  /** JSON text, or null for a run that reported nothing. */
  metadata: string | null;
  metadataTruncated: boolean;
  /** The steps as they are then, JSON text; kept where the run is still as of `rev`. */
  steps: string | null;
  rev: number | null;
}

/**
 * Ends a run that an external program holds. The same ending again, by the same program, returns the run as it is. Null
 * when neither applies: the program no longer holds the run, it ended in another way, or is to end as CANCELLED without
 * a request to stop.
 */
export async function endExternalRun(
  sql: Sql,
  lease: Lease,
  ending: ExternalEnding,
  actor: Actor,
): Promise<{ run: RunRow; isNew: boolean } | null> {
  const ended = await sql.query<RunRow>(END[ending.status], [
    lease.id,
    lease.leaseToken,
    ending.status,
    ending.error,
    ending.errorStack,
    ending.metadata,
    ending.metadataTruncated,
    ending.steps,
    ending.rev,
    ...auditValues(actor),
  ]);
  if (ended.rows[0]) return { run: ended.rows[0], isNew: true };
  const known = await sql.query<RunRow>(ENDED_SO, [lease.id, lease.leaseToken, ending.status]);
  return known.rows[0] ? { run: known.rows[0], isNew: false } : null;
}

const end = (action: 'run.complete-external' | 'run.fail-external') => `
WITH moment AS MATERIALIZED (SELECT clock_timestamp() AS at
), ${leaveRunning({
  which: `${heldExternally('j')} AND ($3::text <> 'CANCELLED' OR j."cancelRequestedAt" IS NOT NULL)`,
  next: '$3::text',
  isFinal: true,
  set: { error: '$4', '"errorStack"': '$5', metadata: '$6::jsonb', '"metadataTruncated"': '$7' },
  execution: {
    '"leaseToken"': 'j."leaseToken"',
    '"lastHeartbeatAt"': 'moment.at',
    '"progressPercent"': `CASE $3::text WHEN 'SUCCESS' THEN 100 ELSE j."progressPercent" END`,
    steps: 'CASE j.rev WHEN $9 THEN $8::jsonb ELSE j.steps END',
  },
  audit: auditFrom('changed', action, 10),
})}
${selectRun('changed')}`;

const FAIL = end('run.fail-external');
const END: Record<TerminalStatus, string> = { SUCCESS: end('run.complete-external'), FAILED: FAIL, CANCELLED: FAIL };

// A statement that ends a run from outside clears its token, so a run that still has it was ended by its own program.
const ENDED_SO = `${selectRun('"JobRun"')}
WHERE r.id = $1 AND r."leaseToken" = $2 AND r.status = $3::"JobRunStatus" AND r."inactivityTimeoutMs" IS NOT NULL`;
