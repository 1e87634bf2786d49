import type { Actor } from './actor.js';
import type { AuditAction } from './shared.js';

/**
 * The audit entry of a change, as a CTE body in the statement that makes the change: either both are
 * there afterwards or neither. `source` has the changed runs; the five values start at `$first`. `details` is an
 * SQL expression of JSON over the runs.
 */
export const auditFrom = (source: string, action: AuditAction, first: number, details = 'NULL::jsonb'): string =>
  `INSERT INTO "AuditEvent" ("actorId", "actorEmail", action, "runId", target, ip, "userAgent", "tokenId", details)
   SELECT $${first}::int, $${first + 1}::text, '${action}', id, "jobName", $${first + 2}::text, $${first + 3}::text, $${first + 4}::uuid,
     ${details} FROM ${source}`;

/** The values that `auditFrom` takes. */
export const auditValues = (actor: Actor): unknown[] => [
  actor.userId,
  actor.email,
  actor.ip,
  actor.userAgent?.slice(0, 300) ?? null,
  actor.tokenId,
];
