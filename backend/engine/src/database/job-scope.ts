import { AsyncLocalStorage } from 'node:async_hooks';
import { type JobPatterns, keyOfJobPatterns } from '@job-manager/shared/job-patterns';
import type pg from 'pg';

/** The jobs that the current caller is limited to, through all that is awaited for the answer. */
const scope = new AsyncLocalStorage<JobPatterns>();

/** Does work whose statements see these jobs alone; null: all. */
export const withinJobs = <Result>(patterns: JobPatterns, work: () => Result): Result => scope.run(patterns, work);

/** Does work for all callers, such as a measurement that is shared, from within an answer to one who is limited. */
export const outsideJobScope = <Result>(work: () => Result): Result => scope.run(null, work);

/** The jobs that statements see now; null: all. */
export const jobScope = (): JobPatterns => scope.getStore() ?? null;

/**
 * The limit as a condition on a column with the name of a job, for a statement that reads the rows of all jobs; null
 * where all are visible.
 */
export function jobScopeCondition(column: string): string | null {
  const patterns = jobScope();
  return patterns === null ? null : isWithin(patterns)(column);
}

/** Sets of jobs with kept values at a time; the oldest is removed first. */
const MAX_SCOPES = 100;

/** A value, such as a cache, for each set of jobs that callers are limited to. */
export function perJobScope<T>(make: () => T): () => T {
  const kept = new Map<string, T>();
  return () => {
    const key = keyOfJobPatterns(jobScope());
    const known = kept.get(key);
    if (known !== undefined) return known;
    const made = make();
    kept.set(key, made);
    const [oldest] = kept.keys();
    if (oldest !== undefined && kept.size > MAX_SCOPES) kept.delete(oldest);
    return made;
  };
}

/** The same connections with statements that always see only these jobs. */
export const limitedTo = (sql: Pick<pg.Pool, 'query'>, patterns: JobPatterns): Pick<pg.Pool, 'query'> => ({
  query: ((...given: unknown[]) =>
    withinJobs(patterns, () => (sql.query as (...all: unknown[]) => unknown)(...given))) as pg.Pool['query'],
});

/** A statement as it is to be sent for the current caller: see `readWithin`. */
export function withinScope(statement: unknown): unknown {
  const patterns = jobScope();
  if (patterns === null) return statement;
  if (typeof statement === 'string') return readWithin(statement, patterns);
  if (typeof statement !== 'object' || statement === null || !('text' in statement)) return statement;
  const text = readWithin(String(statement.text), patterns);
  // Under the same name the connection may have prepared it without the limit.
  return text === statement.text ? statement : { ...statement, text, name: undefined };
}

/**
 * Statements that change rows act for all jobs and not for the reader: an entry of the audit log, causes that are
 * stored for all.
 */
const CHANGES = /\b(?:INSERT|UPDATE|DELETE|TRUNCATE)\b/;

/**
 * The statement over the rows of these jobs: each of our tables with a job is put behind a CTE with a condition, which
 * PostgreSQL folds into the places that read the table, as it does with a view. So no statement has to apply the limit
 * itself, and a new one can't miss it. Statements that change rows stay as they are.
 */
export function readWithin(text: string, patterns: readonly string[]): string {
  if (CHANGES.test(text)) return text;
  const named = new Set<Limited>();
  const body = text.replace(NAMES, (found, name?: Limited) => {
    if (name === undefined) return found;
    named.add(name);
    return nameOf(name);
  });
  if (named.size === 0) return text;
  const tables = [...named].map((name) => `${nameOf(name)} AS NOT MATERIALIZED (${limited[name](isWithin(patterns))})`);
  const [start = '', recursive = ''] = /^\s*(?:WITH(\s+RECURSIVE)?\b)?/.exec(body) ?? [];
  const rest = body.slice(start.length);
  return `WITH${recursive} ${tables.join(', ')}${start.trim() === '' ? '\n' : ','} ${rest}`;
}

/** In lower case, so that the schema is not put before it. */
const nameOf = (table: Limited): string => `"limited_${table}"`;

/** A condition on a column, as SQL. */
type IsWithin = (column: string) => string;

const isWithin =
  (patterns: readonly string[]): IsWithin =>
  (column) =>
    `(${patterns.map((pattern) => matches(column, pattern)).join(' OR ') || 'false'})`;

