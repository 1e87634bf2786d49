import type { Actor } from '@job-manager/client/actor';
import { auditFrom, auditValues } from '@job-manager/client/audit';
import type { JobRunStep } from '@job-manager/shared/contract/message';
import { type RunRow, selectRun } from '../../store/run-row.js';
import type { Sql } from '../../store/sql.js';

export interface NewExternalRun {
  jobName: string;
  parameters: Record<string, unknown>;
  scope: string | null;
  correlationId: string | null;
  algorithmVersion: string | null;
  steps: JobRunStep[] | null;
  timeoutMs: number;
  inactivityTimeoutMs: number;
  idempotencyKey: string | null;
  /** Of what was asked with that key. */
  requestHash: string | null;
}

/** RUNNING external runs at once: in all, and of one API token. */
export interface ExternalLimits {
  most: number;
  perToken: number;
}

/** A run with the token that proves whose it is; null where it was taken away. */
export type HeldRun = RunRow & { leaseToken: string | null; requestHash: string | null };

/**
 * Creates a run that the program which asks executes from now on. Returns the run of then where the idempotency
 * key has been used, even when there are too many runs; null at one of the limits.
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

// No runner has this id: it keeps "a running run has a runner" true without a row that beats for it.
const START = `
WITH moment AS MATERIALIZED (SELECT clock_timestamp() AS at
), free AS MATERIALIZED (
  SELECT id FROM (
    SELECT nextval(pg_get_serial_sequence('"JobRun"', 'id')) AS id FROM moment WHERE job_manager_external_slot($9, $14, $16) OFFSET 0
  ) asked
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
