import type { JobVersion, KnownVersion } from './job-version.js';
import type { Sql } from './sql.js';

/** A process that has the code of jobs. */
export interface JobProcess {
  id: string;
  /** The runner in it; null where it executes none. */
  runnerId: string | null;
  host: string;
  pid: number;
}

/** A process renews its row at this interval, and counts as live for three times as long. */
export const ALIVE_EVERY_MS = 20_000;
const LIVING = `interval '${3 * ALIVE_EVERY_MS} ms'`;

/**
 * Whether a row of JobProcess `p` is that of a live process. A runner whose event loop is blocked is live by its
 * heartbeats.
 */
export const isLiving = (
  p: string,
): string => `${p}."stoppedAt" IS NULL AND (${p}."lastSeenAt" > clock_timestamp() - ${LIVING}
  OR EXISTS (SELECT FROM "Runner" beating WHERE beating.id = ${p}."runnerId" AND beating.status = 'ACTIVE'
    AND beating."lastHeartbeatAt" > clock_timestamp() - ${LIVING}))`;

/**
 * The versions that live processes have, a row for each process and job: columns `jobName`, `version`, and `p` for the
 * process.
 */
const LIVING_VERSIONS = `"JobProcess" p CROSS JOIN LATERAL unnest(p."jobNames", p.versions) AS has("jobName", version)`;

/** Announces a process with its jobs; announcing it again is harmless. */
export async function registerProcess(sql: Sql, process: JobProcess, versions: readonly JobVersion[]): Promise<void> {
  await sql.query(
    `WITH declared AS (
       INSERT INTO "JobVersion" ("jobName", version, declaration)
       SELECT * FROM json_to_recordset($5::json) AS v("jobName" text, version text, declaration jsonb)
       ORDER BY "jobName" ON CONFLICT DO NOTHING
     )
     INSERT INTO "JobProcess" (id, "runnerId", host, pid, "jobNames", versions) VALUES ($1, $2, $3, $4, $6, $7)
     ON CONFLICT (id) DO UPDATE SET "lastSeenAt" = clock_timestamp(), "stoppedAt" = NULL`,
    [
      process.id,
      process.runnerId,
      process.host,
      process.pid,
      JSON.stringify(versions),
      versions.map(({ jobName }) => jobName),
      versions.map(({ version }) => version),
    ],
  );
}

/** Notes that a process ends, so that its versions don't count any more. */
export async function noteProcessStopped(sql: Sql, id: string): Promise<void> {
  await sql.query('UPDATE "JobProcess" SET "stoppedAt" = clock_timestamp() WHERE id = $1', [id]);
}

/**
 * Renews the row of a process. Returns a digest of all that its declarations depend on: the live versions of its jobs,
 * and what is stored of these jobs and their schedules; null where the process isn't known any more.
 */
export async function renewProcess(sql: Sql, id: string, jobNames: string[]): Promise<string | null> {
  const noted = await sql.query<{ digest: string }>(ALIVE, [id, jobNames]);
  return noted.rows[0]?.digest ?? null;
}

const ALIVE = `
WITH live AS (
  UPDATE "JobProcess" SET "lastSeenAt" = clock_timestamp(), "stoppedAt" = NULL WHERE id = $1 RETURNING id
)
SELECT md5(concat_ws(';',
  (SELECT string_agg(DISTINCT concat(has."jobName", '@', has.version), ',' ORDER BY concat(has."jobName", '@', has.version))
   FROM ${LIVING_VERSIONS} WHERE has."jobName" = ANY($2) AND (p.id = $1 OR ${isLiving('p')})),
  (SELECT string_agg(concat_ws(',', name, channel, priority, "algorithmVersion", "maxAttempts", "maxCrashes", "timeoutMs", version), ';' ORDER BY name)
   FROM "Job" WHERE name = ANY($2)),
  (SELECT string_agg(concat_ws(',', name, "jobName", cron, "everyMs", "timeZone", parameters, "missedRuns", overlap, channel, priority), ';' ORDER BY name)
   FROM "Schedule" WHERE source = 'CODE' AND "jobName" = ANY($2))
)) AS digest FROM live`;

/** The live versions of these jobs, and those of all jobs that have one of these schedules. */
export async function readLivingVersions(sql: Sql, jobNames: string[], schedules: string[]): Promise<KnownVersion[]> {
  const found = await sql.query<KnownVersion>(
    `SELECT v.* FROM "JobVersion" v
     WHERE (v."jobName", v.version) IN (SELECT has."jobName", has.version FROM ${LIVING_VERSIONS} WHERE ${isLiving('p')})
       AND (v."jobName" = ANY($1) OR EXISTS (
         SELECT FROM jsonb_array_elements(v.declaration -> 'schedules') s WHERE s ->> 'name' = ANY($2)))`,
    [jobNames, schedules],
  );
  return found.rows;
}

/** A live version of a job with more than one, and the processes that have it. */
export interface RivalVersion extends KnownVersion {
  /** `host (process pid)`, the oldest process first. */
  processes: string[];
}

/** The versions of jobs with more than one live version. */
export async function readRivalVersions(sql: Sql): Promise<RivalVersion[]> {
  const found = await sql.query<RivalVersion>(
    `WITH living AS MATERIALIZED (
       SELECT has."jobName", has.version, p."startedAt", concat(p.host, ' (process ', p.pid, ')') AS process
       FROM ${LIVING_VERSIONS} WHERE ${isLiving('p')}
     ), rival AS (SELECT "jobName" FROM living GROUP BY 1 HAVING count(DISTINCT version) > 1)
     SELECT v.*, array_agg(l.process ORDER BY l."startedAt", l.process) AS processes
     FROM living l JOIN rival USING ("jobName") JOIN "JobVersion" v USING ("jobName", version)
     GROUP BY v."jobName", v.version ORDER BY v."jobName", v."firstSeenAt"`,
  );
  return found.rows;
}

/** At most so many rows in one statement. */
const MAX_ROWS = 5_000;
const KEPT_DAYS = { process: 7, version: 90 };

/** Removes processes that ended a week ago; returns how many. */
export async function removeOldProcesses(sql: Sql): Promise<number> {
  const removed = await sql.query(
    `DELETE FROM "JobProcess" WHERE id IN (SELECT id FROM "JobProcess" p
       WHERE "lastSeenAt" < clock_timestamp() - interval '${KEPT_DAYS.process} days' AND NOT (${isLiving('p')}) LIMIT ${MAX_ROWS})`,
  );
  return removed.rowCount ?? 0;
}

/** Removes old versions that no known process has; returns how many. */
export async function removeOldVersions(sql: Sql): Promise<number> {
  const removed = await sql.query(
    `DELETE FROM "JobVersion" v USING (
       SELECT "jobName", version FROM "JobVersion" old
       WHERE "firstSeenAt" < clock_timestamp() - interval '${KEPT_DAYS.version} days'
         AND NOT EXISTS (SELECT FROM ${LIVING_VERSIONS} WHERE has."jobName" = old."jobName" AND has.version = old.version)
       LIMIT ${MAX_ROWS}
     ) gone WHERE (v."jobName", v.version) = (gone."jobName", gone.version)`,
  );
  return removed.rowCount ?? 0;
}
