import type { SystemEventKind, SystemEventSeverity } from '@job-manager/shared/system-components';
import type { Sql } from './sql.js';

export interface SystemEventRow {
  id: string;
  at: Date;
  kind: SystemEventKind;
  severity: SystemEventSeverity;
  message: string;
  incidentId: string | null;
  runnerId: string | null;
}

export interface SystemEventPage {
  kind?: SystemEventKind;
  /** Only events before this one. */
  before?: { at: string; id: string };
  limit: number;
}

/** What happened to the installation, the newest first; one more than `limit` where there are more. */
export async function listSystemEvents(sql: Sql, { kind, before, limit }: SystemEventPage): Promise<SystemEventRow[]> {
  const { rows } = await sql.query<SystemEventRow>(EVENTS, [
    kind ?? null,
    before?.at ?? null,
    before?.id ?? null,
    limit + 1,
  ]);
  return rows;
}

const NONE = 'NULL::text';
/** Jobs that one event names. */
const MAX_NAMES = 5;

/** The newest of one source that are not after the page begins: `at` is its time, `rest` what follows FROM. */
const newestOf = (
  kind: SystemEventKind,
  at: string,
  {
    id,
    severity,
    message,
    incidentId = NONE,
    runnerId = NONE,
  }: Record<'id' | 'severity' | 'message', string> & {
    incidentId?: string;
    runnerId?: string;
  },
  from: string,
): string => `(
  SELECT ${at} AS at, '${kind}'::text AS kind, ${id} AS id, ${severity} AS severity, ${message} AS message, ${incidentId} AS "incidentId", ${runnerId} AS "runnerId"
  FROM ${from} AND ${at} <= "from" AND ($1::text IS NULL OR $1 = '${kind}')
  ORDER BY ${at} DESC LIMIT $4 + 20)`;

const SOURCES = [
  newestOf(
    'incident',
    'i."openedAt"',
    {
      id: `'opened-' || i.id`,
      severity: `CASE WHEN i.severity = 'CRITICAL' THEN 'error' ELSE 'warning' END`,
      message: 'i.title',
      incidentId: 'i.id::text',
    },
    '"Incident" i, page WHERE true',
  ),
  newestOf(
    'incident',
    'i."closedAt"',
    { id: `'closed-' || i.id`, severity: `'success'`, message: `'Over: ' || i.title`, incidentId: 'i.id::text' },
    '"Incident" i, page WHERE i."closedAt" IS NOT NULL',
  ),
  newestOf(
    'runner',
    'e.at',
    {
      id: `'runner-' || e.id`,
      severity: 'e.severity',
      message: `e."runnerName" || ': ' || e.message`,
      runnerId: 'e."runnerId"::text',
    },
    '"RunnerEvent" e, page WHERE true',
  ),
  newestOf(
    'verdict',
    'v.at',
    {
      id: `'verdict-' || extract(epoch FROM v.at)::bigint`,
      severity: `CASE v.verdict WHEN 'OK' THEN 'success' WHEN 'WARNING' THEN 'warning' ELSE 'error' END`,
      message: `'Health is ' || v.verdict || ', was ' || v.was`,
    },
    `(SELECT at, verdict, lag(verdict) OVER (ORDER BY at) AS was FROM (
        SELECT at, CASE WHEN bool_or(verdict = 'CRITICAL') THEN 'CRITICAL' WHEN bool_or(verdict = 'WARNING') THEN 'WARNING' ELSE 'OK' END AS verdict
        FROM "SystemSample" WHERE step = 'MINUTE' GROUP BY at) minutes) v, page WHERE v.was <> v.verdict`,
  ),
  newestOf(
    'version',
    'n.at',
    {
      id: `'version-' || extract(epoch FROM n.at)::bigint`,
      severity: `'info'`,
      message: `CASE WHEN n.jobs = 1 THEN 'New version of job ' || n.names ELSE 'New versions of ' || n.jobs || ' jobs: ' || n.names
        || CASE WHEN n.jobs > ${MAX_NAMES} THEN ' and ' || n.jobs - ${MAX_NAMES} || ' more' ELSE '' END END`,
    },
    `(SELECT date_trunc('minute', "firstSeenAt", 'UTC') AS at, count(*) AS jobs,
        array_to_string((array_agg("jobName" ORDER BY "jobName"))[1:${MAX_NAMES}], ', ') AS names
      FROM "JobVersion" GROUP BY 1) n, page WHERE true`,
  ),
  newestOf(
    'maintenance',
    'a.at',
    {
      id: `'audit-' || a.id`,
      severity: `CASE a.action WHEN 'run.recover' THEN 'warning' ELSE 'info' END`,
      message: `CASE a.action WHEN 'run.recover' THEN 'Recovered run #' || a."runId" ELSE
        'Removed ' || (a.details->>'runs') || ' old ' || lower(a.details->>'status') || ' runs' END`,
    },
    `page, unnest(ARRAY['run.recover', 'run.prune']) wanted(action) CROSS JOIN LATERAL (
       SELECT * FROM "AuditEvent" e WHERE e.action = wanted.action AND e.at <= "from" ORDER BY e.id DESC LIMIT $4 + 20) a WHERE true`,
  ),
];

const EVENTS = `
WITH page AS MATERIALIZED (SELECT coalesce($2::timestamptz, 'infinity') AS "from")
SELECT * FROM (${SOURCES.join(' UNION ALL ')}) event
WHERE $2::timestamptz IS NULL OR (at, id COLLATE "C") < ($2::timestamptz, $3::text COLLATE "C")
ORDER BY at DESC, id COLLATE "C" DESC LIMIT $4`;
