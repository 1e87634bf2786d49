import type { ClientErrorState } from '@job-manager/shared/contract/errors';
import { CLOSED_KINDS, STATES } from './client-error-states.js';
import { containing } from './search.js';
import type { Sql } from './sql.js';

export type ClientErrorLevel = 'error' | 'warning';

/** Something that went wrong in a browser, as it is kept. */
export interface NewClientError {
  fingerprint: string;
  level: ClientErrorLevel;
  message: string;
  stack: string | null;
  action: string;
  component: string | null;
  jobName: string | null;
  jobRunId: string | null;
  /** JSON. */
  parameters: unknown;
  path: string;
  url: string;
  count: number;
}

export interface ClientErrorSource {
  userAgent: string | null;
  userId: number | null;
  version: string;
}

/** Keeps errors that one browser reported. */
export async function addClientErrors(sql: Sql, errors: NewClientError[], from: ClientErrorSource): Promise<void> {
  await sql.query(ADD, [JSON.stringify(errors), from.userAgent, from.userId, from.version]);
}

const ADD = `
INSERT INTO "ClientError" (fingerprint, level, message, stack, action, component, "jobName", "jobRunId", parameters,
  path, url, count, "userAgent", "userId", version)
SELECT e.fingerprint, e.level::"ClientErrorLevel", e.message, e.stack, e.action, e.component, e."jobName", e."jobRunId",
  e.parameters, e.path, e.url, e.count, left($2, 300), $3::int, left($4, 50)
FROM jsonb_to_recordset($1::jsonb) AS e(fingerprint text, level text, message text, stack text, action text, component text,
  "jobName" text, "jobRunId" text, parameters jsonb, path text, url text, count int)`;

/** One kept error; 64-bit numbers are strings. */
export interface ClientErrorRow extends Omit<NewClientError, 'parameters'> {
  id: string;
  at: Date;
  parameters: unknown;
  userAgent: string | null;
  userEmail: string | null;
  version: string | null;
}

const SELECT = `
SELECT e.id, e.at, e.fingerprint, e.level, e.message, e.stack, e.action, e.component, e."jobName", e."jobRunId", e.parameters,
  e.path, e.url, e.count, e."userAgent", u.email AS "userEmail", e.version
FROM "ClientError" e LEFT JOIN "User" u ON u.id = e."userId"`;

/** The latest errors of a kind. */
export async function readOccurrences(sql: Sql, fingerprint: string, most: number): Promise<ClientErrorRow[]> {
  const read = await sql.query<ClientErrorRow>(
    `${SELECT} WHERE e.fingerprint = $1 ORDER BY e.at DESC, e.id DESC LIMIT $2`,
    [fingerprint, most],
  );
  return read.rows;
}

/** Which errors are read. */
export interface ClientErrorFilters {
  since: Date;
  level?: ClientErrorLevel;
  /** Part of message, action, component, job or page. */
  search?: string;
  state?: ClientErrorState;
}

/** The condition of `filterValues`, on rows called `e`: four values, the first of them `$1`. */
export const MATCHES_FILTERS = `e.at >= $1 AND ($2::text IS NULL OR e.level = $2::"ClientErrorLevel") AND ($3::text IS NULL
  OR concat_ws(' ', e.message, e.action, e.component, e."jobName", e.path) ILIKE $3)
  AND ($4::text IS NULL OR CASE $4::text WHEN 'OPEN' THEN e.fingerprint NOT IN (${CLOSED_KINDS})
    ELSE e.fingerprint IN (SELECT wanted.fingerprint FROM ${STATES} wanted WHERE wanted.state = $4::text) END)`;

/** The errors older than `before` (an id), newest first, at most `limit`. */
export async function readClientErrors(
  sql: Sql,
  filters: ClientErrorFilters,
  page: { before?: string; limit: number },
): Promise<ClientErrorRow[]> {
  const read = await sql.query<ClientErrorRow>(
    `${SELECT} WHERE ${MATCHES_FILTERS} AND ($5::bigint IS NULL OR e.id < $5) ORDER BY e.id DESC LIMIT $6`,
    [...filterValues(filters), page.before ?? null, page.limit],
  );
  return read.rows;
}

export const filterValues = ({ since, level, search, state }: ClientErrorFilters): unknown[] => [
  since,
  level ?? null,
  search ? containing(search) : null,
  state ?? null,
];

/** How many open kinds of errors were seen for the first time in the last so many milliseconds, of the latest 10,000 errors. */
export async function countNewKinds(sql: Sql, sinceMs: number): Promise<number> {
  const read = await sql.query<{ kinds: number }>(NEW_KINDS, [sinceMs]);
  return read.rows[0]?.kinds ?? 0;
}

const NEW_KINDS = `
WITH moment AS MATERIALIZED (SELECT clock_timestamp() - $1 * interval '1 ms' AS since
), recent AS MATERIALIZED (
  SELECT DISTINCT fingerprint FROM (SELECT fingerprint FROM "ClientError" WHERE at >= (SELECT since FROM moment) ORDER BY at DESC LIMIT 10000) e
)
SELECT count(*)::int AS kinds FROM recent
WHERE fingerprint NOT IN (${CLOSED_KINDS}) AND NOT EXISTS (SELECT FROM "ClientError" o WHERE o.fingerprint = recent.fingerprint AND o.at < (SELECT since FROM moment))`;
