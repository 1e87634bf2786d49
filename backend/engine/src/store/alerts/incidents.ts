import type { AlertEvent, AlertRuleKind, AlertSeverity } from '@job-manager/shared/alert-rules';
import { type AuditPerson, auditPerson, auditPersonValues } from '../audit.js';
import { keptDays } from '../kept-days.js';
import type { Sql } from '../sql.js';
import { queueMessages } from './judge.js';
import { notifyAlerts } from './notify.js';

export interface IncidentRow {
  id: string;
  ruleId: string | null;
  ruleName: string;
  kind: AlertRuleKind;
  severity: AlertSeverity;
  title: string;
  cause: string;
  jobName: string | null;
  channel: string | null;
  fingerprint: string | null;
  lastRunId: string | null;
  count: number | null;
  openedAt: Date;
  reopenedAt: Date | null;
  lastAt: Date;
  closedAt: Date | null;
  closedBy: string | null;
  acknowledgedAt: Date | null;
  acknowledgedBy: string | null;
  mutedUntil: Date | null;
  mutedBy: string | null;
  note: string | null;
  notified: { destination: string; event: AlertEvent; status: 'PENDING' | 'SENT' | 'FAILED' }[];
}

export interface IncidentFilter {
  state: 'open' | 'ended' | 'all';
  severity?: AlertSeverity;
  jobName?: string;
  ruleId?: string;
  /** Only ended ones, older than this. */
  before?: string;
  limit: number;
}

export interface IncidentList {
  rows: IncidentRow[];
  /** Of all, whatever the filter, and how many of them are critical. */
  open: number;
  critical: number;
  now: Date;
}

/** Open incidents, the worst first, then those that ended, the newest first: one more than `limit` where there are more. */
export async function listIncidents(sql: Sql, filter: IncidentFilter): Promise<IncidentList> {
  const { state, severity = null, jobName = null, ruleId = null, before = null, limit } = filter;
  const { rows } = await sql.query<IncidentRow>(LIST, [state, severity, jobName, ruleId, before, limit + 1]);
  return { rows, ...(await countOpenIncidents(sql)) };
}

const columnsOf = (incident: string): string => `
  ${incident}.id::text, "ruleId", "ruleName", kind, severity, title, cause, "jobName", channel, fingerprint, "lastRunId"::text, count, "openedAt", "reopenedAt",
  "lastAt", "closedAt", "closedBy", "acknowledgedAt", "acknowledgedBy", CASE WHEN "mutedUntil" > clock_timestamp() THEN "mutedUntil" END AS "mutedUntil", "mutedBy", note,
  coalesce((SELECT jsonb_agg(jsonb_build_object('destination', n.destination, 'event', n.event, 'status', n.status) ORDER BY n.id)
    FROM (SELECT * FROM "AlertDelivery" a WHERE a."incidentId" = ${incident}.id ORDER BY a.id DESC LIMIT 20) n), '[]') AS notified`;

const LIST = `
SELECT ${columnsOf('i')} FROM "Incident" i
WHERE ($1 = 'all' OR ($1 = 'open') = ("closedAt" IS NULL)) AND ($2::text IS NULL OR severity = $2::"AlertSeverity")
  AND ($3::text IS NULL OR "jobName" = $3) AND ($4::uuid IS NULL OR "ruleId" = $4)
  AND ($5::bigint IS NULL OR ("closedAt" IS NOT NULL AND i.id < $5))
ORDER BY "closedAt" IS NOT NULL, CASE WHEN "closedAt" IS NULL THEN severity END DESC NULLS LAST, i.id DESC LIMIT $6`;

/** One incident; null for none. */
export async function findIncident(sql: Sql, id: string): Promise<IncidentRow | null> {
  const { rows } = await sql.query<IncidentRow>(`SELECT ${columnsOf('i')} FROM "Incident" i WHERE i.id = $1`, [id]);
  return rows[0] ?? null;
}

