import { maxErrorGroups } from '@job-manager/shared/contract/errors';
import { type ClientErrorVerdict, STATES } from './client-error-states.js';
import { type ClientErrorFilters, type ClientErrorLevel, filterValues, MATCHES_FILTERS } from './client-errors.js';
import type { Sql } from './sql.js';

/** Errors of one kind. `count`, `users`, `pages` and `rate` are of the period, first and last seen of all time. */
export interface ClientErrorGroupRow extends ClientErrorVerdict {
  fingerprint: string;
  level: ClientErrorLevel;
  message: string;
  action: string;
  component: string | null;
  count: number;
  /** In the period of the same length before. */
  previousCount: number;
  users: number;
  firstSeenAt: Date;
  lastSeenAt: Date;
  /** Most affected first. */
  pages: { path: string; count: number }[];
  versions: { version: string; count: number }[];
  /** Occurrences by the number of their bucket; buckets without any are left out. */
  rate: Record<string, number>;
}

const MAX_PAGES = 10;
const MAX_VERSIONS = 10;

/** How long, and how long each of its buckets. */
interface Period {
  ms: number;
  bucketMs: number;
}

/**
 * When a period began, by the database's clock: at the edge of a bucket, so that a chart read again shows the same
 * buckets. The last one is the one that runs now.
 */
export async function periodBegin(sql: Sql, { ms, bucketMs }: Period): Promise<Date> {
  const read = await sql.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  const now = read.rows[0]?.now.getTime() ?? 0;
  return new Date((Math.floor(now / bucketMs) + 1) * bucketMs - ms);
}

/** The kinds of errors of a period, the latest first, at most 200. */
export async function readGroups(
  sql: Sql,
  filters: ClientErrorFilters,
  { ms, bucketMs }: Period,
): Promise<ClientErrorGroupRow[]> {
  const read = await sql.query<ClientErrorGroupRow>(GROUPS, [...filterValues(filters), bucketMs, ms]);
  return read.rows;
}

/** One kind of error; null when nothing of it was ever kept. */
export async function readGroup(
  sql: Sql,
  fingerprint: string,
  { since, ms, bucketMs }: Period & { since: Date },
): Promise<ClientErrorGroupRow | null> {
  const values = [...filterValues({ since }), bucketMs, ms, fingerprint];
  const read = await sql.query<ClientErrorGroupRow>(GROUP, values);
  return read.rows[0] ?? null;
}

/** How many errors of all kinds came, by bucket. */
export async function readRate(
  sql: Sql,
  filters: ClientErrorFilters,
  bucketMs: number,
): Promise<Record<string, number>> {
  const read = await sql.query<{ bucket: number; count: number }>(RATE, [...filterValues(filters), bucketMs]);
  return Object.fromEntries(read.rows.map(({ bucket, count }) => [bucket, count]));
}

// date_part counts in floating point; extract would in numeric, which takes many times as long.
const BUCKET = `floor(date_part('epoch', e.at - $1::timestamptz) * 1000 / $5::float8)::int`;

const RATE = `
SELECT ${BUCKET} AS bucket, sum(e.count)::float8 AS count FROM "ClientError" e WHERE ${MATCHES_FILTERS} GROUP BY 1`;

/** How many errors of all kinds came in the period of the same length before. */
export async function readPreviousTotal(sql: Sql, filters: ClientErrorFilters, ms: number): Promise<number> {
  const read = await sql.query<{ count: number }>(PREVIOUS, [...filterValues(shifted(filters, ms)), filters.since]);
  return read.rows[0]?.count ?? 0;
}

const shifted = (filters: ClientErrorFilters, ms: number): ClientErrorFilters => ({
  ...filters,
  since: new Date(filters.since.getTime() - ms),
});

const PREVIOUS = `
SELECT coalesce(sum(e.count), 0)::float8 AS count FROM "ClientError" e WHERE ${MATCHES_FILTERS} AND e.at < $5::timestamptz`;

