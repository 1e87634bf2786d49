import { summarizeFigures } from '@job-manager/engine/store/figures';
import type { Sql } from '@job-manager/engine/store/sql';

/** What 10,000,000 runs of 200 jobs in 10 channels leave in 90 days, without the runs. */
export async function fillFigures(sql: Sql): Promise<void> {
  for (const statement of FILL) await sql.query(statement);
  await summarizeFigures(sql);
  for (const table of [
    'JobRunCount',
    'JobRunDayCount',
    'JobRunRemoved',
    'JobRunHistogram',
    'JobRunDayTotal',
    'QueueSample',
    'RunErrorGroup',
    'RunErrorCount',
    'RunError',
  ])
    await sql.query(`VACUUM (ANALYZE) "${table}"`);
}

const HOURS = `generate_series(date_trunc('hour', now(), 'UTC') - interval '90 days', date_trunc('hour', now(), 'UTC'), interval '1 hour')`;
const histograms = (step: 'hour' | 'day', days: number): string => `
INSERT INTO "JobRunHistogram" (step, at, "jobName", measure, runs, total, max, buckets)
SELECT '${step.toUpperCase()}', at, job, measure, 1500, 60000, 900, array_fill(24, ARRAY[64])
FROM generate_series(date_trunc('day', now(), 'UTC') - interval '${days} days', now() - interval '1 ${step}', interval '1 ${step}') at,
  (SELECT '' AS job UNION ALL SELECT 'job-' || n FROM generate_series(1, 200) n) jobs, unnest(ARRAY['duration', 'wait', 'cpu', 'memory']) measure`;

/** Runs of a job and a day: ten million in 91 days, of which the jobs have between a tenth of the mean and twice as many. */
const SHARES = `(VALUES ('SUCCESS', 505), ('FAILED', 33), ('CANCELLED', 11)) shares(status, runs)`;

/** What a table has behind the columns of all counters. */
const LAST_COLUMN: Record<string, (step: string) => string> = {
  JobRunCount: () => ', 1000',
  JobRunRemoved: (step) => `, '${step.toUpperCase()}'`,
};

const counts = (table: string, step: 'hour' | 'day', [first, last]: [number, number], more = ''): string => `
INSERT INTO "${table}" SELECT at, 'job-' || n, status::"JobRunStatus",
  greatest(1, runs * (0.1 + 1.8 * n / 200) ${step === 'hour' ? '/ 24' : ''})::bigint ${LAST_COLUMN[table]?.(step) ?? ''}
FROM generate_series(date_trunc('day', now(), 'UTC') - interval '${first} days', now() - interval '${last} days', interval '1 ${step}') at,
  generate_series(1, 200) n, ${SHARES} WHERE true ${more}`;

/** The runs of days before are removed, but for those that failed. */
const KEPT_DAYS = 30;
const GONE = `AND status <> 'FAILED'`;
const HELD = `AND (status = 'FAILED' OR at >= date_trunc('day', now(), 'UTC') - interval '${KEPT_DAYS} days')`;

/** Two causes of each job, with the failures of two days; hours before them have counters alone, as old ones are read. */
const CAUSES_OF_JOBS = [
  `INSERT INTO "RunErrorGroup" (fingerprint, "jobName", cause, sample, "firstSeenAt", "lastSeenAt", "lastRunId")
   SELECT lpad(to_hex(n), 16, '0'), 'job-' || 1 + n % 200, 'There is no user with the id #', 'There is no user with the id 7', now(), now(), n
   FROM generate_series(1, 400) n`,
  `INSERT INTO "RunErrorCount" SELECT fingerprint, hour, "jobName", 1 FROM generate_series(date_trunc('hour', now(), 'UTC') - interval '14 days',
     now() - interval '2 days', interval '1 hour') hour, "RunErrorGroup"`,
  // Hour by hour, as maintenance notes them.
  `DO $$ BEGIN FOR part IN REVERSE 99..0 LOOP
     INSERT INTO "RunError" SELECT n, fingerprint, "jobName", now() - n * interval '7.5 seconds' FROM generate_series(1 + part * 230, 230 + part * 230) n
     JOIN "RunErrorGroup" ON fingerprint = lpad(to_hex(1 + n % 400), 16, '0');
   END LOOP; END $$`,
];

const FILL = [
  ...CAUSES_OF_JOBS,
  // Without the trigger that counts days, which takes its time with a million hours.
  `DO $$ BEGIN SET LOCAL session_replication_role = replica; ${counts('JobRunDayCount', 'day', [90, 0], HELD)};
   ${counts('JobRunRemoved', 'day', [90, KEPT_DAYS + 1], GONE)}; ${counts('JobRunCount', 'hour', [90, 0], HELD)};
   ${counts('JobRunRemoved', 'hour', [90, KEPT_DAYS], GONE)}; END $$`,
  histograms('day', 90),
  histograms('hour', 35),
  `INSERT INTO "QueueSample" (step, at, channel, samples, queued, due, scheduled, blocked, running, "oldestDueAgeMs", "createdTotal")
   SELECT 'HOUR', hour, channel, 60, 5, 3, 1, 1, 4, 2500, CASE channel WHEN '' THEN extract(epoch FROM hour)::bigint END
   FROM ${HOURS} hour, (SELECT '' AS channel UNION ALL SELECT 'channel-' || n FROM generate_series(1, 10) n) channels`,
  `INSERT INTO "QueueSample" SELECT minute, channel, 5, 3, 1, 1, 4, 2500, CASE channel WHEN '' THEN extract(epoch FROM minute)::bigint END
   FROM generate_series(date_trunc('minute', now()) - interval '7 days', date_trunc('minute', now()), interval '1 minute') minute,
     (SELECT '' AS channel UNION ALL SELECT 'channel-' || n FROM generate_series(1, 10) n) channels`,
];
