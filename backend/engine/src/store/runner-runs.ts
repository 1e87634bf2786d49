import { readPage } from './history.js';
import type { RunSummaryRow } from './run-row.js';
import type { Sql } from './sql.js';

const SHOWN = 50;
/** No index has the runner of a run: the newest runs that ended during its life are searched, so many of them. */
const SEARCHED = 10_000;

export interface RunsOfRunner {
  /** The newest 50 that ended there, the newest first. */
  runs: RunSummaryRow[];
  /** Older ones were not read; null where all were. */
  searchedBackTo: Date | null;
}

/** The runs that ended last at a runner. */
export async function readRunsOfRunner(sql: Sql, runnerId: string): Promise<RunsOfRunner> {
  const { rows } = await sql.query<{ ids: string[]; ends: Date[]; searched: number; searchedBackTo: Date | null }>(
    RUNS,
    [runnerId],
  );
  const [{ ids, ends, searched, searchedBackTo } = { ids: [], ends: [], searched: 0, searchedBackTo: null }] = rows;
  return {
    runs: await readPage(sql, { ids, ends }),
    searchedBackTo: searched < SEARCHED || ids.length === SHOWN ? null : searchedBackTo,
  };
}

const RUNS = `
WITH lived AS MATERIALIZED (
  SELECT "startedAt" AS since, CASE WHEN status IN ('ACTIVE', 'DRAINING') THEN 'infinity'
    ELSE greatest("stoppedAt", "lastHeartbeatAt") + interval '1 minute' END AS until
  FROM "Runner" WHERE id = $1
), recent AS MATERIALIZED (
  SELECT id, "runnerId", "finishedAt" FROM "JobRun"
  WHERE "finishedAt" IS NOT NULL AND "finishedAt" >= (SELECT since FROM lived) AND "finishedAt" <= (SELECT until FROM lived)
  ORDER BY "finishedAt" DESC, id DESC LIMIT ${SEARCHED}
), own AS MATERIALIZED (SELECT id, "finishedAt" FROM recent WHERE "runnerId" = $1 ORDER BY "finishedAt" DESC, id DESC LIMIT ${SHOWN})
SELECT ARRAY(SELECT id::text FROM own ORDER BY id) AS ids, ARRAY(SELECT "finishedAt" FROM own ORDER BY id) AS ends, (SELECT count(*)::int FROM recent) AS searched,
  (SELECT min("finishedAt") FROM recent) AS "searchedBackTo"`;
