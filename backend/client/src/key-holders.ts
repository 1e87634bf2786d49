import { NEW_RUN_COLUMNS } from './new-run.js';

/**
 * Those who wait behind a key keep nobody away by an index, but while one of them is where the key would be held,
 * the next is not to overtake it. An SQL condition over `run`, a row of a NewRun.
 */
export function isHeldFromBehind(run: string): string {
  return `EXISTS (
      SELECT FROM "JobRun" b WHERE b."jobName" = ${run}."jobName" AND b."uniqueKey" = ${run}."uniqueKey" AND b."uniqueScope" = 'BEHIND'
        AND b.status IN ('QUEUED', 'RUNNING') AND ${isInTheWay('b', run)})`;
}

/** Whether a queued or running run is in a state in which the key of the other's scope is held. */
function isInTheWay(holder: string, run: string): string {
  return `CASE ${run}."uniqueScope" WHEN 'QUEUED' THEN ${holder}.status = 'QUEUED' AND ${holder}."claimNo" = 0
     ELSE ${run}."uniqueScope" = 'RUNNING' END`;
}

/**
 * Who has the keys of runs that could not be added: a row per run that still finds somebody. $1 are the runs as JSON.
 */
export const HOLDERS = `
SELECT r.ordinality::int - 1 AS index, holder.id::text AS "runId", holder.key
FROM ROWS FROM (json_to_recordset($1::json) AS (${NEW_RUN_COLUMNS})) WITH ORDINALITY AS r
CROSS JOIN LATERAL (
  SELECT 1 AS rank, id, 'idempotencyKey' AS key FROM "JobRun" WHERE "idempotencyKey" = r."idempotencyKey"
  UNION ALL
  SELECT 2, id, 'unique' FROM "JobRun" j WHERE j."jobName" = r."jobName" AND j."uniqueKey" = r."uniqueKey" AND r."uniqueScope" = 'QUEUED'
    AND j."uniqueScope" = 'QUEUED' AND j.status = 'QUEUED' AND j."claimNo" = 0
  UNION ALL
  SELECT 2, id, 'unique' FROM "JobRun" j WHERE j."jobName" = r."jobName" AND j."uniqueKey" = r."uniqueKey" AND r."uniqueScope" = 'RUNNING'
    AND j."uniqueScope" = 'RUNNING' AND j.status IN ('QUEUED', 'RUNNING')
  UNION ALL
  SELECT 2, id, 'unique' FROM "JobRun" j WHERE j."jobName" = r."jobName" AND j."uniqueKey" = r."uniqueKey" AND r."uniqueScope" = 'PERIOD'
    AND j."uniqueScope" = 'PERIOD' AND j."uniqueUntil" > clock_timestamp()
  UNION ALL
  SELECT 3, id, 'unique' FROM "JobRun" b WHERE b."jobName" = r."jobName" AND b."uniqueKey" = r."uniqueKey" AND b."uniqueScope" = 'BEHIND'
    AND b.status IN ('QUEUED', 'RUNNING') AND ${isInTheWay('b', 'r')}
  ORDER BY rank, id LIMIT 1
) AS holder`;
