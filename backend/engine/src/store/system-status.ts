import type { AlertRuleKind, AlertSeverity } from '@job-manager/shared/alert-rules';
import type { Verdict } from '@job-manager/shared/contract/health';
import type { Sql } from './sql.js';
import { meanOfRequests } from './system-samples.js';

/** Days of the report, today included. */
export const STATUS_DAYS = 90;

export interface StatusIncident {
  id: string;
  kind: AlertRuleKind;
  /** The reason of health that it is about, where its kind is `health`. */
  reason: string;
  severity: AlertSeverity;
  title: string;
  openedAt: Date;
  closedAt: Date | null;
}

/** Incidents of the last 90 days, the newest first, at most 5,000; and all that are open. */
export async function readStatusIncidents(sql: Sql): Promise<StatusIncident[]> {
  const { rows } = await sql.query<StatusIncident>(
    `SELECT id::text, kind, split_part(key, ' ', 2) AS reason, severity, title, "openedAt", "closedAt" FROM "Incident"
     WHERE "closedAt" IS NULL OR "closedAt" > (SELECT clock_timestamp() - interval '${STATUS_DAYS} days')
     ORDER BY "openedAt" DESC, "Incident".id DESC LIMIT 5000`,
  );
  return rows;
}

export interface SampledDays {
  /** Each day as `2026-01-31`. */
  days: string[];
  now: Date;
}

/** The days of the last 90, in UTC, on which any server was sampled. */
export async function readSampledDays(sql: Sql): Promise<SampledDays> {
  const { rows } = await sql.query<SampledDays>(
    `SELECT clock_timestamp() AS now, coalesce(array_agg(DISTINCT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD')) FILTER (WHERE at IS NOT NULL), '{}') AS days
     FROM (SELECT 1) one LEFT JOIN (
       SELECT at FROM "SystemSample" WHERE step = 'HOUR' AND at > clock_timestamp() - interval '${STATUS_DAYS + 1} days'
         OR step = 'MINUTE' AND at > clock_timestamp() - interval '2 hours') sampled ON true`,
  );
  return rows[0] ?? { days: [], now: new Date() };
}

/** Since when the worst verdict of all servers has been this one, within the last seven days; null where it is not known. */
export async function readVerdictSince(sql: Sql, verdict: Verdict): Promise<Date | null> {
  const { rows } = await sql.query<{ since: Date | null }>(
    `WITH minutes AS MATERIALIZED (SELECT at, ${WORST} AS verdict FROM "SystemSample" WHERE step = 'MINUTE' GROUP BY at)
     SELECT min(at) AS since FROM minutes WHERE at > coalesce((SELECT max(at) FROM minutes WHERE verdict <> $1), '-infinity')`,
    [verdict],
  );
  return rows[0]?.since ?? null;
}

/** The worst verdict of a group of samples. */
const WORST = `CASE WHEN bool_or(verdict = 'CRITICAL') THEN 'CRITICAL' WHEN bool_or(verdict = 'WARNING') THEN 'WARNING' ELSE 'OK' END`;

export interface ServerMinute {
  /** Full minutes ago: 0 for the last. */
  ago: number;
  p95Ms: number | null;
  requests: number;
  errors: number;
  sockets: number;
}

/** Figures of the servers in each minute of the last hour. */
export async function readServerMinutes(sql: Sql): Promise<ServerMinute[]> {
  const { rows } = await sql.query<ServerMinute>(
    `SELECT (extract(epoch FROM date_trunc('minute', clock_timestamp()) - at) / 60)::int - 1 AS ago, ${meanOfRequests('"apiP95Ms"')} AS "p95Ms",
       sum("apiRequests")::int AS requests, sum("apiErrors")::int AS errors, sum(sockets)::int AS sockets
     FROM "SystemSample" WHERE step = 'MINUTE' AND at >= date_trunc('minute', clock_timestamp()) - interval '61 minutes' GROUP BY at ORDER BY at`,
  );
  return rows;
}

export interface DeliveryCounts {
  sent: number;
  failed: number;
  /** Tried at least once, and to be tried again. */
  waiting: number;
}

/** Messages of alerts within a day, by how they went. */
export async function countDeliveries(sql: Sql): Promise<DeliveryCounts> {
  const { rows } = await sql.query<DeliveryCounts>(
    `SELECT count(*) FILTER (WHERE status = 'SENT')::int AS sent, count(*) FILTER (WHERE status = 'FAILED')::int AS failed,
       count(*) FILTER (WHERE status = 'PENDING' AND tries > 0)::int AS waiting
     FROM "AlertDelivery" WHERE "createdAt" > clock_timestamp() - interval '1 day' AND event <> 'test'`,
  );
  return rows[0] ?? { sent: 0, failed: 0, waiting: 0 };
}

/** Errors that browsers reported within a day. */
export async function countBrowserErrors(sql: Sql): Promise<number> {
  const { rows } = await sql.query<{ errors: number }>(
    `SELECT coalesce(sum(count), 0)::int AS errors FROM "ClientError" WHERE at > clock_timestamp() - interval '1 day' AND level = 'error'`,
  );
  return rows[0]?.errors ?? 0;
}

/** The names of maintenance tasks that found a problem the last time. */
export async function readTaskProblems(sql: Sql): Promise<{ task: string; result: string }[]> {
  const { rows } = await sql.query<{ task: string; result: string }>(
    `SELECT name AS task, coalesce("lastResult", '') AS result FROM "MaintenanceTask" WHERE "hasProblem" ORDER BY name`,
  );
  return rows;
}
