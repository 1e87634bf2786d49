/**
 * The jobs as their runs are to be, as a part of a FROM with the alias `job`: what operators have set, and what the code
 * declared where they have not.
 */
export const JOB = `(
    SELECT j.name, coalesce(s.channel, j.channel) AS channel, coalesce(s.priority, j.priority) AS priority, j."algorithmVersion",
      coalesce(s."maxAttempts", j."maxAttempts") AS "maxAttempts", j."maxCrashes", coalesce(s."timeoutMs", j."timeoutMs") AS "timeoutMs"
    FROM "Job" j LEFT JOIN "JobSettings" s ON s."jobName" = j.name
  ) job`;
