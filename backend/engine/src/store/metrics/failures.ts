import type { FailureState } from '@job-manager/shared/contract/failures';
import { unreadHours } from '../causes.js';
import { ENDED_BY_HOUR } from '../ended.js';
import type { Sql } from '../sql.js';

/** A cause of failures. `runs`, `ended` and `runIds` are of the range, all else of all time. */
export interface CauseRow {
  fingerprint: string;
  jobName: string;
  cause: string;
  frame: string | null;
  sample: string;
  firstSeenAt: Date;
  lastSeenAt: Date;
  lastRunId: string;
  firstVersion: string | null;
  lastVersion: string | null;
  state: FailureState;
  stateBy: string | null;
  stateAt: Date | null;
  note: string | null;
  cameBackAt: Date | null;
  runs: number;
  /** Runs of the job that ended, well or not: of the hour in which the range begins since its minute, where minutes were counted then. */
  ended: number;
  /** The newest 100. */
  runIds: string[];
}

export interface CausesRead {
  rows: CauseRow[];
  /** All of the range, shown or not. */
  causes: number;
  runs: number;
  /** The end of the last hour of the range in which failures have no cause yet; null where all have. */
  unreadUntil: Date | null;
}

export interface CausesRequest {
  since: Date;
  jobName: string | null;
  state: FailureState | null;
  limit: number;
}

/** The causes of failures since a moment, those with most runs first. Reads counters and causes, and no run. */
export async function readCauses(sql: Sql, { since, jobName, state, limit }: CausesRequest): Promise<CausesRead> {
  const { rows } = await sql.query<CausesRead>(CAUSES, [since, jobName, state, limit]);
  const [read] = rows;
  if (!read) throw new Error('PostgreSQL returned no row for an aggregate');
  return { ...read, rows: read.rows.map(withDates) };
}

// Written out at each place: with a subquery the planner would expect a third of all counters and read them all.
const FIRST = `date_trunc('hour', $1::timestamptz, 'UTC')`;
const NEXT = `${FIRST} + interval '1 hour'`;

/** Whether minutes were counted when the range began: it has 48 hours of them, as long as a server ran. */
const HAS_MINUTES = `EXISTS (SELECT FROM "QueueSample" WHERE step = 'MINUTE' AND channel = '' AND at >= $1 AND at < $1::timestamptz + interval '3 minutes')`;

const SHOWN_JOBS = `"jobName" = ANY (ARRAY(SELECT "jobName" FROM shown))`;
const countersOf = (hours: string): string => `
    SELECT "jobName", runs::float8 FROM (${ENDED_BY_HOUR}) h
    WHERE ${hours} AND status IN ('SUCCESS', 'FAILED') AND ${SHOWN_JOBS}`;

// Whole hours by their counters, the part of the first one by its failures, and by its minutes.
const CAUSES = `
WITH counted AS MATERIALIZED (
  SELECT fingerprint, sum(runs) AS runs FROM (
    SELECT fingerprint, runs::float8 AS runs FROM "RunErrorCount" WHERE fingerprint <> '' AND hour >= ${NEXT}
    UNION ALL
    SELECT fingerprint, count(*)::float8 FROM "RunError" WHERE "finishedAt" >= $1 AND "finishedAt" < (${NEXT}) GROUP BY 1
  ) c GROUP BY 1
), matching AS MATERIALIZED (
  SELECT g.*, c.runs FROM counted c JOIN "RunErrorGroup" g USING (fingerprint)
  WHERE ($2::text IS NULL OR g."jobName" = $2) AND ($3::text IS NULL OR g.state = $3::"RunErrorState")
), shown AS MATERIALIZED (
  SELECT * FROM matching ORDER BY runs DESC, "lastSeenAt" DESC, fingerprint LIMIT $4
), of_job AS MATERIALIZED (
  SELECT "jobName", sum(runs) AS runs FROM (
    ${countersOf(`hour >= ${NEXT}`)}
    UNION ALL ${countersOf(`hour = ${FIRST}`)} AND NOT (SELECT ${HAS_MINUTES})
    UNION ALL SELECT "jobName", (success + failed)::float8 FROM "JobRunEnded"
    WHERE step = 'MINUTE' AND at >= date_trunc('minute', $1::timestamptz) AND at < ${NEXT} AND ${SHOWN_JOBS} AND (SELECT ${HAS_MINUTES})
  ) c GROUP BY 1
), unread AS (SELECT max(hour) + interval '1 hour' AS until FROM (${unreadHours(FIRST)}) u
)
SELECT (SELECT count(*)::int FROM matching) AS causes, (SELECT coalesce(sum(runs), 0)::float8 FROM matching) AS runs,
  (SELECT until FROM unread) AS "unreadUntil",
  coalesce((SELECT jsonb_agg(to_jsonb(s) || jsonb_build_object('lastRunId', s."lastRunId"::text, 'ended', coalesce(o.runs, 0), 'runIds', named.ids)
      ORDER BY s.runs DESC, s."lastSeenAt" DESC, s.fingerprint)
    FROM shown s LEFT JOIN of_job o USING ("jobName") CROSS JOIN LATERAL (
      SELECT coalesce(jsonb_agg("runId"::text ORDER BY "finishedAt" DESC, "runId" DESC), '[]') AS ids FROM (
        SELECT "runId", "finishedAt" FROM "RunError" e WHERE e.fingerprint = s.fingerprint AND e."finishedAt" >= $1
        ORDER BY "finishedAt" DESC, "runId" DESC LIMIT 100) newest
    ) named), '[]') AS rows`;

/** Times in JSON are text. */
const withDates = (row: CauseRow): CauseRow => ({
  ...row,
  firstSeenAt: new Date(row.firstSeenAt),
  lastSeenAt: new Date(row.lastSeenAt),
  stateAt: row.stateAt && new Date(row.stateAt),
  cameBackAt: row.cameBackAt && new Date(row.cameBackAt),
});
