import { namesIn, statusesIn } from '@job-manager/shared/contract/history';
import type { TerminalStatus } from '@job-manager/shared/run';
import type { EndedRuns, HistoryFilter } from './history-stretches.js';
import type { Sql } from './sql.js';

/** Failed runs of one cause; all that is named must hold. */
export interface CauseFilter extends HistoryFilter {
  cause: string;
}

const FAILED: TerminalStatus = 'FAILED';
const NONE: EndedRuns = { ids: [], ends: [] };

/** A page of the failed runs of a cause, newest first, and how many there are in all. Reads no run. */
export async function readRunsOfCause(
  sql: Sql,
  { cause, jobName, status, from, to, page, pageSize }: CauseFilter & { page: number; pageSize: number },
): Promise<{ ended: EndedRuns; total: number }> {
  if (status !== undefined && !statusesIn(status).includes(FAILED)) return { ended: NONE, total: 0 };
  const values = [cause, jobName === undefined ? null : namesIn(jobName), from ?? null, to ?? null];
  const isAll = from === undefined && to === undefined;
  const { rows: counted } = await sql.query<{ runs: number }>(
    isAll ? COUNT : COUNT_IN_TIME,
    isAll ? values.slice(0, 2) : values,
  );
  const total = counted[0]?.runs ?? 0;
  const skip = (page - 1) * pageSize;
  if (skip >= total) return { ended: NONE, total };
  const { rows } = await sql.query<{ id: string; finishedAt: Date }>(
    `SELECT "runId"::text AS id, "finishedAt" FROM "RunError" WHERE ${MATCHES} ORDER BY "finishedAt" DESC, "runId" DESC OFFSET $5 LIMIT $6`,
    [...values, skip, pageSize],
  );
  return { ended: { ids: rows.map(({ id }) => id), ends: rows.map(({ finishedAt }) => finishedAt) }, total };
}

const MATCHES = `fingerprint = $1 AND ($2::text[] IS NULL OR "jobName" = ANY ($2))
  AND "finishedAt" >= coalesce($3::timestamptz, '-infinity') AND "finishedAt" < coalesce($4::timestamptz, 'infinity')`;
const COUNT = `SELECT coalesce(sum(runs::float8), 0) AS runs FROM "RunErrorCount" WHERE fingerprint = $1 AND ($2::text[] IS NULL OR "jobName" = ANY ($2))`;
const COUNT_IN_TIME = `SELECT count(*)::float8 AS runs FROM "RunError" WHERE ${MATCHES}`;

/** The cause of a failed run, and how many runs of it there are; null where none is known. */
export async function readCauseOf(sql: Sql, runId: string): Promise<{ fingerprint: string; runs: number } | null> {
  const { rows } = await sql.query<{ fingerprint: string; runs: number }>(
    `SELECT e.fingerprint, (SELECT sum(c.runs::float8) FROM "RunErrorCount" c WHERE c.fingerprint = e.fingerprint) AS runs
     FROM "RunError" e WHERE e."runId" = $1`,
    [runId],
  );
  return rows[0] ?? null;
}
