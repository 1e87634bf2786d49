import type { Sql } from '../../store/sql.js';
import type { Lease } from './beat.js';
import { isStill } from './is-still.js';

export interface ProgressReport extends Lease {
  percent: number | null;
  message: string | null;
  /** JSON text, or null for steps that have not changed. */
  steps: string | null;
}

/**
 * Writes the newest progress of several runs, and returns the tokens of those it was written for. Runs no longer
 * held are left alone, and so are those whose row is just being written otherwise.
 */
export async function writeProgress(sql: Sql, reports: ProgressReport[]): Promise<Set<string>> {
  const written = await sql.query<{ token: string }>({
    name: 'progress',
    text: PROGRESS,
    values: [
      reports.map((report) => report.id),
      reports.map((report) => report.leaseToken),
      reports.map((report) => report.percent),
      reports.map((report) => report.message),
      reports.map((report) => report.steps),
    ],
  });
  return new Set(written.rows.map((row) => row.token));
}

// SKIP LOCKED for the same reason as in beat.ts; what was skipped is sent again.
const PROGRESS = `
WITH report AS MATERIALIZED (
  SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::real[], $4::text[], $5::text[])
    AS report(id, token, percent, message, steps)
), free AS MATERIALIZED (
  SELECT id FROM "JobRun" j WHERE id = ANY($1) AND status = 'RUNNING' AND "finishedAt" IS NULL AND ${isStill('RUNNING', 'j')} ORDER BY id FOR UPDATE SKIP LOCKED
)
UPDATE "JobRun" j
SET "progressPercent" = report.percent, "progressMessage" = report.message,
    steps = coalesce(report.steps::jsonb, j.steps), rev = j.rev + 1
FROM report JOIN free USING (id)
WHERE j.id = report.id AND j."leaseToken" = report.token AND j.status = 'RUNNING' AND j."finishedAt" IS NULL
RETURNING report.token`;
