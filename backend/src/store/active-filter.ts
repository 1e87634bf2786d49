import type { cancellableStates } from '@job-manager/shared/contract/active-runs';
import { type RunSummaryRow, selectSummary } from './run-row.js';
import type { Sql } from './sql.js';

/** Which active runs. */
export interface ActiveFilter {
  jobName?: string;
  channel?: string;
  state?: (typeof cancellableStates)[number];
  /** None but these. */
  jobRunIds?: readonly string[];
}

/** The values that `TO_CANCEL` takes, as $1 to $4. */
export const filterValues = ({ jobName, channel, state, jobRunIds }: ActiveFilter): unknown[] => [
  jobName ?? null,
  channel ?? null,
  state ?? null,
  jobRunIds ?? null,
];

const WANTED = `($1::text IS NULL OR "jobName" = $1) AND ($2::text IS NULL OR channel = $2) AND ($4::bigint[] IS NULL OR id = ANY($4))`;
/** As the panel has it: what is due within a second is due. */
const IS_DUE = `"runAt" <= clock_timestamp() + interval '1 s'`;

/** A query of the runs that a cancel would touch. In two parts, because each has an index of its own beside the history. */
export const TO_CANCEL = `
  SELECT id, "jobName", status FROM "JobRun" WHERE status = 'QUEUED' AND "finishedAt" IS NULL AND ${WANTED} AND CASE $3::text
    WHEN 'blocked' THEN "isBlocked" WHEN 'due' THEN NOT "isBlocked" AND ${IS_DUE}
    WHEN 'scheduled' THEN NOT "isBlocked" AND NOT ${IS_DUE} AND "claimNo" = 0
    WHEN 'retrying' THEN NOT "isBlocked" AND NOT ${IS_DUE} AND "claimNo" > 0 ELSE $3 IS NULL END
  UNION ALL
  SELECT id, "jobName", status FROM "JobRun" WHERE status = 'RUNNING' AND "finishedAt" IS NULL AND "cancelRequestedAt" IS NULL AND ${WANTED}
    AND ($3::text IS NULL OR $3 = 'running')`;

/** What a cancel of these runs would do now. */
export interface ActivePreviewRow {
  cancelled: number;
  asked: number;
  byJob: { jobName: string; runs: number }[];
  /** The newest of them; null for none. */
  upTo: string | null;
  first: RunSummaryRow[];
}

/** Reads what a cancel of these runs would do now. */
export async function previewCancelMany(sql: Sql, filter: ActiveFilter): Promise<ActivePreviewRow> {
  const counted = await sql.query<Omit<ActivePreviewRow, 'first'> & { ids: string[] }>(PREVIEW, filterValues(filter));
  const { ids = [], cancelled = 0, asked = 0, byJob = [], upTo = null } = counted.rows[0] ?? {};
  const first = await sql.query<RunSummaryRow>(`${selectSummary('"JobRun"')} WHERE r.id = ANY($1) ORDER BY r.id`, [
    ids,
  ]);
  return { cancelled, asked, byJob, upTo, first: first.rows };
}

const PREVIEW = `
WITH target AS MATERIALIZED (${TO_CANCEL})
SELECT (SELECT count(*)::int FROM target WHERE status = 'QUEUED') AS cancelled,
  (SELECT count(*)::int FROM target WHERE status = 'RUNNING') AS asked, (SELECT max(id) FROM target) AS "upTo",
  ARRAY(SELECT id FROM target ORDER BY id LIMIT 10) AS ids,
  (SELECT coalesce(json_agg(job), '[]') FROM (
    SELECT "jobName", count(*)::int AS runs FROM target GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20
  ) job) AS "byJob"`;
