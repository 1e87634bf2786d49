import { lanesOf } from './lanes.js';
import { type RunSummaryRow, selectSummary } from './run-row.js';
import type { Sql } from './sql.js';

/** The place of a run in the order of claims. */
export interface QueuePlace {
  /** Those that wait for other runs come after all others. */
  isBlocked: boolean;
  priority: number;
  runAt: Date;
  id: string;
}

export interface QueueFilters {
  channel?: string;
  jobName?: string;
  /** Of runs that wait for no other: those whose time has come, or has not. */
  state?: 'due' | 'scheduled';
}

export interface QueuePart {
  runs: RunSummaryRow[];
  /** How far the part was read; null for its end. */
  end: QueuePlace | null;
}

export const QUEUE_PAGE = 50;

/** Runs that are passed by at most for a page where a filter matches few. */
const MAX_PASSED = 10_000;

/**
 * The first queued runs after a place, in the order in which they are claimed: of those that wait for others, or of those that
 * do not. Each lane is walked in the index that claims use, no further than `MAX_PASSED` runs in all.
 */
export async function readQueuePart(
  sql: Sql,
  { channel, jobName, state }: QueueFilters,
  { isBlocked, after, limit }: { isBlocked: boolean; after: QueuePlace | null; limit: number },
): Promise<QueuePart> {
  type Row = RunSummaryRow & { isLast: boolean; horizon: { priority: number; runAt: string; id: string } | null };
  const { rows } = await sql.query<Row>(isBlocked ? BLOCKED_PART : READY_PART, [
    channel ?? null,
    jobName ?? null,
    state ?? null,
    after?.priority ?? null,
    after?.runAt ?? null,
    after?.id ?? null,
    limit + 1,
  ]);
  const found = rows.filter(({ id }) => id !== null);
  const runs = found.slice(0, limit);
  const last = runs.at(-1);
  if (found.length > limit && last)
    return { runs, end: { isBlocked, priority: last.priority, runAt: last.runAt, id: last.id } };
  const horizon = rows[0]?.horizon;
  return { runs, end: horizon ? { ...horizon, isBlocked, runAt: new Date(horizon.runAt) } : null };
}

// A lane that is not read to its end may have more runs after its last one: runs of other lanes after that place are
// left for the next page. The runs of the page are found by their ids, without a condition on their state: while
// statistics report hardly any waiting runs, PostgreSQL 15 and 16 would read all of them.
const partOf = (condition: string): string => `
WITH RECURSIVE moment AS MATERIALIZED (SELECT clock_timestamp() AS now
), ${lanesOf('lane', condition)}
, walked AS MATERIALIZED (
  SELECT * FROM lane WHERE ($1::text IS NULL OR channel = $1) AND ($4::int IS NULL OR priority >= $4)
), depth AS MATERIALIZED (
  SELECT CASE WHEN $2::text IS NULL THEN $7::bigint ELSE greatest($7::bigint, ${MAX_PASSED} / greatest(count(*), 1)) END AS most FROM walked
), passed AS MATERIALIZED (
  SELECT first.* FROM walked CROSS JOIN depth CROSS JOIN LATERAL (
    SELECT q.id, q.priority, q."runAt", q."jobName", row_number() OVER (ORDER BY q."runAt", q.id) AS nth FROM (
      SELECT id, priority, "runAt", "jobName" FROM "JobRun"
      WHERE status = 'QUEUED' AND "finishedAt" IS NULL AND ${condition} AND channel = walked.channel AND priority = walked.priority
        AND "runAt" >= CASE WHEN walked.priority = $4 THEN $5::timestamptz WHEN $3::text = 'scheduled' THEN (SELECT now FROM moment) ELSE '-infinity' END
        AND (walked.priority IS DISTINCT FROM $4 OR ("runAt", id) > ($5::timestamptz, $6::bigint))
        AND ($3::text IS DISTINCT FROM 'due' OR "runAt" <= (SELECT now FROM moment))
        AND ($3::text IS DISTINCT FROM 'scheduled' OR "runAt" > (SELECT now FROM moment))
      ORDER BY "runAt", id LIMIT depth.most
    ) q
  ) first
), horizon AS MATERIALIZED (
  SELECT priority, "runAt", id FROM passed, depth WHERE nth = most ORDER BY priority, "runAt", id LIMIT 1
), page AS MATERIALIZED (
  SELECT id FROM passed WHERE ($2::text IS NULL OR "jobName" = $2)
    AND NOT EXISTS (SELECT FROM horizon h WHERE (passed.priority, passed."runAt", passed.id) > (h.priority, h."runAt", h.id))
  ORDER BY priority, "runAt", id LIMIT $7
), shown AS (
  SELECT j.* FROM "JobRun" j WHERE j.id = ANY(ARRAY(SELECT id FROM page)) AND j."finishedAt" IS NULL
), run AS (${selectSummary('shown')})
SELECT run.*, (SELECT json_build_object('priority', priority, 'runAt', "runAt", 'id', id::text) FROM horizon) AS horizon
FROM (SELECT 1) once LEFT JOIN run ON true ORDER BY run.priority, run."runAt", run.id`;

const READY_PART = partOf('NOT "isBlocked"');
const BLOCKED_PART = partOf('"isBlocked"');
