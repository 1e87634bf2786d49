import { ENDED_BY_DAY } from './ended.js';
import type { Sql } from './sql.js';

/** Days of one statement, so that a history of years is written in parts. */
const MAX_DAYS = 60;

/**
 * Writes the totals of the days that have been over for two hours: by then what ended on them is committed. A job that ended there
 * later all the same makes them go, by a trigger, and they are written again. Returns how many rows.
 */
export async function writeDayTotals(sql: Sql): Promise<number> {
  const { rows } = await sql.query<{ isDue: boolean }>(IS_DUE);
  if (!rows[0]?.isDue) return 0;
  await sql.query(REMOVE_WRONG);
  let written = 0;
  for (let more = await writePart(sql); more > 0; more = await writePart(sql)) written += more;
  return written;
}

const writePart = async (sql: Sql): Promise<number> => (await sql.query(WRITE)).rowCount ?? 0;

/** The day after the last with totals, as SQL. */
export const AFTER_TOTALS = `(SELECT coalesce(max(day) + interval '1 day', '-infinity') FROM "JobRunDayTotal")`;

/** What ever ended, as rows of `jobName`, `status` and `runs`: of totals (`isTotal`), with a row of all jobs (`''`), and of the days since. */
export const EVER_ENDED = `
  SELECT "jobName", status, total AS runs, true AS "isTotal" FROM "JobRunDayTotal" WHERE day = (SELECT max(day) FROM "JobRunDayTotal")
  UNION ALL SELECT "jobName", status, runs, false FROM (${ENDED_BY_DAY}) since WHERE day >= ${AFTER_TOTALS}`;

const IS_OVER = `day < (SELECT date_trunc('day', clock_timestamp() - interval '2 hours', 'UTC'))`;

const IS_DUE = `SELECT EXISTS (SELECT FROM (${ENDED_BY_DAY}) days WHERE day >= ${AFTER_TOTALS} AND ${IS_OVER}) AS "isDue"`;

/** The jobs and states whose last total differs from the counters, as SQL: there are none, but for what was committed too late to be seen. */
export const WRONG_TOTALS = `
SELECT 1 FROM (
  SELECT "jobName", status, total FROM "JobRunDayTotal" WHERE day = (SELECT max(day) FROM "JobRunDayTotal") AND "jobName" <> ''
) t FULL JOIN (
  SELECT "jobName", status, sum(runs) AS total FROM (${ENDED_BY_DAY}) days WHERE day < ${AFTER_TOTALS} GROUP BY 1, 2
) c USING ("jobName", status) WHERE coalesce(t.total, 0) <> coalesce(c.total, 0)`;

const REMOVE_WRONG = `DELETE FROM "JobRunDayTotal" WHERE EXISTS (${WRONG_TOTALS})`;

const WRITE = `
WITH ended AS MATERIALIZED (
  SELECT day, CASE WHEN GROUPING("jobName") = 1 THEN '' ELSE "jobName" END AS "jobName", status, sum(runs)::bigint AS runs
  FROM (${ENDED_BY_DAY}) counted WHERE day >= ${AFTER_TOTALS} AND ${IS_OVER} GROUP BY GROUPING SETS ((day, "jobName", status), (day, status))
), days AS MATERIALIZED (SELECT DISTINCT day FROM ended ORDER BY 1 LIMIT ${MAX_DAYS}
), before AS MATERIALIZED (
  SELECT "jobName", status, total FROM "JobRunDayTotal" WHERE day = (SELECT max(day) FROM "JobRunDayTotal")
), known AS (
  SELECT "jobName", status FROM before UNION SELECT "jobName", status FROM ended JOIN days USING (day)
)
INSERT INTO "JobRunDayTotal" (day, "jobName", status, runs, total)
SELECT day, "jobName", status, coalesce(e.runs, 0),
  coalesce(b.total, 0) + sum(coalesce(e.runs, 0)) OVER (PARTITION BY "jobName", status ORDER BY day)
FROM days CROSS JOIN known LEFT JOIN ended e USING (day, "jobName", status) LEFT JOIN before b USING ("jobName", status)
ON CONFLICT DO NOTHING`;
