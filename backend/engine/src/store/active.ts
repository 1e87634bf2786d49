import { limits } from '@job-manager/shared/limits';
import { queuedCap } from '@job-manager/shared/live';
import { activeRun } from './by-id.js';
import { countableIn, firstInLanes, lanesOf } from './lanes.js';
import { type RunSummaryRow, selectSummary } from './run-row.js';
import type { Sql } from './sql.js';

export interface ActiveSnapshot {
  /**
   * The first RUNNING runs, the longest running first, then the first QUEUED ones as a channel takes them; last those that
   * wait for others.
   */
  rows: RunSummaryRow[];
  running: number;
  /** Stops counting one above the cap. */
  queued: number;
  /** The run that ended last. */
  lastEndedId: string | null;
  serverTime: Date;
}

/** Reads the active runs in one query. */
export async function readActiveSnapshot(sql: Sql): Promise<ActiveSnapshot> {
  type Row = RunSummaryRow & { running: number; queued: number; lastEndedId: string | null; serverTime: Date };
  const found = await sql.query<Row>({ name: 'active-snapshot', text: SNAPSHOT, values: [] });
  const [first] = found.rows;
  if (!first) throw new Error('The snapshot always has a row with its counts');
  const { running, queued, lastEndedId, serverTime } = first;
  // Without active runs there is still this row, with empty columns for the run.
  return { rows: found.rows.filter((row) => row.id !== null), running, queued, lastEndedId, serverTime };
}

/** Runs by id, in whatever state they are now. */
export async function readRuns(sql: Sql, ids: string[]): Promise<RunSummaryRow[]> {
  return (await sql.query<RunSummaryRow>({ name: 'runs', text: RUNS, values: [ids] })).rows;
}

const RUNS = `${selectSummary('"JobRun"')} WHERE r.id = ANY($1::bigint[])`;

/** The first runs of each lane, and of these the first of all: never are the runs of a long queue sorted. */
const firstIn = (lane: string, condition: string, most: string): string =>
  `${firstInLanes(lane, 'q.id, q.priority, q."runAt"', condition, most)} ORDER BY priority, "runAt", id LIMIT ${most}`;

const MOST = limits.queuedInSnapshot;
const READY = 'NOT q."isBlocked"';
const BLOCKED = 'q."isBlocked"';

// Those that wait for other runs come last: it is unknown when their turn is.
const SNAPSHOT = `
WITH RECURSIVE ${lanesOf('lane', 'NOT "isBlocked"')}, ${lanesOf('blocked_lane', '"isBlocked"')}
, ready AS MATERIALIZED (${firstIn('lane', READY, `${MOST}`)}
), blocked AS MATERIALIZED (${firstIn('blocked_lane', BLOCKED, `(SELECT ${MOST} - count(*) FROM ready)`)}
), started AS MATERIALIZED (
  SELECT id, "startedAt" FROM "JobRun" WHERE status = 'RUNNING' AND "finishedAt" IS NULL ORDER BY "startedAt", id LIMIT ${limits.runningInSnapshot}
), active AS (
  (SELECT 0 AS part, row_number() OVER (ORDER BY started."startedAt", started.id) AS place, j.* FROM started CROSS JOIN ${activeRun('started.id')})
  UNION ALL
  (SELECT 1, first.place, j.* FROM (
     SELECT id, row_number() OVER (ORDER BY priority, "runAt", id) AS place FROM ready
     UNION ALL SELECT id, ${MOST} + row_number() OVER (ORDER BY priority, "runAt", id) FROM blocked
   ) first CROSS JOIN ${activeRun('first.id')})
), shown AS (${selectSummary('active').replace('SELECT', 'SELECT r.part, r.place,')}
), counts AS (
  SELECT (SELECT count(*)::int FROM "JobRun" WHERE status = 'RUNNING' AND "finishedAt" IS NULL) AS running,
         (SELECT count(*)::int FROM (
           ${countableIn('lane', READY, queuedCap + 1)} UNION ALL ${countableIn('blocked_lane', BLOCKED, queuedCap + 1)} LIMIT ${queuedCap + 1}) q) AS queued,
         (SELECT id FROM "JobRun" WHERE "finishedAt" IS NOT NULL ORDER BY "finishedAt" DESC, id DESC LIMIT 1) AS "lastEndedId",
         clock_timestamp() AS "serverTime"
)
SELECT * FROM counts LEFT JOIN shown ON true ORDER BY part, place`;
