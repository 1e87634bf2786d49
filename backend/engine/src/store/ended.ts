/** What ended by the counters of hours, removed runs included, as rows of `hour`, `jobName`, `status` and `runs`. */
export const ENDED_BY_HOUR = `
  SELECT hour, "jobName", status, runs FROM "JobRunCount"
  UNION ALL SELECT at, "jobName", status, runs FROM "JobRunRemoved" WHERE step = 'HOUR'`;

/** The same by the counters of days, as rows of `day` and so on. */
export const ENDED_BY_DAY = `
  SELECT day, "jobName", status, runs FROM "JobRunDayCount"
  UNION ALL SELECT at, "jobName", status, runs FROM "JobRunRemoved" WHERE step = 'DAY'`;

/** The first day on which any run ended that is counted, as SQL: at one end of each of two indexes. */
export const FIRST_DAY = `least((SELECT min(day) FROM "JobRunDayCount"), (SELECT min(at) FROM "JobRunRemoved" WHERE step = 'DAY'))`;