/** How many incidents are open, and how many of them are critical. */
export async function countOpenIncidents(sql: Sql): Promise<{ open: number; critical: number; now: Date }> {
  const { rows } = await sql.query<{ open: number; critical: number; now: Date }>(
    `SELECT count(*)::int AS open, count(*) FILTER (WHERE severity = 'CRITICAL')::int AS critical, clock_timestamp() AS now
     FROM "Incident" WHERE "closedAt" IS NULL`,
  );
  return rows[0] ?? { open: 0, critical: 0, now: new Date() };
}

const audited = (
  source: string,
  action: 'incident.acknowledge' | 'incident.mute' | 'incident.resolve',
  first: number,
) =>
  auditPerson(
    source,
    {
      action,
      target: `'#' || id || ' ' || title`,
      details: `jsonb_build_object('incidentId', id::text, 'rule', "ruleName", 'note', note, 'mutedUntil', "mutedUntil")`,
    },
    first,
  );

/** Notes that a person is at an open incident; false where it isn't open. Who did it first stays. */
export async function acknowledgeIncident(
  sql: Sql,
  id: string,
  note: string | null,
  person: AuditPerson,
): Promise<boolean> {
  const { rows } = await sql.query(
    `WITH changed AS (
       UPDATE "Incident" SET "acknowledgedAt" = coalesce("acknowledgedAt", clock_timestamp()), "acknowledgedBy" = coalesce("acknowledgedBy", left($4::text, 254)), note = coalesce($2, note)
       WHERE id = $1 AND "closedAt" IS NULL RETURNING *
     ), audited AS (${audited('changed', 'incident.acknowledge', 3)}) SELECT FROM changed`,
    [id, note, ...auditPersonValues(person)],
  );
  return notifyOfChange(sql, rows.length > 0);
}

/** Mutes an incident and the next ones of its subject, or unmutes it (null); false where there is none. */
export async function muteIncident(sql: Sql, id: string, until: Date | null, person: AuditPerson): Promise<boolean> {
  const { rows } = await sql.query(
    `WITH changed AS (
       UPDATE "Incident" SET "mutedUntil" = $2::timestamptz, "mutedBy" = CASE WHEN $2 IS NOT NULL THEN left($4::text, 254) END
       WHERE id = $1 RETURNING *
     ), audited AS (${audited('changed', 'incident.mute', 3)}) SELECT FROM changed`,
    [id, until, ...auditPersonValues(person)],
  );
  return notifyOfChange(sql, rows.length > 0);
}

/** Ends an open incident by hand, and queues the messages that it is over; false where it isn't open. */
export async function resolveIncident(
  sql: Sql,
  id: string,
  note: string | null,
  person: AuditPerson,
): Promise<boolean> {
  const { rows } = await sql.query(
    `WITH moment AS MATERIALIZED (SELECT clock_timestamp() AS now), changed AS (
       UPDATE "Incident" SET "closedAt" = now, "closedBy" = coalesce(left($4::text, 254), 'an operator'), "lastAt" = now, note = coalesce($2, note)
       FROM moment WHERE id = $1 AND "closedAt" IS NULL RETURNING "Incident".*, 'closed' AS event
     ), queued AS (${queueMessages('changed')}
     ), audited AS (${audited('changed', 'incident.resolve', 3)}) SELECT FROM changed`,
    [id, note, ...auditPersonValues(person)],
  );
  return notifyOfChange(sql, rows.length > 0);
}

async function notifyOfChange(sql: Sql, isChanged: boolean): Promise<boolean> {
  if (isChanged) await notifyAlerts(sql);
  return isChanged;
}

/** Removes a batch of the incidents that ended so long ago, with their messages. Returns how many. */
export async function removeOldIncidents(sql: Sql): Promise<number> {
  const { rowCount } = await sql.query(
    `DELETE FROM "Incident" WHERE id = ANY (ARRAY(
       SELECT id FROM "Incident" WHERE "closedAt" < (SELECT clock_timestamp() - interval '${keptDays.incidents} days') LIMIT 1000))`,
  );
  return rowCount ?? 0;
}
