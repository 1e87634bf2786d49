/**
 * The lanes with queued runs, each with the time of its first run, as the body of a recursive CTE named `lane`: a lane
 * is a channel and a priority, and `condition` selects the runs that count. It jumps from one lane to the next in the
 * index that claims use, so a lane costs one read, however many runs it has and whenever they are due.
 */
export const lanesOf = (lane: string, condition: string): string => `${lane} AS (
  (SELECT channel, priority, "runAt" FROM "JobRun" WHERE status = 'QUEUED' AND "finishedAt" IS NULL AND ${condition}
   ORDER BY channel, priority, "runAt" LIMIT 1)
  UNION ALL
  SELECT next.* FROM ${lane} CROSS JOIN LATERAL (
    SELECT channel, priority, "runAt" FROM "JobRun"
    WHERE status = 'QUEUED' AND "finishedAt" IS NULL AND ${condition} AND (channel, priority) > (${lane}.channel, ${lane}.priority)
    ORDER BY channel, priority, "runAt" LIMIT 1
  ) next
)`;

/**
 * The first queued runs of each lane of a CTE, no more than `most` of a lane, with `columns` of the run `q`. `condition` is
 * an SQL expression over the run and the lane. Read in the order of the index that claims use, which ends where enough
 * are found. Statistics that were taken while the queue was short have PostgreSQL expect a few runs, of which it would
 * read all there are and sort them; of a limit that it doesn't know it expects a tenth of them, and keeps to the order.
 */
export const firstInLanes = (lane: string, columns: string, condition: string, most: number | string): string => `
  SELECT first.* FROM ${lane} CROSS JOIN LATERAL (
    SELECT ${columns} FROM "JobRun" q WHERE q.status = 'QUEUED' AND q."finishedAt" IS NULL AND q.channel = ${lane}.channel AND q.priority = ${lane}.priority AND ${condition}
    ORDER BY q."runAt", q.id LIMIT ${most}
  ) first`;

/** A row without columns for each queued run in the lanes of a CTE, no more than `most` of a lane. */
export const countableIn = (lane: string, condition: string, most: number): string =>
  firstInLanes(lane, '', condition, most);

/** Whether a channel or a job, a row of Channel or JobSettings or none, is paused `at` a time (an SQL expression). */
export const isPaused = (row: string, at: string): string =>
  `(${row}."pausedAt" IS NOT NULL AND coalesce(${row}."resumeAt" > ${at}, true))`;
