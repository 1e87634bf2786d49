/**
 * Adds runs that ended to the hourly counters, as a CTE body in the statement that ended them.
 * Sorted, so that two such statements take the counters' locks in one order and never deadlock.
 */
export const countEnded = (source: string): string =>
  `INSERT INTO "JobRunCount" (hour, "jobName", status, runs, "totalDurationMs")
   SELECT date_trunc('hour', "finishedAt", 'UTC'), "jobName", status, count(*), coalesce(sum("durationMs"), 0)
   FROM ${source} WHERE "finishedAt" IS NOT NULL GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
   ON CONFLICT (hour, "jobName", status) DO UPDATE
   SET runs = "JobRunCount".runs + EXCLUDED.runs, "totalDurationMs" = "JobRunCount"."totalDurationMs" + EXCLUDED."totalDurationMs"`;
