import { limits } from '@job-manager/shared/limits';
import { queuedCap } from '@job-manager/shared/live';
import { type RunSummaryRow, selectSummary } from './run-row.js';
import type { Sql } from './sql.js';

export interface ActivePicture {
  /** RUNNING runs, the longest running first, then the first QUEUED ones in the order they will be claimed. */
  rows: RunSummaryRow[];
  running: number;
  /** Stops counting one above the cap. */
  queued: number;
  /** The run that ended last, whenever that was. */
  lastEndedId: string | null;
  serverTime: Date;
}

/** The active runs as they stand, in one query. */
export async function readActivePicture(sql: Sql): Promise<ActivePicture> {
  type Row = RunSummaryRow & { running: number; queued: number; lastEndedId: string | null; serverTime: Date };
  const found = await sql.query<Row>({ name: 'active-picture', text: PICTURE, values: [] });
  const [first] = found.rows;
  if (!first) throw new Error('The picture always has a row with its counts');
  const { running, queued, lastEndedId, serverTime } = first;
  // With nothing active there is still that row, its run columns empty.
  return { rows: found.rows.filter((row) => row.id !== null), running, queued, lastEndedId, serverTime };
}

/** Runs by id, in whatever state they are now. */
export async function readRuns(sql: Sql, ids: string[]): Promise<RunSummaryRow[]> {
  const found = await sql.query<RunSummaryRow>(`${selectSummary('"JobRun"')} WHERE r.id = ANY($1::bigint[])`, [ids]);
  return found.rows;
}

const PICTURE = `
WITH active AS (
  (SELECT 0 AS part, row_number() OVER (ORDER BY "startedAt", id) AS place, j.* FROM "JobRun" j WHERE status = 'RUNNING')
  UNION ALL
  (SELECT 1, row_number() OVER (ORDER BY priority, "runAt", id), q.* FROM (
     SELECT * FROM "JobRun" WHERE status = 'QUEUED' ORDER BY priority, "runAt", id LIMIT ${limits.queuedInSnapshot}
   ) q)
), shown AS (${selectSummary('active').replace('SELECT', 'SELECT r.part, r.place,')}
), counts AS (
  SELECT (SELECT count(*)::int FROM "JobRun" WHERE status = 'RUNNING') AS running,
         (SELECT count(*)::int FROM (SELECT 1 FROM "JobRun" WHERE status = 'QUEUED' LIMIT ${queuedCap + 1}) q) AS queued,
         (SELECT id FROM "JobRun" WHERE "finishedAt" IS NOT NULL ORDER BY "finishedAt" DESC, id DESC LIMIT 1) AS "lastEndedId",
         clock_timestamp() AS "serverTime"
)
SELECT * FROM counts LEFT JOIN shown ON true ORDER BY part, place`;
