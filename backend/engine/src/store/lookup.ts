import { type RunSummaryRow, selectSummary } from './run-row.js';
import { containing } from './search.js';
import type { Sql } from './sql.js';

/** What was found; runs are the newest first. */
export interface LookupRows {
  run: RunSummaryRow | null;
  correlated: RunSummaryRow[];
  keyed: RunSummaryRow[];
  batches: { id: string; name: string; finishedAt: Date | null }[];
  schedules: { id: string; name: string; jobName: string }[];
}

/** Runs of one correlation id that are shown. */
export const CORRELATED_SHOWN = 50;
const KEYED_SHOWN = 20;
const NAMED_SHOWN = 10;
/** The newest batches whose names are searched. */
const BATCHES_SEARCHED = 10_000;
/** People and tokens whose idempotency keys are searched. */
const MAX_CALLERS = 1_000;
const MAX_RUN_ID = 9_223_372_036_854_775_807n;

/** Finds records by number, correlation id, key or name. Every part reads an index or a small table. */
export async function lookUp(sql: Sql, text: string): Promise<LookupRows> {
  const id = numberIn(text);
  const [run, correlated, keyed, batches, schedules] = await Promise.all([
    id === null ? [] : rowsOf<RunSummaryRow>(sql, `${selectSummary('"JobRun"')} WHERE r.id = $1::bigint`, [id]),
    rowsOf<RunSummaryRow>(sql, CORRELATED, [text]),
    rowsOf<RunSummaryRow>(sql, KEYED, [text]),
    rowsOf<LookupRows['batches'][number]>(sql, BATCHES, [containing(text), id]),
    rowsOf<LookupRows['schedules'][number]>(sql, SCHEDULES, [containing(text), text]),
  ]);
  return { run: run[0] ?? null, correlated, keyed, batches, schedules };
}

async function rowsOf<Row extends object>(sql: Sql, text: string, values: unknown[]): Promise<Row[]> {
  return (await sql.query<Row>(text, values)).rows;
}

/** `12847` or `#12847`. */
function numberIn(text: string): string | null {
  const [, digits] = /^#?([1-9]\d{0,18})$/.exec(text) ?? [];
  return digits !== undefined && BigInt(digits) <= MAX_RUN_ID ? digits : null;
}

// Fenced, so that the order does not make the planner walk through all runs there are.
const CORRELATED = `
WITH found AS MATERIALIZED (
  SELECT id FROM "JobRun" WHERE "correlationId" = $1 ORDER BY "correlationId" DESC, id DESC LIMIT ${CORRELATED_SHOWN + 1}
), shown AS (SELECT j.* FROM "JobRun" j WHERE j.id = ANY(ARRAY(SELECT id FROM found)))
${selectSummary('shown')} ORDER BY r.id DESC`;

const HAS_ACTIVE_KEY = `"uniqueKey" IS NOT NULL AND "finishedAt" IS NULL`;

// An idempotency key is kept behind the name of its caller, as idempotency-key.ts of the API and the client package write it; one that
// gets too long with it as a hash.
const KEYED = `
WITH RECURSIVE caller AS MATERIALIZED (
  SELECT 'client' AS name UNION ALL
  SELECT * FROM (SELECT id::text FROM "User" WHERE role <> 'USER' ORDER BY id LIMIT ${MAX_CALLERS}) person UNION ALL
  SELECT * FROM (SELECT 'token:' || id FROM "ApiToken" ORDER BY "createdAt" DESC LIMIT ${MAX_CALLERS}) token
), prefix AS (
  SELECT name FROM caller UNION ALL SELECT name || '/start' FROM caller
), key AS MATERIALIZED (
  SELECT $1::text AS key UNION ALL
  SELECT CASE WHEN length(name) + 1 + length($1::text) > 200
    THEN name || ':sha256:' || encode(sha256(convert_to($1::text, 'UTF8')), 'hex') ELSE name || ':' || $1::text END FROM prefix
), active_job(name) AS (
  -- From one job with a key to the next, in the index of active keys.
  (SELECT "jobName" FROM "JobRun" WHERE ${HAS_ACTIVE_KEY} ORDER BY "jobName" LIMIT 1)
  UNION ALL
  SELECT next."jobName" FROM active_job CROSS JOIN LATERAL (
    SELECT "jobName" FROM "JobRun" WHERE ${HAS_ACTIVE_KEY} AND "jobName" > active_job.name ORDER BY "jobName" LIMIT 1
  ) next
), job AS MATERIALIZED (
  SELECT name FROM "Job" UNION SELECT name FROM active_job
), found AS MATERIALIZED (
  SELECT "runId" AS id FROM "JobRunKey" WHERE scope = 'IDEMPOTENCY' AND "jobName" = '' AND key = ANY(ARRAY(SELECT key FROM key))
  UNION
  SELECT held.id FROM job CROSS JOIN LATERAL (
    (SELECT id FROM "JobRun" WHERE "jobName" = job.name AND "uniqueKey" = $1 AND "finishedAt" IS NULL ORDER BY id DESC LIMIT ${KEYED_SHOWN})
    UNION ALL
    (SELECT "runId" FROM "JobRunKey" WHERE scope = 'PERIOD' AND "jobName" = job.name AND key = $1)
  ) held
), shown AS (SELECT j.* FROM "JobRun" j WHERE j.id = ANY(ARRAY(SELECT id FROM found ORDER BY id DESC LIMIT ${KEYED_SHOWN})))
${selectSummary('shown')} ORDER BY r.id DESC`;

const BATCHES = `
SELECT id, name, "finishedAt" FROM (SELECT * FROM "JobRunBatch" ORDER BY id DESC LIMIT ${BATCHES_SEARCHED}) b WHERE name ILIKE $1
UNION SELECT id, name, "finishedAt" FROM "JobRunBatch" WHERE id = $2::bigint
ORDER BY id DESC LIMIT ${NAMED_SHOWN}`;

const SCHEDULES = `
SELECT id, name, "jobName" FROM "Schedule" WHERE name ILIKE $1 OR id::text = $2 ORDER BY name LIMIT ${NAMED_SHOWN}`;
