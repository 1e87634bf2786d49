import type { Verdict } from '@job-manager/shared/contract/health';
import type { Sql } from './sql.js';

/** How a server did in the minute before. */
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
  || jsonb_build_object('at', date_trunc('minute', clock_timestamp() - interval '30 seconds', 'UTC')))).*
ON CONFLICT DO NOTHING`;

/** Percentiles of many minutes: in the mean of the requests, for they can't be added up. */
export const meanOfRequests = (column: string): string =>
  `(sum(${column} * "apiRequests") FILTER (WHERE ${column} IS NOT NULL) / nullif(sum("apiRequests") FILTER (WHERE ${column} IS NOT NULL), 0))`;

/** Of each minute, all servers as one. */
export const SYSTEM_MINUTES = `
  SELECT at, 1 AS minutes, sum("apiRequests")::int AS "apiRequests", sum("apiErrors")::int AS "apiErrors", ${meanOfRequests('"apiP50Ms"')} AS "apiP50Ms",
    ${meanOfRequests('"apiP95Ms"')} AS "apiP95Ms", avg("dbMs") AS "dbMs", avg("notifyMs") AS "notifyMs", sum(sockets)::float8 AS sockets,
    sum("socketsOpened")::int AS "socketsOpened", sum("socketsLost")::int AS "socketsLost", bool_or(verdict = 'CRITICAL')::int AS criticals,
    (bool_or(verdict = 'WARNING') AND NOT bool_or(verdict = 'CRITICAL'))::int AS warnings
  FROM "SystemSample"`;

/** Writes the hours that have gone by, a minute ago at least. */
export const SUM_SYSTEM_HOURS = `
INSERT INTO "SystemSampleHour" (hour, minutes, "apiRequests", "apiErrors", "apiP50Ms", "apiP95Ms", "dbMs", "notifyMs", sockets, "socketsOpened",
  warnings, criticals, "socketsLost")
SELECT date_trunc('hour', at, 'UTC'), count(*), sum("apiRequests"), sum("apiErrors"), ${meanOfRequests('"apiP50Ms"')},
  ${meanOfRequests('"apiP95Ms"')}, avg("dbMs"), avg("notifyMs"), avg(sockets), sum("socketsOpened"), sum(warnings), sum(criticals), sum("socketsLost")
FROM (${SYSTEM_MINUTES} WHERE at >= coalesce((SELECT max(hour) FROM "SystemSampleHour") + interval '1 hour', '-infinity')
  AND at < (SELECT date_trunc('hour', clock_timestamp() - interval '90 seconds', 'UTC')) GROUP BY at) minutes
GROUP BY 1 ON CONFLICT DO NOTHING`;
