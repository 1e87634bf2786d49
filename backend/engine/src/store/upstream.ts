import type { TerminalStatus } from '@job-manager/shared/run';
import type { Sql } from './sql.js';

/** A run that another waited for, as that one sees it. */
export interface UpstreamRun {
  runId: string;
  /** Null, like its status, for a run that retention has removed since. */
  jobName: string | null;
  status: TerminalStatus | null;
  /** What it returned and reported about itself. */
  result: unknown;
  /** Part of the result is missing: it was too large to be kept whole, or all results together are too large. */
  resultTruncated: boolean;
}

/** Of all results together, as they are stored. */
const MAX_BYTES = 16 * 1024 * 1024;

/** The runs that a run waited for, in the order given; of a run that a batch calls back the runs of the batch. */
export async function readUpstream(sql: Sql, runId: string): Promise<UpstreamRun[]> {
  const { rows } = await sql.query<UpstreamRun>(UPSTREAM, [runId, MAX_BYTES]);
  return rows;
}

const UPSTREAM = `
WITH wanted AS (
  SELECT up.id, up.place FROM "JobRun" j CROSS JOIN LATERAL unnest(j."dependsOn") WITH ORDINALITY AS up(id, place) WHERE j.id = $1
  UNION ALL
  SELECT m.id, row_number() OVER (ORDER BY m.id) FROM "JobRunBatch" b JOIN "JobRun" m ON m."batchId" = b.id WHERE b."callbackRunId" = $1
), found AS (
  SELECT wanted.id, wanted.place, p."jobName", p.status, p.metadata, p."metadataTruncated",
    sum(coalesce(pg_column_size(p.metadata), 0)) OVER (ORDER BY wanted.place) > $2::int AS "isTooMuch"
  FROM wanted LEFT JOIN "JobRun" p ON p.id = wanted.id
)
SELECT id::text AS "runId", "jobName", status::text, CASE WHEN NOT "isTooMuch" THEN metadata END AS result,
  coalesce("metadataTruncated", false) OR "isTooMuch" AS "resultTruncated"
FROM found ORDER BY place`;
