import type { cancellableStates } from '@job-manager/shared/contract/active-runs';
import type { BulkAction, BulkRequest, bulkStates } from '@job-manager/shared/contract/bulk';
import { limits } from '@job-manager/shared/limits';
import type { JobRunStatus, JobUIStatus } from '@job-manager/shared/run';
import { filterOf, type HistoryFilter } from './history-stretches.js';
import { keptDays } from './kept-days.js';
import type { Sql } from './sql.js';

/** Which active runs. */
interface ActiveFilter {
  jobName?: string;
  channel?: string;
  state?: (typeof cancellableStates)[number];
}

/** The values that `TO_CANCEL` takes, as $1 to $3. */
const filterValues = ({ jobName, channel, state }: ActiveFilter): unknown[] => [
  jobName ?? null,
  channel ?? null,
  state ?? null,
];

const WANTED = `($1::text IS NULL OR "jobName" = $1) AND ($2::text IS NULL OR channel = $2)`;
/** As the panel has it: what is due within a second is due. */
const IS_DUE = `"runAt" <= clock_timestamp() + interval '1 s'`;

/** A query of the runs that a cancel would touch. In two parts, because each has an index of its own beside the history. */
const TO_CANCEL = `
  SELECT id, "jobName", status FROM "JobRun" WHERE status = 'QUEUED' AND "finishedAt" IS NULL AND ${WANTED} AND CASE $3::text
    WHEN 'blocked' THEN "isBlocked" WHEN 'due' THEN NOT "isBlocked" AND ${IS_DUE}
    WHEN 'scheduled' THEN NOT "isBlocked" AND NOT ${IS_DUE} AND "claimNo" = 0
    WHEN 'retrying' THEN NOT "isBlocked" AND NOT ${IS_DUE} AND "claimNo" > 0 ELSE $3 IS NULL END
  UNION ALL
  SELECT id, "jobName", status FROM "JobRun" WHERE status = 'RUNNING' AND "finishedAt" IS NULL AND "cancelRequestedAt" IS NULL AND ${WANTED}
    AND ($3::text IS NULL OR $3 = 'running')`;

type BulkState = (typeof bulkStates)[number];

/** An operation as its row has it, but for the ids of its runs. */
export interface BulkRow {
  id: string;
  action: BulkAction;
  request: BulkRequest;
  state: BulkState;
  total: number;
  done: number;
  skipped: number;
  /** Why runs were skipped, with how many of each. */
  problems: Record<string, number>;
  batchId: string | null;
  createdBy: string | null;
  startedAt: Date;
  finishedAt: Date | null;
  abortedBy: string | null;
  error: string | null;
}

/** The columns of a BulkRow. */
export const BULK_ROW = `id, action, request, state::text, total, done, skipped, problems, "batchId", "createdBy", "startedAt", "finishedAt", "abortedBy", error`;

/** An operation that was started; null where there is none of this number. */
export async function readBulk(sql: Sql, id: string): Promise<BulkRow | null> {
  const { rows } = await sql.query<BulkRow>(
    `SELECT ${BULK_ROW} FROM "BulkOperation" WHERE id = $1::bigint AND state <> 'PREVIEWED'`,
    [id],
  );
  return rows[0] ?? null;
}

/** Operations that were started, the newest 50 first. */
export async function listBulk(sql: Sql, state: BulkState | undefined): Promise<BulkRow[]> {
  const { rows } = await sql.query<BulkRow>(
    `SELECT ${BULK_ROW} FROM "BulkOperation" WHERE state <> 'PREVIEWED' AND ($1::text IS NULL OR state::text = $1)
     ORDER BY "startedAt" DESC, id DESC LIMIT 50`,
    [state ?? null],
  );
  return rows;
}

/** A query of `id`, `jobName` and `status`, and the values it takes from $1 on. */
export interface Selection {
  text: string;
  values: unknown[];
}

/** Active runs that match. */
export const activeSelection = (filter: ActiveFilter & { queuedBefore?: Date }): Selection => ({
  text: `SELECT t.* FROM (${TO_CANCEL}) t ${filter.queuedBefore ? 'JOIN "JobRun" q ON q.id = t.id AND q."finishedAt" IS NULL AND q."queuedAt" < $4::timestamptz' : ''}`,
  values: [...filterValues(filter), ...(filter.queuedBefore ? [filter.queuedBefore] : [])],
});

/** Running runs that match, those that were requested to stop among them. */
export const runningSelection = ({
  jobName,
  channel,
  isStopping,
}: {
  jobName?: string;
  channel?: string;
  isStopping?: boolean;
}): Selection => ({
  text: `SELECT id, "jobName", status FROM "JobRun" WHERE status = 'RUNNING' AND "finishedAt" IS NULL
    AND ($1::text IS NULL OR "jobName" = $1) AND ($2::text IS NULL OR channel = $2) AND (NOT $3::boolean OR "cancelRequestedAt" IS NOT NULL)`,
  values: [jobName ?? null, channel ?? null, isStopping === true],
});

interface EndedFilter extends HistoryFilter {
  cause?: string;
  batchId?: string;
}

/** Ended runs that match. */
export const endedSelection = (filter: EndedFilter): Selection => {
  const { source, values } = endedSource(filter);
  return { text: `SELECT r.id, r."jobName", r.status FROM ${source}`, values };
};

