import type { AlertEvent, AlertRuleKind, AlertSeverity } from '@job-manager/shared/alert-rules';
import type { QuietHours } from '@job-manager/shared/contract/alerts/rules';
import type { Sql } from '../sql.js';
import { notifyAlerts } from './notify.js';

/** An incident as a message shows it. */
export interface MessageContent {
  id: string;
  rule: string;
  kind: AlertRuleKind;
  severity: AlertSeverity;
  title: string;
  cause: string;
  jobName: string | null;
  channel: string | null;
  fingerprint: string | null;
  lastRunId: string | null;
  count: number | null;
  openedAt: string;
  closedAt: string | null;
  closedBy: string | null;
}

export interface ClaimedDelivery {
  id: string;
  incidentId: string | null;
  destinationId: string;
  event: AlertEvent;
  content: MessageContent;
  quiet: QuietHours | null;
  digestId: string | null;
  /** This one included. */
  tries: number;
  createdAt: Date;
}

/** Longer than any sender takes; when a sender ends before, the message is due again. */
const LEASE_MS = 120_000;
const MAX_CLAIMED = 500;

/**
 * Claims the due messages. A message waits while an earlier one of the same incident waits for a retry, so that no
 * receiver gets the end before the beginning.
 */
export async function claimDeliveries(sql: Sql): Promise<ClaimedDelivery[]> {
  const { rows } = await sql.query<ClaimedDelivery>(CLAIM);
  return rows.sort((one, other) => Number(BigInt(one.id) - BigInt(other.id)));
}

const CLAIM = `
WITH due AS MATERIALIZED (
  SELECT id FROM "AlertDelivery" a WHERE status = 'PENDING' AND "nextAt" <= clock_timestamp() AND "destinationId" IS NOT NULL
    AND NOT EXISTS (SELECT FROM "AlertDelivery" e WHERE e."incidentId" = a."incidentId" AND e."destinationId" = a."destinationId"
      AND e.status = 'PENDING' AND e.id < a.id AND e."nextAt" > clock_timestamp())
  ORDER BY id LIMIT ${MAX_CLAIMED} FOR UPDATE SKIP LOCKED
)
UPDATE "AlertDelivery" a SET "nextAt" = clock_timestamp() + interval '${LEASE_MS} ms', tries = tries + 1
FROM due WHERE a.id = due.id
RETURNING a.id::text, a."incidentId"::text, a."destinationId", a.event, a.content, a.quiet, a."digestId", a.tries, a."createdAt"`;

export interface SentLately {
  destinationId: string;
  /** Within the last hour; several in one count once. */
  messages: number;
  /** When the first of them was sent, in milliseconds from now. */
  firstAgoMs: number;
}

/** What was sent to each destination within the last hour. */
export async function readSentLately(sql: Sql): Promise<SentLately[]> {
  const { rows } = await sql.query<SentLately>(
    `SELECT "destinationId", count(DISTINCT coalesce("digestId"::text, id::text))::int AS messages,
       (extract(epoch FROM clock_timestamp() - min("sentAt")) * 1000)::float8 AS "firstAgoMs"
     FROM "AlertDelivery" WHERE "createdAt" > clock_timestamp() - interval '26 hours' AND "sentAt" > clock_timestamp() - interval '1 hour'
       AND "destinationId" IS NOT NULL AND event <> 'test' GROUP BY 1`,
  );
  return rows;
}

/** Postpones claimed messages, without counting that as a try. */
export async function holdDeliveries(sql: Sql, ids: string[], forMs: number): Promise<void> {
  await sql.query(
    `UPDATE "AlertDelivery" SET "nextAt" = clock_timestamp() + $2::float8 * interval '1 ms', tries = greatest(0, tries - 1) WHERE id = ANY ($1::bigint[])`,
    [ids, forMs],
  );
}

/** Notes that messages are sent in one, whenever they are tried again. */
export async function joinDeliveries(sql: Sql, ids: string[], digestId: string): Promise<void> {
  await sql.query('UPDATE "AlertDelivery" SET "digestId" = $2 WHERE id = ANY ($1::bigint[])', [ids, digestId]);
}

/** How an attempt went; `retryMs` null gives the messages up. */
export type DeliveryOutcome =
  | { ok: true; detail: string; latencyMs: number }
  | { ok: false; detail: string; latencyMs: number; retryMs: number | null };

/** Notes how an attempt to send messages went. */
export async function noteDelivery(sql: Sql, ids: string[], outcome: DeliveryOutcome): Promise<void> {
  const retryMs = outcome.ok ? null : outcome.retryMs;
  await sql.query(NOTE, [ids, outcome.ok, outcome.detail, outcome.latencyMs, retryMs]);
  await notifyAlerts(sql);
}

const NOTE = `
UPDATE "AlertDelivery" SET detail = left($3, 300), "latencyMs" = $4::float8,
  status = CASE WHEN $2 THEN 'SENT' WHEN $5::float8 IS NULL THEN 'FAILED' ELSE 'PENDING' END::"AlertDeliveryStatus",
  "sentAt" = CASE WHEN $2 THEN clock_timestamp() END,
  "nextAt" = clock_timestamp() + coalesce($5::float8, 0) * interval '1 ms'
WHERE id = ANY ($1::bigint[]) AND status = 'PENDING'`;

/** Keeps how a test message went, as the last delivery of its destination. */
export async function addTestDelivery(
  sql: Sql,
  destination: { id: string; name: string },
  outcome: { ok: boolean; detail: string; latencyMs: number },
): Promise<void> {
  await sql.query(
    `INSERT INTO "AlertDelivery" ("destinationId", destination, event, content, status, tries, detail, "latencyMs", "sentAt")
     SELECT id, name, 'test', '{}', CASE WHEN $2 THEN 'SENT' ELSE 'FAILED' END::"AlertDeliveryStatus", 1, left($3, 300), $4::float8, CASE WHEN $2 THEN clock_timestamp() END
     FROM "AlertDestination" WHERE id = $1`,
    [destination.id, outcome.ok, outcome.detail, outcome.latencyMs],
  );
}

export interface DeliveryRow {
  id: string;
  incidentId: string | null;
  destinationId: string | null;
  destination: string;
  event: AlertEvent;
  status: 'PENDING' | 'SENT' | 'FAILED';
  digestId: string | null;
  tries: number;
  detail: string | null;
  latencyMs: number | null;
  createdAt: Date;
  sentAt: Date | null;
  nextAt: Date;
}

/** The newest 200 messages of an incident, the oldest of them first. */
export async function listDeliveries(sql: Sql, incidentId: string): Promise<DeliveryRow[]> {
  const { rows } = await sql.query<DeliveryRow>(
    `SELECT id::text, "incidentId"::text, "destinationId", destination, event, status, "digestId", tries, detail, "latencyMs", "createdAt", "sentAt", "nextAt"
     FROM "AlertDelivery" WHERE "incidentId" = $1 ORDER BY "AlertDelivery".id DESC LIMIT 200`,
    [incidentId],
  );
  return rows.reverse();
}
