import { limits } from '@job-manager/shared/limits';
import { type RunSummaryRow, selectSummary } from './run-row.js';
import type { Sql } from './sql.js';

/** All running runs, longest running first, then the first queued ones in the order they will be claimed. */
export async function readActive(sql: Sql): Promise<RunSummaryRow[]> {
  const read = await sql.query<RunSummaryRow>(ACTIVE);
  return read.rows;
}

const ACTIVE = `
WITH shown AS (
  (SELECT * FROM "JobRun" WHERE status = 'RUNNING')
  UNION ALL
  (SELECT * FROM "JobRun" WHERE status = 'QUEUED' ORDER BY priority, "runAt", id LIMIT ${limits.queuedInSnapshot})
)
${selectSummary('shown')}
ORDER BY r.status = 'QUEUED', CASE r.status WHEN 'QUEUED' THEN r.priority END,
  CASE r.status WHEN 'QUEUED' THEN r."runAt" ELSE r."startedAt" END, r.id`;
