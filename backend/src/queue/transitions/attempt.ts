/**
 * Keeps executions that end without ending their run, as a CTE body in the statement that ends them. `source` has
 * the rows of JobRun as they were before: id, claimNo, attempt, runnerId and startedAt, and `at`, the moment of
 * the end. `error` is an SQL expression over it.
 */
export const archiveAttempt = (source: string, outcome: 'LOST' | 'RELEASED', error: string): string =>
  `INSERT INTO "JobRunAttempt" ("runId", "claimNo", attempt, outcome, "runnerId", "startedAt", "endedAt", "durationMs", error)
   SELECT id, "claimNo", attempt, '${outcome}', "runnerId", "startedAt", at,
     greatest(0, extract(epoch FROM at - "startedAt") * 1000)::bigint, left(${error}, 1000)
   FROM ${source}`;
