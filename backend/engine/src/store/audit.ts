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

/** A person who changes something, and from where. */
export type AuditPerson = Pick<AuditEntry, 'actorId' | 'actorEmail' | 'ip' | 'userAgent'>;

/**
 * The audit entry of what a person changed, as a CTE body in the statement that makes the change. `source` has
 * the changed rows; `target` and `details` (JSON) are read from it, and the four values start at `$first`.
 */
export const auditPerson = (
  source: string,
  entry: { action: AuditAction; target: string; details: string },
  first: number,
): string =>
  `INSERT INTO "AuditEvent" ("actorId", "actorEmail", action, target, ip, "userAgent", details)
   SELECT $${first}::int, left($${first + 1}::text, 254), '${entry.action}', left(${entry.target}, 200),
     left($${first + 2}::text, 64), left($${first + 3}::text, 300), ${entry.details} FROM ${source}`;

/** The values that `auditPerson` takes. */
export const auditPersonValues = (person: AuditPerson): unknown[] => [
  person.actorId,
  person.actorEmail,
  person.ip,
  person.userAgent,
];
