import type { Actor } from '@job-manager/client/actor';
import { auditValues } from '@job-manager/client/audit';
import type { JobSettingsChange } from '@job-manager/shared/contract/job-overrides';
import type { Sql } from '../../store/sql.js';
import { auditNamed } from './audit.js';
import { lockedBefore, pausing, resuming } from './pause.js';

/** The settings of jobs, by their names. */
const JOB_SETTINGS = { table: '"JobSettings"', key: '"jobName"' };

/**
 * Changes settings of a job, for runs that are queued or attempted from then on; null is as the code declares, and what
 * isn't named stays. False, without a change, where `rev` is given and another change came in between.
 */
export async function setJob(
  sql: Sql,
  { jobName, change, rev }: { jobName: string; change: JobSettingsChange; rev: number | null },
  actor: Actor,
): Promise<boolean> {
  const set = await sql.query(SET, [jobName, JSON.stringify(change), rev, ...auditValues(actor)]);
  return set.rows.length > 0;
}

/** Resets every setting of a job; a pause stays. False, without a change, where there was none. */
export async function resetJob(sql: Sql, jobName: string, actor: Actor): Promise<boolean> {
  const reset = await sql.query(RESET, [jobName, ...auditValues(actor)]);
  return reset.rows.length > 0;
}

/**
 * Lets no run of a job start, once runners know of it; a paused job gets the new pause. False, without a change, for a
 * `resumeAt` that has passed.
 */
export const pauseJob = pausing(JOB_SETTINGS, 'job');

/** Resumes a paused job. False, without a change, where it isn't paused. */
export const resumeJob = resuming(JOB_SETTINGS, 'job');

const COLUMNS = {
  channel: 'text',
  priority: 'int',
  maxAttempts: 'int',
  retry: 'jsonb',
  timeoutMs: 'bigint',
  slowAfterMs: 'bigint',
  stalledAfterMs: 'bigint',
  onStalled: 'text',
  autoForceFailAfterMs: 'bigint',
  keepDays: 'int',
  isCritical: 'boolean',
} as const satisfies Record<keyof JobSettingsChange, string>;
const NAMES = Object.keys(COLUMNS);

const settingsOf = (row: string): string =>
  `jsonb_strip_nulls(jsonb_build_object(${NAMES.map((name) => `'${name}', ${name === 'isCritical' ? `nullif(${row}."isCritical", false)` : `${row}."${name}"`}`).join(', ')}))`;

const BEFORE = lockedBefore(JOB_SETTINGS);
const newValueOf = (name: string): string => {
  const value = `CASE WHEN $2::jsonb ? '${name}' THEN wanted."${name}" ELSE before."${name}" END`;
  return name === 'isCritical' ? `coalesce(${value}, false)` : value;
};

// Two concurrent first changes of a job both see no row: the second finds it when it writes, and tries again.
const SET = `
WITH ${BEFORE}, changed AS (
  INSERT INTO "JobSettings" ("jobName", ${NAMES.map((name) => `"${name}"`).join(', ')}, rev)
  SELECT $1::varchar, ${NAMES.map(newValueOf).join(', ')}, 1
  FROM jsonb_to_record($2::jsonb) AS wanted (${Object.entries(COLUMNS)
    .map(([name, type]) => `"${name}" ${type}`)
    .join(', ')}) LEFT JOIN before ON true
  WHERE $3::int IS NULL OR coalesce(before.rev, 0) = $3::int
  ON CONFLICT ("jobName") DO UPDATE
  SET ${NAMES.map((name) => `"${name}" = CASE WHEN $2::jsonb ? '${name}' THEN EXCLUDED."${name}" ELSE "JobSettings"."${name}" END`).join(', ')},
    rev = "JobSettings".rev + 1, "updatedAt" = clock_timestamp()
  WHERE $3::int IS NULL OR "JobSettings".rev = $3::int
  RETURNING *
), audited AS (${auditNamed(
  `(SELECT changed."jobName" AS name, ${settingsOf('before')} AS before, ${settingsOf('changed')} AS after FROM changed LEFT JOIN before ON true) change`,
  'job.set',
  4,
  `jsonb_build_object('before', before, 'after', after)`,
)})
SELECT "jobName" FROM changed`;

const RESET = `
WITH ${BEFORE}, reset AS (
  UPDATE "JobSettings" s
  SET ${NAMES.map((name) => `"${name}" = ${name === 'isCritical' ? 'false' : 'NULL'}`).join(', ')}, rev = s.rev + 1, "updatedAt" = clock_timestamp()
  FROM before WHERE s."jobName" = before."jobName" AND ${settingsOf('before')} <> '{}'::jsonb
  RETURNING s."jobName"
), audited AS (${auditNamed(
  `(SELECT reset."jobName" AS name, ${settingsOf('before')} AS before FROM reset CROSS JOIN before) change`,
  'job.reset',
  2,
  `jsonb_build_object('before', before, 'after', '{}'::jsonb)`,
)})
SELECT "jobName" FROM reset`;
