import type { Actor } from './actor.js';
import type { AuditAction } from './shared.js';

/** The actor, as SQL expressions. */
interface AuditColumns {
  actorId: string;
  actorEmail: string;
  ip: string;
  userAgent: string;
  tokenId: string;
}

/**
 * The audit entry of a change, as a CTE body in the statement that makes the change, so that neither is ever stored
 * without the other. `source` has the changed runs; the actor is in five values from `$first` on, or in columns of the
 * source. `details` is an SQL expression of JSON over the runs.
 */
export function auditFrom(
  source: string,
  action: AuditAction,
  by: number | AuditColumns,
  details = 'NULL::jsonb',
): string {
  const { actorId, actorEmail, ip, userAgent, tokenId } = typeof by === 'number' ? placesFrom(by) : by;
  return `INSERT INTO "AuditEvent" ("actorId", "actorEmail", action, "runId", target, ip, "userAgent", "tokenId", details)
   SELECT ${actorId}, ${actorEmail}, '${action}', id, "jobName", ${ip}, ${userAgent}, ${tokenId},
     ${details} FROM ${source}`;
}

const placesFrom = (first: number): AuditColumns => ({
  actorId: `$${first}::int`,
  actorEmail: `$${first + 1}::text`,
  ip: `$${first + 2}::text`,
  userAgent: `$${first + 3}::text`,
  tokenId: `$${first + 4}::uuid`,
});

/** The values that `auditFrom` takes. */
export const auditValues = (actor: Actor): unknown[] => [
  actor.userId,
  actor.email,
  actor.ip,
  keptUserAgent(actor),
  actor.tokenId,
];

/** As much of it as its column holds. */
export const keptUserAgent = ({ userAgent }: Actor): string | null => userAgent?.slice(0, 300) ?? null;
