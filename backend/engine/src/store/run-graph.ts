import type { JobRunStatus } from '@job-manager/shared/run';
import type { Sql } from './sql.js';

/** A run of a graph; of one that was removed only the id is known. */
export interface GraphRow {
  id: string;
  jobName: string | null;
  status: JobRunStatus | null;
  isBlocked: boolean | null;
  dependsOn: string[] | null;
  startedAt: Date | null;
  finishedAt: Date | null;
  durationMs: number | null;
  error: string | null;
}

/** Runs of a graph that are shown. */
export const GRAPH_SHOWN = 500;
const NEARBY = 2_000;
const BATCH_MEMBERS = 10_000;
const ERROR_CHARS = 300;

/**
 * The graph of a run: the runs it waits or waited for, those that wait for it, and so on; one more than is shown where
 * there are more. No index has the ended runs that waited for another, so they are searched in the batch of the run and
 * among those that were queued soon after its oldest ancestor.
 */
export async function readGraph(sql: Sql, runId: string): Promise<GraphRow[]> {
  return (await sql.query<GraphRow>(GRAPH, [runId])).rows;
}

/** The runs of a batch that wait, or waited, for others, and those that others wait for; one more than is shown where there are more. */
export async function readBatchGraph(sql: Sql, batchId: string): Promise<GraphRow[]> {
  return (await sql.query<GraphRow>(BATCH_GRAPH, [batchId])).rows;
}

const columnsOf = (source: string) => `
SELECT ${source}.id, "jobName", status, "isBlocked", j."dependsOn"::text[] AS "dependsOn", "startedAt", "finishedAt",
  "durationMs"::float8 AS "durationMs", left(error, ${ERROR_CHARS}) AS error
FROM ${source} LEFT JOIN "JobRun" j ON j.id = ${source}.id ORDER BY ${source}.id`;

const BATCH_GRAPH = `
WITH member AS MATERIALIZED (SELECT id, "dependsOn" FROM "JobRun" WHERE "batchId" = $1
), waiting AS MATERIALIZED (SELECT id, unnest("dependsOn") AS other FROM member WHERE "dependsOn" IS NOT NULL
), shown AS MATERIALIZED (
  SELECT id FROM (SELECT id FROM waiting UNION SELECT other FROM waiting) linked ORDER BY id LIMIT ${GRAPH_SHOWN + 1}
)${columnsOf('shown')}`;

const GRAPH = `
WITH RECURSIVE ancestor(id) AS (
  SELECT $1::bigint UNION SELECT wanted.id FROM ancestor JOIN "JobRun" j ON j.id = ancestor.id CROSS JOIN LATERAL unnest(j."dependsOn") AS wanted(id)
), oldest AS MATERIALIZED (
  SELECT min(id) AS id FROM (SELECT id FROM ancestor LIMIT ${GRAPH_SHOWN}) first
), nearby AS MATERIALIZED (
  SELECT id, "dependsOn" FROM (SELECT id, "dependsOn" FROM "JobRun" WHERE id > (SELECT id FROM oldest) ORDER BY id LIMIT ${NEARBY}) soon
  WHERE "dependsOn" IS NOT NULL
  UNION
  SELECT id, "dependsOn" FROM (
    SELECT id, "dependsOn" FROM "JobRun" WHERE "batchId" = (SELECT "batchId" FROM "JobRun" WHERE id = $1) LIMIT ${BATCH_MEMBERS}
  ) member WHERE "dependsOn" IS NOT NULL
), edge AS MATERIALIZED (
  SELECT wanted.id AS "from", nearby.id AS "to" FROM nearby CROSS JOIN LATERAL unnest("dependsOn") AS wanted(id)
), graph(id) AS (
  SELECT $1::bigint
  UNION
  SELECT next.id FROM graph CROSS JOIN LATERAL (
    SELECT unnest("dependsOn") AS id FROM "JobRun" WHERE id = graph.id
    UNION ALL
    SELECT "to" FROM edge WHERE "from" = graph.id
    UNION ALL
    SELECT id FROM "JobRun" WHERE "dependsOn" @> ARRAY[graph.id] AND "finishedAt" IS NULL
  ) next
), shown AS MATERIALIZED (SELECT id FROM graph LIMIT ${GRAPH_SHOWN + 1})${columnsOf('shown')}`;
