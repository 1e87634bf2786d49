import type { TokenPermission } from '@job-manager/shared/permissions';
import { type AuditPerson, auditPerson, auditPersonValues } from './audit.js';
import type { Sql } from './sql.js';

/** An API token; its text is nowhere in the database. */
export interface TokenRow {
  id: string;
  name: string;
  prefix: string;
  permissions: TokenPermission[];
  jobPatterns: string[] | null;
  createdById: number | null;
  createdByEmail: string | null;
  createdAt: Date;
  expiresAt: Date | null;
  lastUsedAt: Date | null;
  lastUsedIp: string | null;
  revokedAt: Date | null;
  revokedById: number | null;
  revokedByEmail: string | null;
}

export interface NewToken {
  name: string;
  prefix: string;
  hash: string;
  permissions: TokenPermission[];
  jobPatterns: readonly string[] | null;
  expiresInDays: number | null;
}

/** Ended tokens that the list still shows; the audit log has all of them. */
const ENDED_SHOWN = 300;

const LIVING = `("revokedAt" IS NULL AND ("expiresAt" IS NULL OR "expiresAt" > clock_timestamp()))`;

const selectTokens = (source: string): string => `
SELECT k.id, k.name, k.prefix, k.permissions, k."jobPatterns", k."createdById", c.email AS "createdByEmail", k."createdAt", k."expiresAt",
  k."lastUsedAt", k."lastUsedIp", k."revokedAt", k."revokedById", r.email AS "revokedByEmail"
FROM ${source} k LEFT JOIN "User" c ON c.id = k."createdById" LEFT JOIN "User" r ON r.id = k."revokedById"`;

const audited = (source: string, action: 'token.create' | 'token.revoke', first: number): string => {
  const details = `jsonb_strip_nulls(jsonb_build_object('tokenId', id, 'name', name, 'permissions', permissions, 'jobPatterns', "jobPatterns"))`;
  return auditPerson(source, { action, target: 'name', details }, first);
};

export interface EndedToken {
  id: string;
  name: string;
  isRevoked: boolean;
}

/** The token with this hash that is revoked or past its time. */
export async function readEndedToken(sql: Sql, hash: string): Promise<EndedToken | null> {
  const found = await sql.query<EndedToken>(
    `SELECT id, name, "revokedAt" IS NOT NULL AS "isRevoked" FROM "ApiToken" WHERE hash = $1 AND NOT ${LIVING}`,
    [hash],
  );
  return found.rows[0] ?? null;
}

/** All tokens that can be used and the latest that no longer can, the newest first. */
export async function listTokens(sql: Sql): Promise<TokenRow[]> {
  const found = await sql.query<TokenRow>(LIST);
  return found.rows;
}

const LIST = `
WITH shown AS (
  (SELECT * FROM "ApiToken" WHERE ${LIVING})
  UNION ALL
  (SELECT * FROM "ApiToken" WHERE NOT ${LIVING} ORDER BY "createdAt" DESC, id LIMIT ${ENDED_SHOWN})
)
${selectTokens('shown')} ORDER BY k."createdAt" DESC, k.id`;

/** Keeps a new token and writes its audit entry; null where `most` tokens can be used already. */
export async function addToken(sql: Sql, token: NewToken, most: number, keeper: AuditPerson): Promise<TokenRow | null> {
  const added = await sql.query<TokenRow>(ADD, [
    token.name,
    token.prefix,
    token.hash,
    token.permissions,
    token.jobPatterns,
    token.expiresInDays,
    most,
    ...auditPersonValues(keeper),
  ]);
  return added.rows[0] ?? null;
}

const ADD = `
WITH added AS (
  INSERT INTO "ApiToken" (name, prefix, hash, permissions, "jobPatterns", "expiresAt", "createdById")
  SELECT $1, $2, $3, $4, $5::text[], clock_timestamp() + $6 * interval '1 day', $8
  WHERE (SELECT count(*) FROM "ApiToken" WHERE ${LIVING}) < $7
  RETURNING *
), audited AS (${audited('added', 'token.create', 8)})
${selectTokens('added')}`;

/** Ends a token and writes its audit entry. One that was revoked before is returned as it is; null for none of that id. */
export async function revokeToken(sql: Sql, id: string, keeper: AuditPerson): Promise<TokenRow | null> {
  const revoked = await sql.query<TokenRow>(REVOKE, [id, ...auditPersonValues(keeper)]);
  if (revoked.rows[0]) return revoked.rows[0];
  const known = await sql.query<TokenRow>(`${selectTokens('"ApiToken"')} WHERE k.id = $1`, [id]);
  return known.rows[0] ?? null;
}

const REVOKE = `
WITH revoked AS (
  UPDATE "ApiToken" SET "revokedAt" = clock_timestamp(), "revokedById" = $2 WHERE id = $1 AND "revokedAt" IS NULL
  RETURNING *
), audited AS (${audited('revoked', 'token.revoke', 2)})
${selectTokens('revoked')}`;

/** The tokens that a person made and that can be used. */
export async function listTokensOf(sql: Sql, userId: number): Promise<TokenRow[]> {
  const found = await sql.query<TokenRow>(
    `${selectTokens('"ApiToken"')} WHERE k."createdById" = $1 AND k.id IN (SELECT id FROM "ApiToken" WHERE ${LIVING}) ORDER BY k.name, k.id`,
    [userId],
  );
  return found.rows;
}

/** Ends all tokens that a person made, each with its audit entry, and returns those that could be used till then. */
export async function revokeTokensOf(sql: Sql, userId: number, keeper: AuditPerson): Promise<TokenRow[]> {
  return (await sql.query<TokenRow>(REVOKE_OF, [userId, ...auditPersonValues(keeper)])).rows;
}

const REVOKE_OF = `
WITH revoked AS (
  UPDATE "ApiToken" SET "revokedAt" = clock_timestamp(), "revokedById" = $2 WHERE "createdById" = $1 AND ${LIVING}
  RETURNING *
), audited AS (${audited('revoked', 'token.revoke', 2)})
${selectTokens('revoked')} ORDER BY k.name, k.id`;

export interface LivingToken {
  id: string;
  name: string;
  permissions: string[];
  jobPatterns: string[] | null;
  /** Its last use was noted a while ago, or never. */
  isUseDue: boolean;
}

/** At most one write per token in this time, however many calls it makes. */
const NOTED_EVERY = `interval '1 minute'`;
const USE_IS_DUE = `("lastUsedAt" IS NULL OR "lastUsedAt" < clock_timestamp() - ${NOTED_EVERY})`;

/** The token with this hash, unless it was revoked or its time is over. */
export async function findLivingToken(sql: Sql, hash: string): Promise<LivingToken | null> {
  const found = await sql.query<LivingToken>({
    name: 'find-token',
    text: `SELECT id, name, permissions, "jobPatterns", ${USE_IS_DUE} AS "isUseDue" FROM "ApiToken" WHERE hash = $1 AND ${LIVING}`,
    values: [hash],
  });
  return found.rows[0] ?? null;
}

/** Notes that a token is in use and from where; does nothing when that was noted within the last minute. */
export async function noteTokenUse(sql: Sql, id: string, ip: string | null): Promise<void> {
  await sql.query(
    `UPDATE "ApiToken" SET "lastUsedAt" = clock_timestamp(), "lastUsedIp" = left($2, 64) WHERE id = $1 AND ${USE_IS_DUE}`,
    [id, ip],
  );
}
