import type { TokenRow } from '@job-manager/engine/store/tokens';
import type { ApiToken } from '@job-manager/shared/contract/tokens';

/** An API token as lists show it. */
export function presentToken(row: TokenRow): ApiToken {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    permissions: row.permissions,
    jobPatterns: row.jobPatterns,
    createdBy: personOrNull(row.createdById, row.createdByEmail),
    createdAt: row.createdAt.toISOString(),
    expiresAt: isoOrNull(row.expiresAt),
    lastUsedAt: isoOrNull(row.lastUsedAt),
    lastUsedIp: row.lastUsedIp,
    revokedAt: isoOrNull(row.revokedAt),
    revokedBy: personOrNull(row.revokedById, row.revokedByEmail),
  };
}

const isoOrNull = (time: Date | null) => time?.toISOString() ?? null;
const personOrNull = (id: number | null, email: string | null) => (id === null ? null : { id, email: email ?? '' });
