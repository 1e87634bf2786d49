import type { Sql } from './sql.js';

export interface Removal {
  at: Date;
  /** Such as "older than 30 days". */
  reason: string;
}

/** When and why retention removed a run, by the newest 5,000 entries that the audit log has of it; null where it has none. */
export async function readRemoval(sql: Sql, runId: string): Promise<Removal | null> {
  const read = await sql.query<Removal>(REMOVAL, [runId]);
  return read.rows[0] ?? null;
}

// Each entry is of at most 500 runs, whose ids it has as ranges.
const REMOVAL = `
SELECT at, details->>'reason' AS reason
FROM (SELECT at, details FROM "AuditEvent" WHERE action = 'run.prune' ORDER BY id DESC LIMIT 5000) entry
WHERE (details->>'ids')::int8multirange @> $1::bigint LIMIT 1`;
