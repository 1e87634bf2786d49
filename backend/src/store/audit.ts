import type { AuditAction } from '@job-manager/shared/audit';
import type { Sql } from './sql.js';

export interface AuditEntry {
  actorId: number | null;
  actorEmail: string | null;
  action: AuditAction;
  /** What was acted upon: a job, a path. */
  target: string | null;
  ip: string | null;
  userAgent: string | null;
  /** The API token that acted, where no person did. */
  tokenId?: string | null;
  details?: Record<string, unknown>;
}

/** Adds an entry for something that changed nothing else; a change writes its entry in its own statement. */
export async function recordAudit(sql: Sql, entry: AuditEntry): Promise<void> {
  await sql.query(
    `INSERT INTO "AuditEvent" ("actorId", "actorEmail", action, target, ip, "userAgent", "tokenId", details)
     VALUES ($1, left($2, 254), $3, left($4, 200), left($5, 64), left($6, 300), $7, $8)`,
    [
      entry.actorId,
      entry.actorEmail,
      entry.action,
      entry.target,
      entry.ip,
      entry.userAgent,
      entry.tokenId ?? null,
      entry.details === undefined ? null : JSON.stringify(entry.details),
    ],
  );
}