// The rows of the period are read once; what is shown of a kind as a whole comes from its index, for the kinds shown only.
const groups = (matches: string, chosen: string): string => `
WITH matching AS MATERIALIZED (
  SELECT e.fingerprint, e.at, e.count, e.path, e."userId", coalesce(e.version, 'unknown') AS version, ${BUCKET} AS bucket FROM "ClientError" e WHERE ${matches}
), chosen AS MATERIALIZED (${chosen}
), people AS (
  SELECT fingerprint, count(*)::int AS users
  FROM (SELECT DISTINCT fingerprint, "userId" FROM matching WHERE "userId" IS NOT NULL) p GROUP BY 1
), rates AS (
  SELECT fingerprint, jsonb_object_agg(bucket, count) AS rate
  FROM (SELECT fingerprint, bucket, sum(count) AS count FROM matching GROUP BY 1, 2) b GROUP BY 1
), pages AS (
  SELECT fingerprint, jsonb_agg(jsonb_build_object('path', path, 'count', count) ORDER BY place) AS pages
  FROM (SELECT fingerprint, path, sum(count) AS count,
          row_number() OVER (PARTITION BY fingerprint ORDER BY sum(count) DESC, path) AS place
        FROM matching GROUP BY 1, 2) p WHERE place <= ${MAX_PAGES} GROUP BY 1
), versions AS (
  SELECT fingerprint, jsonb_agg(jsonb_build_object('version', version, 'count', count) ORDER BY place) AS versions
  FROM (SELECT fingerprint, version, sum(count) AS count,
          row_number() OVER (PARTITION BY fingerprint ORDER BY sum(count) DESC, version) AS place
        FROM matching GROUP BY 1, 2) v WHERE place <= ${MAX_VERSIONS} GROUP BY 1
)
SELECT c.fingerprint, latest.level, latest.message, latest.action, latest.component, c.count, coalesce(people.users, 0) AS users,
  earliest.at AS "firstSeenAt", latest.at AS "lastSeenAt",
  coalesce(pages.pages, '[]') AS pages, coalesce(versions.versions, '[]') AS versions, coalesce(rates.rate, '{}') AS rate,
  previous.count AS "previousCount", coalesce(s.state, 'OPEN') AS state, s."stateBy", s."stateAt", s.note, s."cameBackAt"
FROM chosen c
CROSS JOIN LATERAL (
  SELECT * FROM "ClientError" e WHERE e.fingerprint = c.fingerprint ORDER BY e.at DESC LIMIT 1) latest
CROSS JOIN LATERAL (
  SELECT e.at FROM "ClientError" e WHERE e.fingerprint = c.fingerprint ORDER BY e.at LIMIT 1) earliest
CROSS JOIN LATERAL (
  SELECT coalesce(sum(e.count), 0)::float8 AS count FROM "ClientError" e
  WHERE e.fingerprint = c.fingerprint AND e.at < $1 AND e.at >= $1::timestamptz - $6::float8 * interval '1 ms') previous
LEFT JOIN ${STATES} s ON s.fingerprint = c.fingerprint
LEFT JOIN people ON people.fingerprint = c.fingerprint
LEFT JOIN rates ON rates.fingerprint = c.fingerprint
LEFT JOIN pages ON pages.fingerprint = c.fingerprint
LEFT JOIN versions ON versions.fingerprint = c.fingerprint
ORDER BY latest.at DESC, c.fingerprint`;

const GROUPS = groups(
  MATCHES_FILTERS,
  `SELECT fingerprint, sum(count)::float8 AS count FROM matching
   GROUP BY fingerprint ORDER BY max(at) DESC, fingerprint LIMIT ${maxErrorGroups}`,
);

const GROUP = groups(
  `${MATCHES_FILTERS} AND e.fingerprint = $7`,
  'SELECT $7::text AS fingerprint, coalesce(sum(count), 0)::float8 AS count FROM matching',
);
