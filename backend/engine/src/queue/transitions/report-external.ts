import type { JobRunStep } from '@job-manager/shared/contract/message';
import type { Sql } from '../../store/sql.js';
import type { Lease } from './beat.js';

/**
 * Which row a report of an external program is about: the one it holds, by its id and token (the first two
 * values). A runner's lease never counts here, so nothing but its runner can speak for its runs.
 */
export const heldExternally = (alias: string): string =>
  `${alias}.id = $1 AND ${alias}."leaseToken" = $2 AND ${alias}.status = 'RUNNING' AND ${alias}."finishedAt" IS NULL AND ${alias}."inactivityTimeoutMs" IS NOT NULL`;

/** What the program is told; null from the functions below when the run is not its own any more. */
export interface ReportAnswer {
  shouldStop: boolean;
}

/** Proves that the program lives. */
export async function beatExternal(sql: Sql, lease: Lease): Promise<ReportAnswer | null> {
  const beaten = await sql.query<ReportAnswer>(BEAT, [lease.id, lease.leaseToken]);
  return beaten.rows[0] ?? null;
}

const BEAT = `
UPDATE "JobRun" j SET "lastHeartbeatAt" = clock_timestamp(), rev = j.rev + 1 WHERE ${heldExternally('j')}
RETURNING j."cancelRequestedAt" IS NOT NULL AS "shouldStop"`;

/** How far a held run is, as a report finds it. */
export interface ExternalProgress {
  claimNo: number;
  /** Time since the run began, by the database's clock. */
  afterMs: number;
  percent: number | null;
  message: string | null;
  steps: JobRunStep[] | null;
  rev: number;
}

/** How far the run is; null when it is not the program's any more. */
export async function readExternalProgress(sql: Sql, lease: Lease): Promise<ExternalProgress | null> {
  const read = await sql.query<ExternalProgress>(READ, [lease.id, lease.leaseToken]);
  return read.rows[0] ?? null;
}

const READ = `
SELECT j."claimNo", greatest(0, round(extract(epoch FROM clock_timestamp() - j."startedAt") * 1000))::float8 AS "afterMs",
  j."progressPercent" AS percent, j."progressMessage" AS message, j.steps, j.rev
FROM "JobRun" j WHERE ${heldExternally('j')}`;

/** Writes progress that was reckoned from the row as of `rev`; null when the row has changed since, and nothing is written. */
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
