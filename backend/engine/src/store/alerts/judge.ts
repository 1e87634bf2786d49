import {
  type AlertRuleKind,
  type AlertSeverity,
  CLOSES_AFTER_MS,
  REOPENS_WITHIN_MS,
} from '@job-manager/shared/alert-rules';
import type { Sql } from '../sql.js';
import { notifyAlerts } from './notify.js';

/** That a rule is broken for a subject now. */
export interface BrokenRule {
  /** Of the rule and the subject. */
  key: string;
  ruleId: string;
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
  /** When it last got worse, where that is an event: what came after a person resolved an incident is a new one. */
  eventAt: Date | null;
}

export interface Judged {
  opened: number;
  reopened: number;
  closed: number;
  reminded: number;
}

/**
 * Opens, keeps, reopens and closes incidents by the rules that are broken now, and writes their messages: one
 * statement, so that neither is ever stored without the other. `judged` are the rules that could be evaluated, `on` all
 * that are enabled.
 */
export async function writeJudgement(
  sql: Sql,
  { broken, judged, on }: { broken: BrokenRule[]; judged: string[]; on: string[] },
): Promise<Judged> {
  const { rows } = await sql.query<Judged>(JUDGE, [JSON.stringify(broken), judged, on]);
  const [row] = rows;
  if (!row) throw new Error('PostgreSQL returned no row for an aggregate');
  if (Object.values(row).some((count) => count > 0)) await notifyAlerts(sql);
  return row;
}

const SHOWN = ['title', 'cause', 'jobName', 'channel', 'fingerprint', 'count'] as const;
const isMuted = `(i."mutedUntil" IS NOT NULL AND i."mutedUntil" > now)`;
const updated = [
  ...SHOWN.map((column) => `"${column}" = f."${column}"`),
  `"lastRunId" = f."lastRunId"`,
  'severity = f.severity',
].join(', ');

/** An incident as its messages show it, as an SQL expression over `i`. */
const contentOf = `jsonb_build_object('id', i.id::text, 'rule', i."ruleName", 'kind', i.kind, 'severity', i.severity, 'title', i.title, 'cause', i.cause,
  'jobName', i."jobName", 'channel', i.channel, 'fingerprint', i.fingerprint, 'lastRunId', i."lastRunId"::text, 'count', i.count,
  'openedAt', i."openedAt", 'closedAt', i."closedAt", 'closedBy', i."closedBy")`;

/**
 * The messages of these incidents as rows of AlertDelivery, as a CTE body: to whom the rule notifies, and that an incident
 * is over only to those who know of it. `source` has incidents with their `event`, `moment` has `now`.
 */
export const queueMessages = (source: string): string => `
  INSERT INTO "AlertDelivery" ("incidentId", "destinationId", destination, event, content, quiet)
  SELECT i.id, d.id, d.name, i.event, ${contentOf}, r.quiet
  FROM ${source} i CROSS JOIN moment JOIN "AlertRule" r ON r.id = i."ruleId" JOIN "AlertDestination" d ON d.id = ANY (r."destinationIds")
  WHERE NOT ${isMuted}
    AND (i.event <> 'closed' OR EXISTS (SELECT FROM "AlertDelivery" p WHERE p."incidentId" = i.id AND p."destinationId" = d.id))`;

// Milliseconds, as the columns keep them: what was written now is recognised by its time.
const JUDGE = `
WITH moment AS MATERIALIZED (SELECT date_trunc('milliseconds', clock_timestamp()) AS now
), found AS MATERIALIZED (
  SELECT f.*, r."remindMs" FROM jsonb_to_recordset($1::jsonb) AS f(key text, "ruleId" uuid, "ruleName" text, kind text, severity "AlertSeverity", title text, cause text,
    "jobName" text, channel text, fingerprint text, "lastRunId" bigint, count int, "eventAt" timestamptz)
  JOIN "AlertRule" r ON r.id = f."ruleId" AND r."isOn"
), latest AS MATERIALIZED (
  SELECT newest.* FROM found f CROSS JOIN LATERAL (SELECT * FROM "Incident" i WHERE i.key = f.key ORDER BY i.id DESC LIMIT 1) newest
), kept AS (
  UPDATE "Incident" i SET ${updated}, "lastAt" = now, "notifiedAt" = CASE
      WHEN ${isMuted} THEN i."notifiedAt"
      WHEN i.severity < f.severity THEN now
      WHEN i."acknowledgedAt" IS NULL AND i."notifiedAt" <= now - f."remindMs" * interval '1 ms' THEN now
      ELSE i."notifiedAt" END
  FROM found f, moment WHERE i.key = f.key AND i."closedAt" IS NULL
  RETURNING i.*, 'reminder' AS event
), reopened AS (
  UPDATE "Incident" i SET ${updated}, "lastAt" = now, "notifiedAt" = now, "reopenedAt" = now, "closedAt" = NULL
  FROM found f, latest l, moment
  WHERE i.id = l.id AND l.key = f.key AND l."closedAt" > now - interval '${REOPENS_WITHIN_MS} ms' AND l."closedBy" IS NULL
  RETURNING i.*, 'reopened' AS event
), resolved AS (
  UPDATE "Incident" i SET "lastAt" = now FROM found f, latest l, moment
  WHERE i.id = l.id AND l.key = f.key AND l."closedBy" IS NOT NULL AND l."lastAt" > now - interval '${CLOSES_AFTER_MS} ms'
    AND (f."eventAt" IS NULL OR f."eventAt" <= l."closedAt")
  RETURNING i.key
), opened AS (
  INSERT INTO "Incident" (key, "ruleId", "ruleName", kind, severity, title, cause, "jobName", channel, fingerprint, "lastRunId", count,
    "openedAt", "lastAt", "notifiedAt", "mutedUntil", "mutedBy")
  SELECT f.key, f."ruleId", f."ruleName", f.kind, f.severity, f.title, f.cause, f."jobName", f.channel, f.fingerprint, f."lastRunId", f.count,
    now, now, now, CASE WHEN l."mutedUntil" > now THEN l."mutedUntil" END, CASE WHEN l."mutedUntil" > now THEN l."mutedBy" END
  FROM found f CROSS JOIN moment LEFT JOIN latest l USING (key)
  WHERE f.key NOT IN (SELECT key FROM kept UNION ALL SELECT key FROM reopened UNION ALL SELECT key FROM resolved)
  ON CONFLICT (key) WHERE ("closedAt" IS NULL) DO NOTHING
  RETURNING *, 'opened' AS event
), closed AS (
  UPDATE "Incident" i SET "closedAt" = now FROM moment WHERE i."closedAt" IS NULL AND (
    (i."ruleId" = ANY ($2::uuid[]) AND i."lastAt" <= now - interval '${CLOSES_AFTER_MS} ms' AND i.key NOT IN (SELECT key FROM found))
    OR i."ruleId" IS NULL OR i."ruleId" <> ALL ($3::uuid[]))
  RETURNING i.*, 'closed' AS event
), events AS (
  SELECT * FROM opened UNION ALL SELECT * FROM reopened UNION ALL SELECT * FROM closed
  UNION ALL SELECT kept.* FROM kept, moment WHERE "notifiedAt" = now
), queued AS (${queueMessages('events')})
SELECT (SELECT count(*)::int FROM opened) AS opened, (SELECT count(*)::int FROM reopened) AS reopened, (SELECT count(*)::int FROM closed) AS closed,
  (SELECT count(*)::int FROM events WHERE event = 'reminder') AS reminded`;