/** `*` stands for any characters, and nothing else for more than itself. */
function matches(column: string, pattern: string): string {
  const text = pattern.replaceAll("'", "''");
  if (!pattern.includes('*')) return `${column} = '${text}'`;
  return `${column} LIKE '${text.replace(/[\\%_]/g, '\\$&').replaceAll('*', '%')}'`;
}

const byJob = (table: string) => (is: IsWithin) => `SELECT * FROM "${table}" WHERE ${is('"jobName"')}`;
const byRun = (table: string) => (is: IsWithin) =>
  `SELECT * FROM "${table}" o WHERE EXISTS (SELECT FROM "JobRun" r WHERE r.id = o."runId" AND ${is('r."jobName"')})`;

/** Our tables that know of jobs, and how each is read within some. */
const limited = {
  JobRun: byJob('JobRun'),
  JobRunKey: byRun('JobRunKey'),
  JobRunMessage: byRun('JobRunMessage'),
  JobRunAttempt: byRun('JobRunAttempt'),
  JobRunAuthor: byRun('JobRunAuthor'),
  SuspectRun: byRun('SuspectRun'),
  JobRunBatch: (is) =>
    `SELECT * FROM "JobRunBatch" b WHERE EXISTS (SELECT FROM "JobRun" r WHERE r."batchId" = b.id AND ${is('r."jobName"')})`,
  Job: (is) => `SELECT * FROM "Job" WHERE ${is('name')}`,
  JobVersion: byJob('JobVersion'),
  JobSettings: byJob('JobSettings'),
  SavedParameters: byJob('SavedParameters'),
  Schedule: byJob('Schedule'),
  ScheduleSkip: (is) =>
    `SELECT * FROM "ScheduleSkip" k WHERE EXISTS (SELECT FROM "Schedule" s WHERE s.id = k."scheduleId" AND ${is('s."jobName"')})`,
  JobRunCount: byJob('JobRunCount'),
  JobRunDayCount: byJob('JobRunDayCount'),
  JobRunRemoved: byJob('JobRunRemoved'),
  // The row of all jobs is then that of these.
  JobRunDayTotal: (is) => `
    SELECT day, "jobName", status, runs, total FROM "JobRunDayTotal" WHERE "jobName" <> '' AND ${is('"jobName"')}
    UNION ALL SELECT day, '', status, sum(runs)::bigint, sum(total)::bigint FROM "JobRunDayTotal"
    WHERE "jobName" <> '' AND ${is('"jobName"')} GROUP BY day, status`,
  JobRunEnded: byJob('JobRunEnded'),
  JobRunHistogram: byJob('JobRunHistogram'),
  RunError: byJob('RunError'),
  RunErrorGroup: byJob('RunErrorGroup'),
  // The row of all causes is then that of these jobs.
  RunErrorCount: (is) => `
    SELECT fingerprint, hour, "jobName", runs FROM "RunErrorCount" WHERE fingerprint <> '' AND ${is('"jobName"')}
    UNION ALL SELECT '', hour, '', sum(runs)::bigint FROM "RunErrorCount" WHERE fingerprint <> '' AND ${is('"jobName"')} GROUP BY hour`,
  BulkOperation: (is) => `SELECT * FROM "BulkOperation" o WHERE
    (strpos(o.request #>> '{filter,jobName}', ',') = 0 AND ${is("(o.request #>> '{filter,jobName}')")})
    OR EXISTS (SELECT FROM jsonb_array_elements_text(o.request -> 'ids') i JOIN "JobRun" r ON r.id = i::bigint WHERE ${is('r."jobName"')})`,
  ClientError: (is) => `SELECT * FROM "ClientError" WHERE "jobName" IS NULL OR ${is('"jobName"')}`,
  AuditEvent: (is) => `SELECT * FROM "AuditEvent" o WHERE o."runId" IS NULL
    OR EXISTS (SELECT FROM "JobRun" r WHERE r.id = o."runId" AND ${is('r."jobName"')})`,
  // Rows without a job, such as a lost runner, are visible to all.
  Incident: (is) => `SELECT * FROM "Incident" WHERE "jobName" IS NULL OR ${is('"jobName"')}`,
} satisfies Record<string, (is: IsWithin) => string>;

type Limited = keyof typeof limited;

/** The tables of which a limited reader sees only a part. */
export const limitedTables = Object.keys(limited);

/** Texts are left alone. */
const NAMES = new RegExp(`'(?:[^']|'')*'|--[^\\n]*|(?<![.\\w])"(${limitedTables.join('|')})"`, 'g');
