import type { TerminalStatus } from '@job-manager/shared/run';
import { type RunSummaryRow, selectSummary } from './run-row.js';
import type { Sql } from './sql.js';

export interface HistoryRequest {
  jobName?: string;
  status?: TerminalStatus;
  /** From 1. */
  page: number;
  pageSize: number;
}

export interface HistoryPage {
  runs: RunSummaryRow[];
  total: number;
}

/**
 * A page of the finished runs, newest first by (finishedAt, id), and how many there are in all. The
 * total comes from the counters, so it is exact and nothing is counted.
 */
export async function readHistory(sql: Sql, request: HistoryRequest): Promise<HistoryPage> {
  const days = await countDays(sql, request);
  const total = days.reduce((sum, { runs }) => sum + runs, 0);
  const walk = planWalk(total, request);
  if (walk === null) return { runs: [], total };
  return { runs: await readWalk(sql, request, await shortenWalk(sql, { request, walk, days })), total };
}

/** Names of all jobs that have finished runs, by the counters; the first 1,000 in order. */
export async function readHistoryJobNames(sql: Sql): Promise<string[]> {
  const { rows } = await sql.query<{ jobName: string }>({ name: 'history job names', text: JOB_NAMES });
  return rows.map(({ jobName }) => jobName);
}

const JOB_NAMES = `
SELECT "jobName" FROM "JobRunDayCount" GROUP BY "jobName" HAVING sum(runs) > 0
ORDER BY "jobName" COLLATE "C" LIMIT 1000`;

/** A walk along an index: from which end, past how many, taking how many. */
export interface Walk {
  from: 'newest' | 'oldest';
  /** Begins with the runs of this hour instead of at the very end. */
  hour?: Date;
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

/** How many runs ended within a day or an hour. */
export interface Stretch {
  from: Date;
  runs: number;
}

// Sums are whole numbers far below 2^53, and as such exact; sums of bigint are made digit by digit.

/** Of every day that has any, the oldest first. */
async function countDays(sql: Sql, request: HistoryRequest): Promise<Stretch[]> {
  const { where, values } = filterOf(request);
  const counted = await sql.query<Stretch>(
    `SELECT day AS from, sum(runs::float8) AS runs FROM "JobRunDayCount" ${where} GROUP BY day ORDER BY day`,
    values,
  );
  return counted.rows;
}

/** Of every hour of a day that has any, the oldest first. */
async function countHours(sql: Sql, request: HistoryRequest, day: Date): Promise<Stretch[]> {
  const { conditions, values } = filterOf(request);
  const from = `$${values.push(day)}::timestamptz`;
  const where = [`hour >= ${from}`, `hour < ${from} + interval '24 hours'`, ...conditions].join(' AND ');
  const counted = await sql.query<Stretch>(
    `SELECT hour AS from, sum(runs::float8) AS runs FROM "JobRunCount" WHERE ${where} GROUP BY hour ORDER BY hour`,
    values,
  );
  return counted.rows;
}

/**
 * The same walk, begun at the hour it leads to: the counters tell how many runs it would pass before. Without,
 * a walk passes half of all runs, and reads the row of each where no index knows the filter.
 */
async function shortenWalk(
  sql: Sql,
  { request, walk, days }: { request: HistoryRequest; walk: Walk; days: Stretch[] },
): Promise<Walk> {
  if (walk.skip <= SHORT_WALK) return walk;
  const day = findStretch(days, walk);
  if (day === null) return walk;
  const hour = findStretch(await countHours(sql, request, day.from), { from: walk.from, skip: day.skip });
  return hour ? { ...walk, hour: hour.from, skip: hour.skip } : walk;
}

/** In which of the stretches, oldest first, a walk ends that passes `skip` runs, and how many it passes there. */
export function findStretch(
  stretches: Stretch[],
  { from, skip }: Pick<Walk, 'from' | 'skip'>,
): { from: Date; skip: number } | null {
  let left = skip;
  for (const stretch of from === 'newest' ? stretches.toReversed() : stretches) {
    if (left < stretch.runs) return { from: stretch.from, skip: left };
    left -= stretch.runs;
  }
  return null;
}

/** Finds the ids, where it can in an index alone, then reads the rows of just this page. */
async function readWalk(sql: Sql, request: HistoryRequest, walk: Walk): Promise<RunSummaryRow[]> {
  const filter = filterOf(request);
  const direction = walk.from === 'newest' ? 'DESC' : 'ASC';
  const where = ['"finishedAt" IS NOT NULL', ...filter.conditions];
  if (walk.hour) {
    const hour = `$${filter.values.push(walk.hour)}::timestamptz`;
    where.push(walk.from === 'newest' ? `"finishedAt" < ${hour} + interval '1 hour'` : `"finishedAt" >= ${hour}`);
  }
  const page = await sql.query<{ id: string }>(
    `SELECT id FROM "JobRun" WHERE ${where.join(' AND ')}
     ORDER BY "finishedAt" ${direction}, id ${direction} OFFSET ${walk.skip} LIMIT ${walk.take}`,
    filter.values,
  );
  const ids = page.rows.map(({ id }) => id);
  // Apart, because it is always the same statement: to plan it takes longer than to read a page.
  return (await sql.query<RunSummaryRow>({ name: 'history-page', text: PAGE, values: [ids] })).rows;
}

const PAGE = `${selectSummary('"JobRun"')} WHERE r.id = ANY($1::bigint[]) ORDER BY r."finishedAt" DESC, r.id DESC`;

interface Filter {
  conditions: string[];
  /** The conditions as a clause; empty when there are none. */
  where: string;
  values: (string | Date)[];
}

function filterOf({ jobName, status }: HistoryRequest): Filter {
  const values: Filter['values'] = [];
  const conditions: string[] = [];
  if (jobName !== undefined) conditions.push(`"jobName" = $${values.push(jobName)}`);
  if (status !== undefined) conditions.push(`status = $${values.push(status)}::"JobRunStatus"`);
  return { conditions, where: conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '', values };
}
