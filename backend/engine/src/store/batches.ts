import { type RunSummaryRow, selectSummary } from './run-row.js';
import type { Sql } from './sql.js';

/** A batch with its progress. */
export interface BatchRow {
  id: string;
  name: string;
  total: number;
  callbackRunId: string | null;
  createdAt: Date;
  createdBy: string | null;
  finishedAt: Date | null;
  queued: number;
  running: number;
  success: number;
  failed: number;
  cancelled: number;
}

export interface Page {
  /** From 1. */
  page: number;
  pageSize: number;
}

/** A batch; null when there is none of that id. */
export async function readBatch(sql: Sql, batchId: string): Promise<BatchRow | null> {
  const read = await sql.query<BatchRow>(`${selectBatches('"JobRunBatch"')} WHERE b.id = $1`, [batchId]);
  return read.rows[0] ?? null;
}

/** A page of the batches, the newest first, and how many there are. */
export async function readBatches(sql: Sql, { page, pageSize }: Page): Promise<{ batches: BatchRow[]; total: number }> {
  const [read, counted] = await Promise.all([
    sql.query<BatchRow>(BATCHES, [(page - 1) * pageSize, pageSize]),
    sql.query<{ total: number }>('SELECT count(*)::int AS total FROM "JobRunBatch"'),
  ]);
  return { batches: read.rows, total: counted.rows[0]?.total ?? 0 };
}

/** A page of the runs of a batch in the order in which they were given, and how many are left of them. */
export async function readBatchRuns(
  sql: Sql,
  batchId: string,
  { page, pageSize, isFailed = false }: Page & { isFailed?: boolean },
): Promise<{ runs: RunSummaryRow[]; total: number }> {
  const read = await sql.query<RunSummaryRow & { total: number }>(BATCH_RUNS, [
    batchId,
    (page - 1) * pageSize,
    pageSize,
    isFailed,
  ]);
  return { runs: read.rows.filter(({ id }) => id !== null), total: read.rows[0]?.total ?? 0 };
}

/** What a cancel of the batch would do now. */
export interface CancelPreviewRow {
  cancelled: number;
  requested: number;
  byJob: { jobName: string; runs: number }[];
  first: RunSummaryRow[];
}

/** Reads what a cancel of a batch would do now. */
export async function previewCancel(sql: Sql, batchId: string): Promise<CancelPreviewRow> {
  const counted = await sql.query<Omit<CancelPreviewRow, 'first'>>(PREVIEW, [batchId]);
  const first = await sql.query<RunSummaryRow>(FIRST_TO_CANCEL, [batchId]);
  return { ...(counted.rows[0] ?? { cancelled: 0, requested: 0, byJob: [] }), first: first.rows };
}

const TO_CANCEL = `SELECT id, "jobName", status FROM "JobRun"
  WHERE "batchId" = $1 AND "finishedAt" IS NULL AND (status = 'QUEUED' OR "cancelRequestedAt" IS NULL)`;

const PREVIEW = `
WITH target AS MATERIALIZED (${TO_CANCEL})
SELECT (SELECT count(*)::int FROM target WHERE status = 'QUEUED') AS cancelled, (SELECT count(*)::int FROM target WHERE status = 'RUNNING') AS requested,
  (SELECT coalesce(json_agg(job), '[]') FROM (
    SELECT "jobName", count(*)::int AS runs FROM target GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20
  ) job) AS "byJob"`;

const FIRST_TO_CANCEL = `
WITH target AS MATERIALIZED (${TO_CANCEL}
), shown AS (SELECT j.* FROM "JobRun" j WHERE j.id = ANY(ARRAY(SELECT id FROM target ORDER BY id LIMIT 10)))
${selectSummary('shown')} ORDER BY r.id`;

// The counts come from an index that has batch and state.
const selectBatches = (source: string): string => `
SELECT b.id, b.name, b.total, b."callbackRunId", b."createdAt", b."createdBy", b."finishedAt", counts.*
FROM ${source} b CROSS JOIN LATERAL (
  SELECT count(*) FILTER (WHERE status = 'QUEUED')::int AS queued, count(*) FILTER (WHERE status = 'RUNNING')::int AS running,
    count(*) FILTER (WHERE status = 'SUCCESS')::int AS success, count(*) FILTER (WHERE status = 'FAILED')::int AS failed,
    count(*) FILTER (WHERE status = 'CANCELLED')::int AS cancelled
  FROM "JobRun" WHERE "batchId" = b.id
) counts`;

const BATCHES = `
WITH page AS MATERIALIZED (SELECT * FROM "JobRunBatch" ORDER BY id DESC OFFSET $1 LIMIT $2)
${selectBatches('page')} ORDER BY b.id DESC`;

// MATERIALIZED: for the order the planner would otherwise search these among all runs.
const BATCH_RUNS = `
WITH member AS MATERIALIZED (SELECT id FROM "JobRun" WHERE "batchId" = $1 AND (NOT $4::boolean OR status = 'FAILED')
), page AS MATERIALIZED (SELECT id FROM member ORDER BY id OFFSET $2 LIMIT $3
), shown AS (SELECT j.* FROM "JobRun" j JOIN page USING (id)
), run AS (${selectSummary('shown')})
SELECT run.*, counted.total FROM (SELECT count(*)::int AS total FROM member) counted LEFT JOIN run ON true ORDER BY run.id`;
