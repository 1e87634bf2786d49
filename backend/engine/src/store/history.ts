import { jobScope } from '../database/job-scope.js';
import { readRunsOfCause } from './history-of-cause.js';
import {
  countStretches,
  type EndedRuns,
  filterOf,
  findStretch,
  type HistoryFilter,
  type Stretch,
  singleFilters,
} from './history-stretches.js';
import { type RunSummaryRow, selectSummary } from './run-row.js';
import type { Sql } from './sql.js';

export interface HistoryRequest extends HistoryFilter {
  /** The fingerprint of a cause of failures. */
  cause?: string;
  /** From 1. */
  page: number;
  pageSize: number;
}

export interface HistoryPage {
  runs: RunSummaryRow[];
  total: number;
}

/**
 * A page of the finished runs, newest first by (finishedAt, id), and how many there are in all. The total comes from
 * the counters, so it is exact; runs are counted only within the hours that a time range begins and ends in.
 */
export async function readHistory(sql: Sql, request: HistoryRequest): Promise<HistoryPage> {
  const { cause } = request;
  if (cause !== undefined) {
    const { ended, total } = await readRunsOfCause(sql, { ...request, cause });
    return { runs: await readPage(sql, ended), total };
  }
  const stretches = await countStretches(sql, request);
  const total = stretches.reduce((sum, { runs }) => sum + runs, 0);
  const walk = total === 0 ? null : planWalk(total, request);
  if (walk === null) return { runs: [], total };
  return { runs: await readWalk(sql, request, shortenWalk(walk, stretches)), total };
}

/** Names of all jobs that have finished runs, by the counters; the first 1,000 in order. */
export async function readHistoryJobNames(sql: Sql): Promise<string[]> {
  const { rows } = await sql.query<{ jobName: string }>({ name: 'history job names', text: JOB_NAMES });
  return rows.map(({ jobName }) => jobName);
}

const MAX_JOB_NAMES = 1_000;

const JOB_NAMES = `
SELECT "jobName" FROM "JobRunDayCount" GROUP BY "jobName" HAVING sum(runs) > 0
ORDER BY "jobName" COLLATE "C" LIMIT ${MAX_JOB_NAMES}`;

/** A walk along an index: from which end, past how many, taking how many. */
export interface Walk {
  from: 'newest' | 'oldest';
  /** Begins with the runs of this hour, or in this day at the hour that it leads to, instead of at the very end. */
  stretch?: Pick<Stretch, 'from' | 'unit'>;
  skip: number;
  take: number;
}

/** Passing this many index entries takes less time than adding up the counters. */
const SHORT_WALK = 500;

/**
 * The shorter way to a page. From the oldest end the walk finds exactly what the page held when the
 * total was read, however many runs finish meanwhile. Null for a page beyond the last.
 */
export function planWalk(total: number, { page, pageSize }: Pick<HistoryRequest, 'page' | 'pageSize'>): Walk | null {
  const start = (page - 1) * pageSize;
  const after = total - start - pageSize;
  if (start > 0 && start >= total) return null;
  if (start <= after) return { from: 'newest', skip: start, take: pageSize };
  // The first page of few runs: reading from the newest end shows one that finished this instant, too.
  if (start === 0) return { from: 'newest', skip: 0, take: pageSize };
  return { from: 'oldest', skip: Math.max(0, after), take: Math.min(pageSize, total - start) };
}

/**
 * The same walk, begun at the day or hour it leads to: the counters give the number of runs before it. Otherwise a walk
 * passes half of all runs, and reads the row of each where no index supports the filter.
 */
function shortenWalk(walk: Walk, stretches: Stretch[]): Walk {
  if (walk.skip <= SHORT_WALK) return walk;
  const found = findStretch(stretches, walk);
  return found === null ? walk : { ...walk, stretch: found, skip: found.skip };
}

/** Finds the ids, where it can in an index alone, then reads the rows of just this page. */
async function readWalk(sql: Sql, request: HistoryRequest, walk: Walk): Promise<RunSummaryRow[]> {
  const values: unknown[] = [];
  const direction = walk.from === 'newest' ? 'DESC' : 'ASC';
  const order = `ORDER BY "finishedAt" ${direction}, id ${direction}`;
  const start = startOf(request, walk, values);
  // As a number of the text: of a parameter the planner assumes that it takes a tenth of all runs.
  const last = `${order} LIMIT (SELECT skip FROM start) + ${walk.take}`;
  const parts = partsOf(request, { walk, last, values, jobs: await seenJobs(sql, request) });
  if (parts.length === 0) return [];
  // Names with commas between are one part more, for the name that they may be, and that part has the runs of all of them.
  const union = request.jobName?.includes(',') ? 'UNION' : 'UNION ALL';
  const text = `
    WITH start AS MATERIALIZED (${start}), page AS MATERIALIZED (
      SELECT id, "finishedAt" FROM (${parts.join(` ${union} `)}) part
      ${order} OFFSET (SELECT skip FROM start) LIMIT ${walk.take}
    ) ${PAGE}`;
  // A connection plans those of a single part once: lists of names and states have too many forms.
  return (await sql.query<RunSummaryRow>({ name: parts.length === 1 ? nameOf(text) : undefined, text, values })).rows;
}

