/**
 * The lanes with queued runs, each with the time of its first run, as the body of a recursive CTE named `lane`: a
 * lane is a channel and a priority, and `condition` says which runs count. It jumps from one lane to the next in the
 * index that claims use, so a lane costs one look, however many runs it has and whenever their time comes.
 */
export const lanesOf = (lane: string, condition: string): string => `${lane} AS (
  (SELECT channel, priority, "runAt" FROM "JobRun" WHERE status = 'QUEUED' AND ${condition}
   ORDER BY channel, priority, "runAt" LIMIT 1)
  UNION ALL
  SELECT next.* FROM ${lane} CROSS JOIN LATERAL (
    SELECT channel, priority, "runAt" FROM "JobRun"
    WHERE status = 'QUEUED' AND ${condition} AND (channel, priority) > (${lane}.channel, ${lane}.priority)
    ORDER BY channel, priority, "runAt" LIMIT 1
  ) next
)`;

/**
 * A row without columns for each queued run in the lanes of a CTE, up to `most`. Lane by lane, for PostgreSQL may think
 * that reading the whole index is as good. `condition` is an SQL expression over the run `q` and the lane.
 */
export const countableIn = (lane: string, condition: string, most: number): string => `
  SELECT FROM ${lane} CROSS JOIN LATERAL (
    SELECT FROM "JobRun" q WHERE q.status = 'QUEUED' AND q.channel = ${lane}.channel AND q.priority = ${lane}.priority AND ${condition}
    LIMIT ${most}
  ) counted`;

/** Whether a channel or a job, a row of Channel or JobSettings or none, is paused `at` a time (an SQL expression). */
export const isPaused = (row: string, at: string): string =>
  `(${row}."pausedAt" IS NOT NULL AND coalesce(${row}."resumeAt" > ${at}, true))`;
