import type { DestinationKind } from '@job-manager/shared/alert-rules';
import { type AuditPerson, auditPerson, auditPersonValues } from '../audit.js';
import type { Sql } from '../sql.js';

export interface DestinationRow {
  id: string;
  name: string;
  kind: DestinationKind;
  /** As it is shown. */
  target: string;
  emails: string[];
  /** Encrypted. */
  secret: Uint8Array | null;
  rev: number;
  updatedAt: Date;
  updatedBy: string | null;
}

export interface ListedDestination extends DestinationRow {
  usedBy: { id: string; name: string }[];
  last: { at: string; status: string; detail: string | null } | null;
}

export const MAX_DESTINATIONS = 100;

const COLUMNS = 'id, name, kind, target, emails, secret, rev, "updatedAt", "updatedBy"';

/** All destinations by name, each with the rules that notify it and how the last message went; or one. */
export async function listDestinations(sql: Sql, id: string | null = null): Promise<ListedDestination[]> {
  const { rows } = await sql.query<ListedDestination>(LIST, [id]);
  return rows;
}

const LIST = `
SELECT ${COLUMNS.replaceAll(/("?\w+"?)/g, 'd.$1')},
  coalesce((SELECT jsonb_agg(jsonb_build_object('id', r.id, 'name', r.name) ORDER BY lower(r.name)) FROM "AlertRule" r WHERE d.id = ANY (r."destinationIds")), '[]') AS "usedBy",
  (SELECT jsonb_build_object('at', coalesce(l."sentAt", l."createdAt"), 'status', l.status, 'detail', l.detail)
   FROM "AlertDelivery" l WHERE l."destinationId" = d.id AND l.detail IS NOT NULL ORDER BY l.id DESC LIMIT 1) AS last
FROM "AlertDestination" d WHERE $1::uuid IS NULL OR d.id = $1 ORDER BY lower(d.name), d.id`;

export interface DestinationContent {
  name: string;
  target: string;
  emails: string[];
  secret: Uint8Array | null;
}

const audited = (
  source: string,
  action: 'alert-destination.create' | 'alert-destination.change' | 'alert-destination.remove',
  first: number,
): string =>
  auditPerson(
    source,
    { action, target: 'name', details: `jsonb_build_object('id', id, 'kind', kind, 'target', target)` },
    first,
  );

/** Saves a destination under an id and writes its audit entry; false where there are MAX_DESTINATIONS. Throws 23505 for a name that is taken. */
export async function addDestination(
  sql: Sql,
  { id, kind, ...content }: DestinationContent & { id: string; kind: DestinationKind },
  person: AuditPerson,
): Promise<boolean> {
  const { name, target, emails, secret } = content;
  const values = [id, kind, name, target, emails, secret];
  return (await sql.query(ADD, [...values, ...auditPersonValues(person)])).rows.length > 0;
}

const ADD = `
WITH added AS (
  INSERT INTO "AlertDestination" (id, kind, name, target, emails, secret, "updatedBy")
  SELECT $1::uuid, $2::"AlertDestinationKind", $3, $4, $5::text[], $6::bytea, left($8::text, 254)
  WHERE (SELECT count(*) FROM "AlertDestination") < ${MAX_DESTINATIONS}
  RETURNING *
), audited AS (${audited('added', 'alert-destination.create', 7)})
SELECT FROM added`;

/** Changes a destination and writes its audit entry; false, without a change, where its `rev` is another. */
export async function changeDestination(
  sql: Sql,
  { id, rev, name, target, emails, secret }: DestinationContent & { id: string; rev: number },
  person: AuditPerson,
): Promise<boolean> {
  const values = [id, rev, name, target, emails, secret, ...auditPersonValues(person)];
  return (await sql.query(CHANGE, values)).rows.length > 0;
}

const CHANGE = `
WITH changed AS (
  UPDATE "AlertDestination" SET name = $3, target = $4, emails = $5::text[], secret = $6::bytea, rev = rev + 1, "updatedAt" = clock_timestamp(), "updatedBy" = left($8::text, 254)
  WHERE id = $1 AND rev = $2 RETURNING *
), audited AS (${audited('changed', 'alert-destination.change', 7)})
SELECT FROM changed`;

/**
 * Removes a destination and writes its audit entry: rules no longer notify it, and unsent messages are dropped. False
 * where there is none.
 */
export async function removeDestination(sql: Sql, id: string, person: AuditPerson): Promise<boolean> {
  return (await sql.query(REMOVE, [id, ...auditPersonValues(person)])).rows.length > 0;
}

const REMOVE = `
WITH removed AS (DELETE FROM "AlertDestination" WHERE id = $1 RETURNING *
), freed AS (
  UPDATE "AlertRule" SET "destinationIds" = array_remove("destinationIds", $1::uuid), rev = rev + 1 WHERE $1::uuid = ANY ("destinationIds")
), given_up AS (
  UPDATE "AlertDelivery" SET status = 'FAILED', detail = 'The destination was removed' WHERE "destinationId" = $1 AND status = 'PENDING'
), audited AS (${audited('removed', 'alert-destination.remove', 2)})
SELECT FROM removed`;
