import { type RunRow, selectRun } from './run-row.js';
import type { Sql } from './sql.js';

/** A run, whole; null when there is none of that id. */
export async function readRun(sql: Sql, runId: string): Promise<RunRow | null> {
  const read = await sql.query<RunRow>(`${selectRun('"JobRun"')} WHERE r.id = $1`, [runId]);
  return read.rows[0] ?? null;
}
