import type { Sql } from './sql.js';

export interface AuditEntry {
  actorId: number | null;
  actorEmail: string | null;
  action: string;
  /** What was acted upon: a job, a path. */
  target: string | null;
  ip: string | null;
  userAgent: string | null;
}

/** Adds an entry for something that changed nothing else; a change writes its entry in its own statement. */
export async function recordAudit(sql: Sql, entry: AuditEntry): Promise<void> {
  await sql.query(
    `INSERT INTO "AuditEvent" ("actorId", "actorEmail", action, target, ip, "userAgent")
     VALUES ($1, left($2, 254), $3, left($4, 200), left($5, 64), left($6, 300))`,
    [entry.actorId, entry.actorEmail, entry.action, entry.target, entry.ip, entry.userAgent],
  );
}
