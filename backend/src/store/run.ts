import { type RunRow, selectRun } from './run-row.js';
import type { Sql } from './sql.js';
import { WAITING, type WaitingFacts } from './waiting.js';

/** A run, whole; null when there is none of that id. */
export async function readRun(sql: Sql, runId: string): Promise<RunRow | null> {
  const read = await sql.query<RunRow>(`${selectRun('"JobRun"')} WHERE r.id = $1`, [runId]);
  return read.rows[0] ?? null;
}

/** What may keep a run from starting; null for one that is not queued any more. */
export async function readWaiting(sql: Sql, runId: string): Promise<WaitingFacts | null> {
  const text = `SELECT ${WAITING} AS waiting FROM "JobRun" r WHERE r.id = $1`;
  const read = await sql.query<{ waiting: WaitingFacts | null }>(text, [runId]);
  return read.rows[0]?.waiting ?? null;
}
