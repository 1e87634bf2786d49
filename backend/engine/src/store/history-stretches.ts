import { namesIn, statusesIn } from '@job-manager/shared/contract/history';
import { isJobWithin } from '@job-manager/shared/job-patterns';
import { terminalStatuses } from '@job-manager/shared/run';
import { jobScope } from '../database/job-scope.js';
import type { Sql } from './sql.js';

/** Which of the finished runs are wanted. */
export interface HistoryFilter {
  /** Names with commas between. */
  jobName?: string;
  /** Statuses with commas between. */
  status?: string;
  /** Finished at this moment or later. */
  from?: Date;
  /** Finished before this moment. */
  to?: Date;
}

/** Ended runs: their ids, and in the same order when each ended, by which its partition is known. */
export interface EndedRuns {
  ids: string[];
  ends: Date[];
}

/** How many of the wanted runs ended within a day or an hour. */
export interface Stretch {
  /** The beginning of the day or hour, by UTC. */
  from: Date;
  unit: 'day' | 'hour';
  runs: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

// Sums are whole numbers far below 2^53, and as such exact; sums of bigint are made digit by digit.

/**
 * Every stretch that has any, the oldest first. Whole days and hours come from the counters; of the hour that a time
 * range begins or ends in only a part is wanted, so its runs are counted in an index.
 */
export async function countStretches(sql: Sql, filter: HistoryFilter): Promise<Stretch[]> {
  const { days, hours, parts } = splitRange(filter);
  const counted = await Promise.all([
    days && countUnits(sql, filter, 'day', days),
    ...hours.map((range) => countUnits(sql, filter, 'hour', range)),
    ...parts.map((range) => countPart(sql, filter, range)),
  ]);
  return counted.flatMap((stretches) => stretches ?? []).sort((a, b) => a.from.getTime() - b.from.getTime());
}

/** In which of the stretches, oldest first, a walk ends that passes `skip` runs, and how many it passes there. */
export function findStretch(
  stretches: Stretch[],
  { from, skip }: { from: 'newest' | 'oldest'; skip: number },
): (Pick<Stretch, 'from' | 'unit'> & { skip: number }) | null {
  let left = skip;
  for (const stretch of from === 'newest' ? stretches.toReversed() : stretches) {
    if (left < stretch.runs) return { from: stretch.from, unit: stretch.unit, skip: left };
    left -= stretch.runs;
  }
  return null;
}

interface Filter {
  /** On the columns that the counters have as well. */
  conditions: string[];
  /** On the time at which a run finished. */
  times: string[];
  values: unknown[];
}

/**
 * The same filter for each single job and status of it, each of which an index knows: of the jobs that it names and the caller
 * sees, or of `others` where it names none.
 */
export function singleFilters(filter: HistoryFilter, others: readonly string[] | null = null): HistoryFilter[] {
  const isSeen = (jobName: string) => isJobWithin(jobScope(), jobName);
  const named = filter.jobName === undefined ? others : namesIn(filter.jobName).filter(isSeen);
  const jobs = named === null ? [undefined] : [...new Set(named)];
  const statuses = filter.status === undefined ? [undefined] : statusesIn(filter.status);
  return jobs.flatMap((jobName) => statuses.map((status) => ({ ...filter, jobName, status })));
}

/** A filter as conditions on runs; `values` go on from those given. */
export function filterOf({ jobName, status, from, to }: HistoryFilter, values: unknown[] = []): Filter {
  const conditions: string[] = [];
  // A single value as such: an index then has its runs in the order of their ends.
  if (jobName !== undefined) {
    const names = namesIn(jobName);
    if (names.length === 1) conditions.push(`"jobName" = $${values.push(names[0])}::text`);
    else conditions.push(`"jobName" = ANY($${values.push(names)}::text[])`);
  }
  if (status !== undefined) {
    const given = statusesIn(status);
    const only = given.length === 1 ? terminalStatuses.find((known) => known === given[0]) : undefined;
    // In the text: of a parameter the planner doesn't know that nearly all runs succeeded, and never keeps a plan.
    if (only) conditions.push(`status = '${only}'`);
    else conditions.push(`status = ANY($${values.push(given)}::"JobRunStatus"[])`);
  }
  const times: string[] = [];
  if (from !== undefined) times.push(`"finishedAt" >= $${values.push(from)}::timestamptz`);
  if (to !== undefined) times.push(`"finishedAt" < $${values.push(to)}::timestamptz`);
  return { conditions, times, values };
}

/** Milliseconds since 1970, the end not included; without an end it has none. */
interface Range {
  from?: number;
  to?: number;
}

/** A time range as whole days, the whole hours around them, and the parts of hours around those. */
function splitRange({ from, to }: Pick<HistoryFilter, 'from' | 'to'>): {
  days: Range | null;
  hours: Range[];
  parts: Range[];
} {
  const [begin, end] = [from?.getTime(), to?.getTime()];
  const inHours = split(begin, end, HOUR_MS);
  if (inHours.whole === null) return { days: null, hours: [], parts: inHours.rest };
  const inDays = split(inHours.whole.from, inHours.whole.to, DAY_MS);
  return { days: inDays.whole, hours: inDays.rest, parts: inHours.rest };
}

/** The whole units of a range, and what of it lies before and after them, each within one unit. */
function split(
  from: number | undefined,
  to: number | undefined,
  unitMs: number,
): { whole: Range | null; rest: Range[] } {
  const first = from === undefined ? undefined : Math.ceil(from / unitMs) * unitMs;
  const last = to === undefined ? undefined : Math.floor(to / unitMs) * unitMs;
  if (first !== undefined && last !== undefined && first > last) return { whole: null, rest: [{ from, to }] };
  const rest = [
    { from, to: first },
    { from: last, to },
  ].filter((range) => range.from !== undefined && range.to !== undefined && range.from < range.to);
  return { whole: first !== undefined && first === last ? null : { from: first, to: last }, rest };
}

const COUNTERS = { day: 'JobRunDayCount', hour: 'JobRunCount' } as const;

/** The days or hours of a range that have any, from their counters. */
async function countUnits(sql: Sql, filter: HistoryFilter, unit: Stretch['unit'], range: Range): Promise<Stretch[]> {
  const { where, values } = whereOf(filter, unit, range);
  const { rows } = await sql.query<Stretch>(
    `SELECT ${unit} AS from, '${unit}' AS unit, sum(runs::float8) AS runs FROM "${COUNTERS[unit]}" ${where} GROUP BY 1 ORDER BY 1`,
    values,
  );
  return rows;
}

async function countPart(sql: Sql, filter: HistoryFilter, range: Range): Promise<Stretch[]> {
  const { where, values } = whereOf(filter, '"finishedAt"', range);
  const { rows } = await sql.query<{ runs: number }>(
    `SELECT count(*)::float8 AS runs FROM "JobRun" ${where} AND "finishedAt" IS NOT NULL`,
    values,
  );
  const hour = new Date(Math.floor((range.from ?? 0) / HOUR_MS) * HOUR_MS);
  return [{ from: hour, unit: 'hour', runs: rows[0]?.runs ?? 0 }];
}

/** The conditions on counters, or on runs, as a clause. */
function whereOf(
  filter: HistoryFilter,
  time: string,
  { from, to }: Range,
): { where: string; values: Filter['values'] } {
  const { conditions, values } = filterOf({ jobName: filter.jobName, status: filter.status });
  const all = [...conditions];
  if (from !== undefined) all.push(`${time} >= $${values.push(new Date(from))}::timestamptz`);
  if (to !== undefined) all.push(`${time} < $${values.push(new Date(to))}::timestamptz`);
  return { where: all.length > 0 ? `WHERE ${all.join(' AND ')}` : '', values };
}
