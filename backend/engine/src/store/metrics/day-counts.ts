import { AFTER_TOTALS } from '../day-totals.js';
import { ENDED_BY_DAY } from '../ended.js';
import type { Sql } from '../sql.js';
import type { Counted, CountedStatus, CountStep } from './counted.js';
import { stepAt } from './span.js';

/**
 * What ended in each step of whole days, by group: a few rows of each group and of all jobs, however many jobs there are, for the
 * rest is what the groups leave of all.
 */
export async function readDayCounts(sql: Sql, counted: Counted & { groups: string[] | null }): Promise<CountStep[]> {
  const { span, jobNames, groups } = counted;
  const values = [span.from, span.to, span.stepMs, jobNames, ...(groups ? [groups] : [])];
  const { rows } = await sql.query<CountStep>(groups ? groupsIn(counted) : wholeIn(counted), values);
  return rows;
}

/** The jobs of which any run ended so in these whole days, those with most first: read from the totals at both ends. */
export async function readBusiestJobs(sql: Sql, counted: Counted): Promise<string[]> {
  const { span, jobNames } = counted;
  const { rows } = await sql.query<{ jobName: string }>(busiestIn(counted), [span.from, span.to, jobNames]);
  return rows.map(({ jobName }) => jobName);
}

const statesOf = (statuses: readonly CountedStatus[]): string =>
  `status IN (${statuses.map((status) => `'${status}'`).join(', ')})`;

interface Names {
  /** Conditions on `jobName`: of totals, which have a row of all jobs, and of the counters of days since. */
  total: string;
  since: string;
}

const rowsOf = ({ statuses }: Counted, names: Names): string => `
  SELECT day AS at, "jobName", status, runs::float8 AS runs FROM "JobRunDayTotal"
  WHERE day >= $1 AND day < $2 AND ${statesOf(statuses)} AND ${names.total}
  UNION ALL SELECT day, "jobName", status, runs::float8 FROM (${ENDED_BY_DAY}) since
  WHERE day >= $1 AND day < $2 AND day >= ${AFTER_TOTALS} AND ${statesOf(statuses)} AND ${names.since}`;

const STATES = ['success', 'failed', 'cancelled'] as const;
const SUMS = STATES.map(
  (state) => `coalesce(sum(runs) FILTER (WHERE status = '${state.toUpperCase()}'), 0) AS ${state}`,
).join(', ');

function whole(counted: Counted): string {
  const names =
    counted.jobNames === null
      ? { total: `"jobName" = '' AND $4::text[] IS NULL`, since: 'true' }
      : { total: '"jobName" = ANY ($4::text[])', since: '"jobName" = ANY ($4::text[])' };
  return `SELECT ${stepAt('at')} AS at, ${SUMS} FROM (${rowsOf(counted, names)}) c GROUP BY 1`;
}

const wholeIn = (counted: Counted): string => `SELECT at, '' AS group, ${STATES.join(', ')} FROM (${whole(counted)}) w`;

const OWN = { total: '"jobName" = ANY ($5::text[])', since: '"jobName" = ANY ($5::text[])' };

const groupsIn = (counted: Counted): string => `
WITH own AS MATERIALIZED (SELECT ${stepAt('at')} AS at, "jobName", ${SUMS} FROM (${rowsOf(counted, OWN)}) c GROUP BY 1, 2)
SELECT at, "jobName" AS group, ${STATES.join(', ')} FROM own
UNION ALL SELECT at, NULL, ${STATES.map((state) => `w.${state} - coalesce(o.${state}, 0)`).join(', ')}
FROM (${whole(counted)}) w LEFT JOIN (SELECT at, ${STATES.map((state) => `sum(${state}) AS ${state}`).join(', ')} FROM own GROUP BY 1) o USING (at)`;

/** The totals of each job at the last day that ended before a moment. */
const totalsBefore = (moment: string, { statuses }: Counted): string => `
  FROM "JobRunDayTotal" WHERE day = (SELECT max(day) FROM "JobRunDayTotal" WHERE day < ${moment}) AND "jobName" <> ''
    AND ${statesOf(statuses)} AND ($3::text[] IS NULL OR "jobName" = ANY ($3))`;

const busiestIn = (counted: Counted): string => `
SELECT "jobName" FROM (
  SELECT "jobName", total::float8 AS runs ${totalsBefore('$2', counted)}
  UNION ALL SELECT "jobName", -total::float8 ${totalsBefore('$1', counted)}
  UNION ALL SELECT "jobName", runs::float8 FROM (${ENDED_BY_DAY}) since
  WHERE day >= $1 AND day < $2 AND day >= ${AFTER_TOTALS} AND ${statesOf(counted.statuses)} AND ($3::text[] IS NULL OR "jobName" = ANY ($3))
) ended GROUP BY 1 HAVING sum(runs) > 0 ORDER BY sum(runs) DESC, 1`;
