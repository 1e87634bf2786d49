import type { Sql } from './sql.js';

/** The jobs of runs, of a batch, of schedules …: each name once, none for what is not there. */
const jobsOf =
  (statement: string) =>
  async (sql: Sql, ids: string | readonly string[]): Promise<string[]> =>
    (await sql.query<{ jobName: string }>(statement, [ids])).rows.map(({ jobName }) => jobName);

export const jobsOfRuns = jobsOf(`SELECT DISTINCT "jobName" FROM "JobRun" WHERE id = ANY($1::bigint[])`);
export const jobsOfBatch = jobsOf(`SELECT DISTINCT "jobName" FROM "JobRun" WHERE "batchId" = $1::bigint`);
export const jobsOfSchedules = jobsOf(`SELECT DISTINCT "jobName" FROM "Schedule" WHERE id = ANY($1::uuid[])`);
export const jobsOfPreset = jobsOf(`SELECT "jobName" FROM "SavedParameters" WHERE id = $1::uuid`);
export const jobsOfCause = jobsOf(`SELECT "jobName" FROM "RunErrorGroup" WHERE fingerprint = $1`);
/** Of an operation on many runs that goes on, or that was previewed. */
export const jobsOfOperation = jobsOf(
  `SELECT DISTINCT r."jobName" FROM "BulkOperation" o JOIN "JobRun" r ON r.id = ANY(o."runIds") WHERE o.id = $1::bigint`,
);
export const jobsOfPreview = jobsOf(
  `SELECT DISTINCT r."jobName" FROM "BulkOperation" o JOIN "JobRun" r ON r.id = ANY(o."runIds") WHERE o.token = $1::uuid`,
);
