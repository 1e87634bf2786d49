import { NEW_RUN_COLUMNS } from './new-run.js';

/**
 * The runs that hold the keys of new ones: a row per new run whose key is held. $1 are the runs as JSON.
 */
export const HOLDERS = `
SELECT (r.ordinality - 1)::text AS index, holder.id::text AS "runId", holder.key,
  (holder.key = 'idempotencyKey' AND CASE
    -- Runs of older versions have kept no more than their job.
    WHEN holder."requestHash" IS NULL THEN holder."jobName" <> r."jobName"
    ELSE holder."requestHash" IS DISTINCT FROM r."requestHash"
  END)::text AS "isReused"
FROM ROWS FROM (json_to_recordset($1::text::json) AS (${NEW_RUN_COLUMNS})) WITH ORDINALITY AS r
CROSS JOIN LATERAL (
  SELECT 1 AS rank, h.id, 'idempotencyKey' AS key, h."jobName", h."requestHash" FROM "JobRunKey" k JOIN "JobRun" h ON h.id = k."runId"
  WHERE k.scope = 'IDEMPOTENCY' AND k."jobName" = '' AND k.key = r."idempotencyKey"
  UNION ALL
  SELECT 2, k."runId", 'unique', NULL, NULL FROM "JobRunKey" k
  WHERE k.scope = r."uniqueScope"::"JobRunKeyScope" AND k."jobName" = r."jobName" AND k.key = r."uniqueKey"
  UNION ALL
  SELECT 3, line.first, 'unique', NULL, NULL FROM job_manager_first_in_line(r."jobName", r."uniqueKey", r."uniqueScope", 'NONE') AS line(first)
  WHERE line.first IS NOT NULL
  ORDER BY rank, id LIMIT 1
) AS holder`;
