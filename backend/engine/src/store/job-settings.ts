import type { JobOverrides } from '@job-manager/shared/contract/job-overrides';
import { isPaused } from './lanes.js';
import type { Sql } from './sql.js';

/** What operators set of a job. */
export interface JobSettingsRow extends JobOverrides {
  jobName: string;
  /** Null where it isn't paused, or goes on by itself since. */
  pausedAt: Date | null;
  pausedBy: string | null;
  pauseReason: string | null;
  resumeAt: Date | null;
  rev: number;
  /** How long a pause lasts that ends by itself, by the database's clock; null for any other. */
  resumesInMs: number | null;
}

/** The settings of a job for which none were ever set. */
export const untouchedJob = (jobName: string): JobSettingsRow => ({
  jobName,
  channel: null,
  priority: null,
  maxAttempts: null,
  retry: null,
  timeoutMs: null,
  slowAfterMs: null,
  stalledAfterMs: null,
  onStalled: null,
  autoForceFailAfterMs: null,
  keepDays: null,
  isCritical: false,
  pausedAt: null,
  pausedBy: null,
  pauseReason: null,
  resumeAt: null,
  rev: 0,
  resumesInMs: null,
});

/** The settings of all jobs of which any were set: a small table. */
export async function listJobSettings(sql: Sql): Promise<JobSettingsRow[]> {
  return (await sql.query<JobSettingsRow>({ name: 'job-settings', text: ALL, values: [] })).rows;
}

/** The settings of one job. */
export async function readJobSettings(sql: Sql, jobName: string): Promise<JobSettingsRow> {
  const { rows } = await sql.query<JobSettingsRow>(`${ALL} WHERE "jobName" = $1`, [jobName]);
  return rows[0] ?? untouchedJob(jobName);
}

/**
 * One setting of the job of a run, as an SQL expression over JobRun; null where it isn't set. The table is read once
 * for a statement, however many runs it reads.
 */
export const settingOfJob = (name: 'stalledAfterMs' | 'onStalled'): string =>
  `((SELECT jsonb_object_agg("jobName", "${name}") FROM "JobSettings" WHERE "${name}" IS NOT NULL) ->> "jobName")`;

/** Whether any process ever had the code of a job. */
export async function isKnownJob(sql: Sql, jobName: string): Promise<boolean> {
  return (await sql.query('SELECT FROM "Job" WHERE name = $1', [jobName])).rows.length > 0;
}

const ALL = `
SELECT s."jobName", channel, priority, "maxAttempts", retry, "timeoutMs"::float8 AS "timeoutMs", "slowAfterMs"::float8 AS "slowAfterMs",
  "stalledAfterMs"::float8 AS "stalledAfterMs", "onStalled", "autoForceFailAfterMs"::float8 AS "autoForceFailAfterMs", "keepDays",
  "isCritical", CASE WHEN p.paused THEN "pausedAt" END AS "pausedAt", CASE WHEN p.paused THEN "pausedBy" END AS "pausedBy",
  CASE WHEN p.paused THEN "pauseReason" END AS "pauseReason", CASE WHEN p.paused THEN "resumeAt" END AS "resumeAt", rev,
  CASE WHEN p.paused THEN extract(epoch FROM "resumeAt" - clock_timestamp())::float8 * 1000 END AS "resumesInMs"
FROM "JobSettings" s CROSS JOIN LATERAL (SELECT ${isPaused('s', 'clock_timestamp()')} AS paused) p`;
