/**
 * Adds runs that ended to the hourly counters, as a CTE body in the statement that ended them: those of one moment together
 * first, for to find the hour of each takes longer than to count it. Sorted, so that two such statements take the counters'
 * locks in one order and never deadlock.
 */
export const countEnded = (source: string): string =>
  `INSERT INTO "JobRunCount" (hour, "jobName", status, runs, "totalDurationMs")
   SELECT date_trunc('hour', "finishedAt", 'UTC'), "jobName", status, sum(runs), sum("totalDurationMs") FROM (
     SELECT "finishedAt", "jobName", status, count(*) AS runs, coalesce(sum("durationMs"), 0) AS "totalDurationMs"
     FROM ${source} WHERE "finishedAt" IS NOT NULL GROUP BY 1, 2, 3
   ) ended GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
   ON CONFLICT (hour, "jobName", status) DO UPDATE
   SET runs = "JobRunCount".runs + EXCLUDED.runs, "totalDurationMs" = "JobRunCount"."totalDurationMs" + EXCLUDED."totalDurationMs"`;
