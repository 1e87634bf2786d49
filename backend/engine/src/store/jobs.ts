import { isStorableJson } from '@job-manager/client/check-parameters';
import { JOB } from '@job-manager/client/job-as-set';
import type { JobSettings } from '@job-manager/client/request';
import { type JobDefinition, jobDefinition } from '@job-manager/shared/contract/run';
import { isLiving } from './job-versions.js';
import type { Sql } from './sql.js';

export interface KeptJob extends JobSettings {
  name: string;
  /** That of `JobVersion`. */
  version?: string;
  /** What processes without the code show; null for a job that is not offered. */
  definition?: JobDefinition | null;
}

/**
 * Stores settings and definitions of these jobs, for processes without their code. Replaces what another process stored
 * before, except a definition of the same version, which is replaced only when `isFirst`: it may have defaults that
 * differ in each process. Returns how many jobs have another version or definition now.
 */
export async function keepJobs(sql: Sql, jobs: readonly KeptJob[], isFirst = true): Promise<number> {
  const { rows } = await sql.query<{ changed: number }>(KEEP, [
    JSON.stringify(jobs.map((job) => ({ ...job, definition: storable(job.definition) }))),
    isFirst,
  ]);
  return rows[0]?.changed ?? 0;
}

const KEEP = `
WITH declared AS MATERIALIZED (
  SELECT * FROM json_to_recordset($1::json) AS declared(name text, channel text, priority int, "algorithmVersion" text,
    "maxAttempts" int, "maxCrashes" int, "timeoutMs" bigint, version text, definition jsonb)
), before AS MATERIALIZED (
  SELECT declared.name, j.version IS DISTINCT FROM declared.version OR ($2 AND j.definition IS DISTINCT FROM declared.definition) AS "isOther"
  FROM declared LEFT JOIN "Job" j USING (name)
), kept AS (
  INSERT INTO "Job" (name, channel, priority, "algorithmVersion", "maxAttempts", "maxCrashes", "timeoutMs", version, definition)
  -- In one order, so that processes which start together never wait for each other in a circle.
  SELECT * FROM declared ORDER BY name
  ON CONFLICT (name) DO UPDATE SET channel = EXCLUDED.channel, priority = EXCLUDED.priority,
    "algorithmVersion" = EXCLUDED."algorithmVersion", "maxAttempts" = EXCLUDED."maxAttempts",
    "maxCrashes" = EXCLUDED."maxCrashes", "timeoutMs" = EXCLUDED."timeoutMs", "lastSeenAt" = clock_timestamp(),
    definition = CASE WHEN $2 OR "Job".version IS DISTINCT FROM EXCLUDED.version THEN EXCLUDED.definition ELSE "Job".definition END,
    version = EXCLUDED.version
)
SELECT count(*) FILTER (WHERE "isOther")::int AS changed FROM before`;

/** A definition that jsonb can't hold is left out: then only the settings of the job are known. */
const storable = (definition: JobDefinition | null | undefined): JobDefinition | null =>
  definition && isStorableJson(JSON.stringify(definition)) ? definition : null;

/** A definition that the code of a job has brought to the database. */
export interface DeclaredJob {
  /** Changes with the row. */
  mark: string;
  /** Null where it is of another version of this product. */
  definition: JobDefinition | null;
}

/**
 * Reads the definitions of jobs except those of `own`, of jobs that a process has now or had in the last days: older
 * ones are no longer offered. `known` are those of the previous read: unchanged definitions are not sent again.
 */
export async function readDeclaredJobs(
  sql: Sql,
  own: readonly string[],
  known: ReadonlyMap<string, DeclaredJob>,
): Promise<Map<string, DeclaredJob>> {
  const marks = Object.fromEntries([...known].map(([name, { mark }]) => [name, mark]));
  const { rows } = await sql.query<{ name: string; mark: string; definition: unknown }>({
    name: 'declared-jobs',
    text: DECLARED,
    values: [own, JSON.stringify(marks)],
  });
  return new Map(
    rows.map(({ name, mark, definition }) => {
      const found = known.get(name);
      if (found?.mark === mark) return [name, found];
      return [name, { mark, definition: jobDefinition.safeParse(definition).data ?? null }];
    }),
  );
}

const DECLARED = `
SELECT j.name, j.xmin::text AS mark,
  CASE WHEN j.xmin::text IS DISTINCT FROM $2::jsonb ->> j.name THEN j.definition END AS definition
FROM "Job" j
WHERE j.name <> ALL ($1) AND j.definition IS NOT NULL AND EXISTS (SELECT FROM "JobProcess" p WHERE j.name = ANY (p."jobNames"))
ORDER BY j.name`;

/** Whether a live process has the code of a job. */
export async function hasLivingCode(sql: Sql, jobName: string): Promise<boolean> {
  const text = `SELECT FROM "JobProcess" p WHERE $1 = ANY (p."jobNames") AND ${isLiving('p')} LIMIT 1`;
  return (await sql.query(text, [jobName])).rows.length > 0;
}

/** The settings of a job's runs whose code is in other processes; undefined for a job that none has declared. */
export async function readJobAsSet(sql: Sql, jobName: string): Promise<JobSettings | undefined> {
  const text = `SELECT channel, priority, "algorithmVersion", "maxAttempts", "maxCrashes", nullif("timeoutMs", 0)::float8 AS "timeoutMs"
    FROM ${JOB} WHERE name = $1`;
  return (await sql.query<JobSettings>(text, [jobName])).rows[0];
}
