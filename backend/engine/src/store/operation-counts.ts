import { queuedCap } from '@job-manager/shared/live';
import { countableIn, lanesOf } from './lanes.js';
import type { Sql } from './sql.js';
import { isStalled } from './stalled.js';

/** How many runs and runners each bulk action would affect. */
export interface OperationCounts {
  running: number;
  queued: number;
  stalled: number;
  stopping: number;
  goneRunners: number;
  freeSlots: number;
}

/** Reads the present counts; a running run of ours without a heartbeat for `stalledAfterMs` counts as stalled. */
export async function readOperationCounts(sql: Sql, stalledAfterMs: number): Promise<OperationCounts> {
  const { rows } = await sql.query<OperationCounts>({
    name: 'operation counts',
    text: COUNTS,
    values: [stalledAfterMs],
  });
  const [row] = rows;
  if (!row) throw new Error('PostgreSQL returned no row for the counts');
  return row;
}

/** Counting the queue stops one above what screens show. */
const MAX = queuedCap + 1;

const COUNTS = `
WITH RECURSIVE ${lanesOf('lane', 'NOT "isBlocked"')}
, ${lanesOf('blocked_lane', '"isBlocked"')}
, running AS MATERIALIZED (
  SELECT count(*)::int AS running, count(*) FILTER (WHERE ${isStalled('$1')})::int AS stalled,
    count(*) FILTER (WHERE "cancelRequestedAt" IS NOT NULL)::int AS stopping
  FROM "JobRun" WHERE status = 'RUNNING' AND "finishedAt" IS NULL
), runner AS MATERIALIZED (
  SELECT count(*) FILTER (WHERE status IN ('STOPPED', 'LOST'))::int AS "goneRunners",
    coalesce(sum(greatest(concurrency - "activeRuns", 0)) FILTER (WHERE status = 'ACTIVE'), 0)::int AS "freeSlots"
  FROM "Runner"
)
SELECT running.*, runner.*,
  (SELECT count(*)::int FROM (${countableIn('lane', 'NOT q."isBlocked"', MAX)} UNION ALL ${countableIn('blocked_lane', 'q."isBlocked"', MAX)} LIMIT ${MAX}) q) AS queued
FROM running, runner`;
