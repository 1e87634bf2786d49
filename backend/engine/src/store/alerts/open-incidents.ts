import type { AlertRuleKind, AlertSeverity } from '@job-manager/shared/alert-rules';
import type { Sql } from '../sql.js';

/** An open incident as far as lists of what is wrong need it. */
export interface OpenIncident {
  id: string;
  kind: AlertRuleKind;
  /** What the rule is broken for: a job, a channel, a schedule, a reason of health. */
  subject: string;
  severity: AlertSeverity;
  title: string;
  cause: string;
  jobName: string | null;
  channel: string | null;
  fingerprint: string | null;
  count: number | null;
  openedAt: Date;
  /** Null where it is not muted now. */
  mutedUntil: Date | null;
  mutedBy: string | null;
}

const MAX_OPEN = 100;

/** The open incidents, the worst first, at most 100. */
export async function readOpenIncidents(sql: Sql): Promise<OpenIncident[]> {
  // A key is the rule's id, a blank and the subject.
  const { rows } = await sql.query<OpenIncident>(
    `SELECT id::text, kind, coalesce(substr(key, length("ruleId"::text) + 2), key) AS subject, severity, title, cause, "jobName", channel,
       fingerprint, count, "openedAt", CASE WHEN "mutedUntil" > clock_timestamp() THEN "mutedUntil" END AS "mutedUntil", "mutedBy"
     FROM "Incident" i WHERE "closedAt" IS NULL ORDER BY severity DESC, i.id DESC LIMIT ${MAX_OPEN}`,
  );
  return rows;
}

/** A destination whose last messages could not be delivered. */
export interface FailingDestination {
  id: string;
  name: string;
  detail: string | null;
  /** Of the first of these messages. */
  since: Date;
}

/** The destinations of which each of the last `messages` messages failed for good, by name. */
export async function readFailingDestinations(sql: Sql, messages: number): Promise<FailingDestination[]> {
  const { rows } = await sql.query<FailingDestination>(
    `SELECT d.id::text, d.name, last.detail, last.since FROM "AlertDestination" d CROSS JOIN LATERAL (
       SELECT count(*) FILTER (WHERE status = 'FAILED') AS failed, min("createdAt") AS since, (array_agg(detail ORDER BY id DESC))[1] AS detail
       FROM (SELECT * FROM "AlertDelivery" a WHERE a."destinationId" = d.id AND status <> 'PENDING' ORDER BY a.id DESC LIMIT $1) newest
     ) last WHERE failed = $1 ORDER BY lower(d.name), d.id`,
    [messages],
  );
  return rows;
}
