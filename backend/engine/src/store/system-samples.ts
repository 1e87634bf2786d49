import type { Verdict } from '@job-manager/shared/contract/health';
import type { Sql } from './sql.js';
import { beginOf, isDue } from './steps.js';

/** Figures of a server in the minute before. */
export interface SystemSample {
  /** Of this process, new with each start. */
  process: string;
  apiRequests: number;
  apiErrors: number;
  /** Null where none was answered. */
  apiP50Ms: number | null;
  apiP95Ms: number | null;
  /** Null where nothing came back. */
  dbMs: number | null;
  notifyMs: number | null;
  sockets: number;
  socketsOpened: number;
  /** Broken off without being closed. */
  socketsLost: number;
  verdict: Verdict;
}

/** Notes it for the minute that has just gone by. */
export async function addSystemSample(sql: Sql, sample: SystemSample): Promise<void> {
  await sql.query(ADD, [JSON.stringify(sample)]);
}

// A sample is taken at the full minute or shortly after it.
const ADD = `
INSERT INTO "SystemSample"
SELECT (jsonb_populate_record(NULL::"SystemSample", $1::jsonb
  || jsonb_build_object('step', 'MINUTE', 'minutes', 1, 'at', ${beginOf('MINUTE', `clock_timestamp() - interval '30 seconds'`)}))).*
ON CONFLICT DO NOTHING`;

/** Percentiles of many minutes: in the mean of the requests, for they can't be added up. */
export const meanOfRequests = (column: string): string =>
  `(sum(${column} * "apiRequests") FILTER (WHERE ${column} IS NOT NULL) / nullif(sum("apiRequests") FILTER (WHERE ${column} IS NOT NULL), 0))`;

/** All servers as one, of each minute or hour that some rows are of, as SQL. */
export const allServers = (rows: string): string => `
  SELECT at, max(minutes) AS minutes, sum("apiRequests")::int AS "apiRequests", sum("apiErrors")::int AS "apiErrors", ${meanOfRequests('"apiP50Ms"')} AS "apiP50Ms",
    ${meanOfRequests('"apiP95Ms"')} AS "apiP95Ms", avg("dbMs") AS "dbMs", avg("notifyMs") AS "notifyMs", sum(sockets) AS sockets,
    sum("socketsOpened")::int AS "socketsOpened", sum("socketsLost")::int AS "socketsLost", bool_or(verdict = 'CRITICAL')::int AS criticals,
    (bool_or(verdict = 'WARNING') AND NOT bool_or(verdict = 'CRITICAL'))::int AS warnings
  FROM (${rows}) s GROUP BY at`;

/** Writes the hours that are over since a minute at least. */
export const SUM_SYSTEM_HOURS = `
INSERT INTO "SystemSample" (step, at, minutes, "apiRequests", "apiErrors", "apiP50Ms", "apiP95Ms", "dbMs", "notifyMs", sockets, "socketsOpened",
  "socketsLost", verdict, warnings, criticals)
SELECT 'HOUR', ${beginOf('HOUR', 'at')}, count(*), sum("apiRequests"), sum("apiErrors"), ${meanOfRequests('"apiP50Ms"')},
  ${meanOfRequests('"apiP95Ms"')}, avg("dbMs"), avg("notifyMs"), avg(sockets), sum("socketsOpened"), sum("socketsLost"),
  CASE WHEN sum(criticals) > 0 THEN 'CRITICAL' WHEN sum(warnings) > 0 THEN 'WARNING' ELSE 'OK' END, sum(warnings), sum(criticals)
FROM (${allServers(`SELECT * FROM "SystemSample" WHERE ${isDue('SystemSample', 'MINUTE', 'HOUR', '90 seconds')}`)}) minutes
GROUP BY 2 ON CONFLICT DO NOTHING`;
