import type { Sql } from '../sql.js';
import { rowsOf } from '../steps.js';
import { allServers, meanOfRequests } from '../system-samples.js';
import { type Span, stepAt } from './span.js';

/** Figures of the servers in a step; a step without a sample is missing. */
export interface SystemStep {
  at: Date;
  requests: number;
  errors: number;
  p50: number | null;
  p95: number | null;
  database: number | null;
  notification: number | null;
  sockets: number;
}

/** Sums of requests, means of the rest. Reads no run. */
export async function readSystemSteps(sql: Sql, span: Span): Promise<SystemStep[]> {
  const { rows } = await sql.query<SystemStep>(
    `SELECT ${stepAt('at')} AS at, sum("apiRequests")::float8 AS requests, sum("apiErrors")::float8 AS errors,
       ${meanOfRequests('"apiP50Ms"')}::float8 AS p50, ${meanOfRequests('"apiP95Ms"')}::float8 AS p95,
       avg("dbMs")::float8 AS database, avg("notifyMs")::float8 AS notification, (sum(sockets * minutes) / sum(minutes))::float8 AS sockets
     FROM (${allServers(rowsOf('SystemSample', '*', span.stepMs))}) s GROUP BY 1`,
    [span.from, span.to, span.stepMs],
  );
  return rows;
}
