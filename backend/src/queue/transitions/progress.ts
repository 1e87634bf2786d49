import type { Sql } from '../../store/sql.js';
import type { Lease } from './beat.js';

export interface ProgressReport extends Lease {
  percent: number | null;
  message: string | null;
}

/** Writes the newest progress of several runs. Runs no longer held are left alone. */
export async function writeProgress(sql: Sql, reports: ProgressReport[]): Promise<void> {
  await sql.query({
    name: 'progress',
    text: PROGRESS,
    values: [
      reports.map((report) => report.id),
      reports.map((report) => report.leaseToken),
      reports.map((report) => report.percent),
      reports.map((report) => report.message),
    ],
  });
}

// SKIP LOCKED for the same reason as in beat.ts; the next report brings what was skipped.
const PROGRESS = `
WITH report AS MATERIALIZED (
  SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::real[], $4::text[]) AS report(id, token, percent, message)
), free AS MATERIALIZED (
  SELECT id FROM "JobRun" WHERE id = ANY($1) AND status = 'RUNNING' ORDER BY id FOR UPDATE SKIP LOCKED
)
UPDATE "JobRun" j SET "progressPercent" = report.percent, "progressMessage" = report.message, rev = j.rev + 1
FROM report JOIN free USING (id)
WHERE j.id = report.id AND j."leaseToken" = report.token AND j.status = 'RUNNING'`;