/**
 * The row that a walk begins with: at which hour, if any, and past how many runs. Within a day the hour is the one of
 * its counters that the page begins in; where none is, since runs were removed meanwhile, it is the first of the walk.
 */
function startOf(request: HistoryRequest, { from, stretch, skip }: Walk, values: unknown[]): string {
  const past = `$${values.push(skip)}::float8`;
  if (stretch === undefined) return `SELECT NULL::timestamptz AS hour, ${past}::bigint AS skip`;
  const at = `$${values.push(stretch.from)}::timestamptz`;
  if (stretch.unit === 'hour') return `SELECT ${at} AS hour, ${past}::bigint AS skip`;
  const { conditions } = filterOf({ jobName: request.jobName, status: request.status }, values);
  const inDay = [...conditions, `hour >= ${at}`, `hour < ${at} + interval '1 day'`].join(' AND ');
  const [direction, edge] = from === 'newest' ? ['DESC', `${at} + interval '23 hours'`] : ['ASC', at];
  return `
    SELECT coalesce(min(hour), ${edge}) AS hour, coalesce(min(skip), ${past})::bigint AS skip FROM (
      SELECT hour, sum(runs::float8) AS runs,
        ${past} - (sum(sum(runs::float8)) OVER (ORDER BY hour ${direction}) - sum(runs::float8)) AS skip
      FROM "JobRunCount" WHERE ${inDay} GROUP BY hour
    ) counted WHERE skip >= 0 AND skip < runs`;
}

/** Of more jobs the statement would take longer to plan than to execute. */
const MAX_MERGED_JOBS = 20;

/**
 * The jobs that a caller with a limit sees, where the filter names none; else null. A walk past the runs of others would not end
 * where theirs are rare.
 */
async function seenJobs(sql: Sql, { jobName }: HistoryFilter): Promise<string[] | null> {
  const patterns = jobScope();
  if (patterns === null || jobName !== undefined) return null;
  if (patterns.every((pattern) => !pattern.includes('*'))) return [...patterns];
  const names = await readHistoryJobNames(sql);
  // Of more jobs than are named some could be missing; those are not rare.
  return names.length < MAX_JOB_NAMES ? names : null;
}

interface Reach {
  walk: Walk;
  /** The order of the walk, and as far as the page reaches in it. */
  last: string;
  values: unknown[];
  /** The only jobs whose runs are wanted; null for all. */
  jobs: string[] | null;
}

/**
 * Each job and status by itself, as far as this page may reach into it: no index has the runs of several in order. They are merged
 * as they come, so that what the page doesn't reach is not read; of many jobs each is read as far as that.
 */
function partsOf(request: HistoryRequest, { walk, last, values, jobs }: Reach): string[] {
  if (jobs === null || jobs.length <= MAX_MERGED_JOBS)
    return singleFilters(request, jobs).map((single) => `(${partOf(single, walk, values)} ${last})`);
  return singleFilters(request).map((single) => {
    const ofJob = `(${partOf(single, walk, values)} AND "jobName" = job.name ${last})`;
    return `(SELECT r.* FROM unnest($${values.push(jobs)}::text[]) AS job(name) CROSS JOIN LATERAL ${ofJob} r ${last})`;
  });
}

/** The runs of one job and status; `values` go on from those given. */
function partOf(single: HistoryFilter, { from, stretch }: Walk, values: unknown[]): string {
  const filter = filterOf(single, values);
  const where = ['"finishedAt" IS NOT NULL', ...filter.conditions, ...filter.times];
  if (stretch) {
    const since = '(SELECT hour FROM start)';
    where.push(from === 'newest' ? `"finishedAt" < ${since} + interval '1 hour'` : `"finishedAt" >= ${since}`);
  }
  return `SELECT id, "finishedAt" FROM "JobRun" WHERE ${where.join(' AND ')}`;
}

/** Of so many statements the names are kept; a connection keeps the plan of each that it has used. */
const MAX_NAMED = 100;

/** Names of statements by their texts: a form of the history has the same text each time. */
const names = new Map<string, string>();

function nameOf(text: string): string | undefined {
  if (!names.has(text) && names.size < MAX_NAMED) names.set(text, `history ${names.size + 1}`);
  return names.get(text);
}

/** Ended runs, the newest first. One prepared statement: planning it takes longer than reading a page. */
export async function readPage(sql: Sql, { ids, ends }: EndedRuns): Promise<RunSummaryRow[]> {
  return (await sql.query<RunSummaryRow>({ name: 'history-page', text: PAGE_OF, values: [ids, ends] })).rows;
}

// LIMIT: one read of one partition's index for each, never a join with all.
const PAGE = `${selectSummary(`page CROSS JOIN LATERAL (
    SELECT * FROM "JobRun" j WHERE j.id = page.id AND j."finishedAt" = page."finishedAt" LIMIT 1
  )`)} ORDER BY r."finishedAt" DESC, r.id DESC`;
const PAGE_OF = `WITH page AS MATERIALIZED (
    SELECT * FROM unnest($1::bigint[], $2::timestamptz[]) AS given(id, "finishedAt")
  ) ${PAGE}`;