/** When the run ended that comes after so many of those that match, by the time of their end; null where there are no more. */
export async function findEndOf(sql: Sql, filter: EndedFilter, after: number): Promise<Date | null> {
  const { source, values } = endedSource(filter);
  const { rows } = await sql.query<{ finishedAt: Date }>(
    `SELECT r."finishedAt" FROM ${source} ORDER BY r."finishedAt", r.id OFFSET $${values.push(after)} LIMIT 1`,
    values,
  );
  return rows[0]?.finishedAt ?? null;
}

function endedSource({ cause, batchId, ...filter }: EndedFilter): { source: string; values: unknown[] } {
  const { conditions, times, values } = filterOf(filter);
  if (batchId !== undefined) conditions.push(`"batchId" = $${values.push(batchId)}::bigint`);
  const where = [...conditions, ...times].map((condition) => `r.${condition}`);
  if (cause === undefined)
    return { source: `"JobRun" r WHERE ${['r."finishedAt" IS NOT NULL', ...where].join(' AND ')}`, values };
  const of = `e.fingerprint = $${values.push(cause)}`;
  const joined = `"RunError" e JOIN "JobRun" r ON r.id = e."runId" AND r."finishedAt" = e."finishedAt"`;
  return { source: `${joined} WHERE ${[of, ...where].join(' AND ')}`, values };
}

/** These runs, whatever state they are in; those that were requested to stop in a state of their own, unless `isPlain`. */
export const namedSelection = (ids: readonly string[], { isPlain = false } = {}): Selection => ({
  text: `SELECT id, "jobName", ${isPlain ? 'status::text' : `CASE WHEN status = 'RUNNING' AND "cancelRequestedAt" IS NOT NULL THEN 'CANCEL_REQUESTED' ELSE status::text END`} AS status
    FROM "JobRun" WHERE id = ANY($1::bigint[])`,
  values: [[...new Set(ids)]],
});

export interface BulkPreviewRow {
  token: string;
  total: number;
  isCut: boolean;
  searchedBackTo: Date | null;
  rest: { from?: Date; to?: Date } | null;
  byJob: { jobName: string; runs: number }[];
  byStatus: { status: JobRunStatus; runs: number }[];
  /** Ids of the first 10. */
  first: string[];
  /** Runs that were found and are in another state than the action needs. */
  inOtherState: { status: JobUIStatus; runs: number }[];
  /** Runs that were found and whose job is not in `known`. */
  ofUnknownJobs: { jobName: string; runs: number }[];
  found: number;
}

/**
 * Keeps which runs an operation would touch, and counts them: those of the selection in these states, and where `known`
 * is given of these jobs, at most `limits.bulkRuns`. Nothing happens to them yet.
 */
export async function addBulkPreview(
  sql: Sql,
  request: BulkRequest,
  {
    selection,
    statuses,
    known,
    actor,
    createdBy,
  }: {
    selection: Selection;
    statuses: readonly JobRunStatus[];
    known: readonly string[] | null;
    actor: unknown;
    createdBy: string | null;
  },
): Promise<Omit<BulkPreviewRow, 'searchedBackTo' | 'rest'>> {
  const { text, values } = selection;
  const at = (offset: number) => `$${values.length + offset}`;
  const { rows } = await sql.query<BulkPreviewRow>(
    `WITH found AS MATERIALIZED (${text}
), able AS MATERIALIZED (
  SELECT * FROM found WHERE status::text = ANY(${at(1)}::text[]) AND (${at(2)}::text[] IS NULL OR "jobName" = ANY(${at(2)}))
), kept AS MATERIALIZED (SELECT * FROM able ORDER BY id LIMIT ${limits.bulkRuns}
), added AS (
  INSERT INTO "BulkOperation" (action, request, actor, "createdBy", "runIds", total)
  SELECT ${at(3)}::text, ${at(4)}::jsonb, ${at(5)}::jsonb, left(${at(6)}::text, 254), coalesce(array_agg(id ORDER BY id), '{}'), count(*) FROM kept
  RETURNING token, total
)
SELECT token, total, (SELECT count(*) FROM able) > total AS "isCut", (SELECT count(*)::int FROM found) AS found,
  ${countedBy('kept', '"jobName"')} AS "byJob", ${countedBy('kept', 'status')} AS "byStatus",
  ARRAY(SELECT id FROM kept ORDER BY id LIMIT 10) AS first,
  ${countedBy(`found WHERE status::text <> ALL(${at(1)}::text[])`, 'status')} AS "inOtherState",
  ${countedBy(`found WHERE status::text = ANY(${at(1)}::text[]) AND "jobName" <> ALL(${at(2)}::text[])`, '"jobName"')} AS "ofUnknownJobs"
FROM added`,
    [...values, statuses, known, request.action, JSON.stringify(request), JSON.stringify(actor), createdBy],
  );
  const [row] = rows;
  if (!row) throw new Error('A preview was neither kept nor refused');
  return row;
}

const countedBy = (source: string, column: string): string =>
  `(SELECT coalesce(json_agg(counted), '[]') FROM (SELECT ${column}, count(*)::int AS runs FROM ${source} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20) counted)`;

const PREVIEW_KEPT_HOURS = 1;

/** Removes previews of an hour ago that were not started, and operations that ended 90 days ago; returns how many. */
export async function removeOldBulk(sql: Sql): Promise<number> {
  const { rowCount } = await sql.query(
    `DELETE FROM "BulkOperation" WHERE id IN (
       SELECT id FROM "BulkOperation" WHERE "createdAt" < (SELECT clock_timestamp() - interval '${PREVIEW_KEPT_HOURS} hours')
         AND (state = 'PREVIEWED' OR "finishedAt" < clock_timestamp() - interval '${keptDays.operations} days') LIMIT 1000)`,
  );
  return rowCount ?? 0;
}
