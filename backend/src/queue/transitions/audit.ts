import type { Actor } from '../queue.js';

/**
 * The audit entry of a change, as a CTE body in the statement that makes the change: either both are
 * there afterwards or neither. `source` has the changed runs; the four values start at `$first`.
 */
export const auditFrom = (source: string, action: string, first: number): string =>
  `INSERT INTO "AuditEvent" ("actorId", "actorEmail", action, "runId", target, ip, "userAgent")
   SELECT $${first}::int, $${first + 1}::text, '${action}', id, "jobName", $${first + 2}::text, $${first + 3}::text FROM ${source}`;

/** The values that `auditFrom` takes. */
export const auditValues = (actor: Actor): unknown[] => [
  actor.userId,
  actor.email,
  actor.ip,
  actor.userAgent?.slice(0, 300) ?? null,
];
