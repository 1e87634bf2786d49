/**
 * Keeps executions that end without ending their run, as a CTE body in the statement that ends them. `source` has
 * the rows of JobRun as they were before: id, claimNo, attempt, runnerId and startedAt, and `at`, the moment of
 * the end. `outcome` and `error` are SQL expressions over it, and so is what else is `told`, by column.
 */
export const archiveAttempt = (
  source: string,
  outcome: string,
  error: string,
  told: Record<string, string> = {},
): string => {
  const more = Object.entries(told);
  return `INSERT INTO "JobRunAttempt" ("runId", "claimNo", attempt, outcome, "runnerId", "startedAt", "endedAt", "durationMs", error${more.map(([column]) => `, ${column}`).join('')})
   SELECT id, "claimNo", attempt, (${outcome})::"JobRunAttemptOutcome", "runnerId", "startedAt", at,
     greatest(0, extract(epoch FROM at - "startedAt") * 1000)::bigint, left(${error}, 1000)${more.map(([, value]) => `, ${value}`).join('')}
   FROM ${source}`;
};

/**
 * What the row of a run `j` tells of an execution that is over, as a part of the SET of an update: nothing where the
 * run is queued again, for then the archive has it; else when and how it ended. `next` is an SQL expression of the
 * state to be, `moment` has the time, and `told` what is known better than the row does, by column.
 */
export const endExecution = (next: string, told: Record<string, string> = {}): string =>
  Object.entries({ ...AS_IT_STANDS, ...told })
    .map(([column, value]) => `${column} = CASE WHEN ${next} <> 'QUEUED' THEN ${value} END`)
    .join(',\n      ');

const AS_IT_STANDS = {
  '"finishedAt"': 'moment.at',
  '"durationMs"': 'greatest(0, extract(epoch FROM moment.at - j."startedAt") * 1000)::bigint',
  '"startedAt"': 'j."startedAt"',
  '"runnerId"': 'j."runnerId"',
  '"lastHeartbeatAt"': 'j."lastHeartbeatAt"',
  '"progressPercent"': 'j."progressPercent"',
  '"progressMessage"': 'j."progressMessage"',
  steps: 'j.steps',
};
