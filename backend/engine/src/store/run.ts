import { type RunRow, selectRun } from './run-row.js';
import type { Sql } from './sql.js';
import { WAITING, type WaitingFacts } from './waiting.js';

interface Removal {
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

/** A run, whole; null when there is none of that id. */
export async function readRun(sql: Sql, runId: string): Promise<RunRow | null> {
  const read = await sql.query<RunRow>({ name: 'run', text: RUN, values: [runId] });
  return read.rows[0] ?? null;
}

// By a name: planning it for all partitions takes longer than reading it.
const RUN = `${selectRun('"JobRun"')} WHERE r.id = $1`;

/** What may keep a run from starting; null for one that is not queued any more. */
export async function readWaiting(sql: Sql, runId: string): Promise<WaitingFacts | null> {
  const text = `SELECT ${WAITING} AS waiting FROM "JobRun" r WHERE r.id = $1`;
  const read = await sql.query<{ waiting: WaitingFacts | null }>(text, [runId]);
  return read.rows[0]?.waiting ?? null;
}

/** A run as it would be if it was queued now. */
interface PlannedRun {
  jobName: string;
  channel: string;
  priority: number;
}

/** What would keep a run from starting if it was queued now. */
export async function readPlannedWaiting(sql: Sql, { jobName, channel, priority }: PlannedRun): Promise<WaitingFacts> {
  const read = await sql.query<{ waiting: WaitingFacts }>(PLANNED_WAITING, [jobName, channel, priority]);
  const waiting = read.rows[0]?.waiting;
  if (waiting === undefined) throw new Error('PostgreSQL returned no row');
  return waiting;
}

// Behind all that are queued: it would get the highest id of all.
const PLANNED_WAITING = `SELECT ${WAITING} AS waiting FROM (
  SELECT $1::text AS "jobName", $2::text AS channel, $3::int AS priority, 'QUEUED' AS status, clock_timestamp() AS "runAt",
    false AS "isBlocked", '{}'::bigint[] AS "dependsOn", 9223372036854775807 AS id
) r`;
