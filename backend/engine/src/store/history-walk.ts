import { namesIn } from '@job-manager/shared/contract/history';
import { isJobWithin, type JobPatterns } from '@job-manager/shared/job-patterns';
import { jobScope, outsideJobScope } from '../database/job-scope.js';
import { conditionsOf, type WalkedFilter } from './history-conditions.js';
import type { EndedRuns } from './history-stretches.js';
import type { Sql } from './sql.js';

/** Where a scan of the history continues: after this run, towards the older ones. */
export interface HistoryPlace {
  finishedAt: Date;
  id: string;
}

/** Runs that match, the newest first. */
interface WalkedPage extends EndedRuns {
  /** Where the next page begins; null where the history has no older run of this range. */
  next: HistoryPlace | null;
}

/** The limits of one request, in entries and in time: whichever ends first. */
const MAX_WALKED = 100_000;
const MAX_WALK_MS = 1_500;
/** Entries of one statement: few at first, for most pages are found among the newest. */
const SLICE = { first: 1_000, most: 10_000 };

/**
 * A page of the matching ended runs, found by reading one run after the other from `after` back, at most 100,000 and
 * for 1.5 seconds. A page may have fewer than `limit` runs although older ones match: `next` is how far it read.
 */
export async function walkHistory(
  sql: Sql,
  {
    filter: given,
    after,
    limit,
    clock = () => performance.now(),
  }: {
    filter: WalkedFilter;
    after: HistoryPlace | null;
    limit: number;
    clock?: () => number;
  },
): Promise<WalkedPage> {
  const filter = filterWithin(jobScope(), given);
  if (filter === null) return { ids: [], ends: [], next: null };
  const startedAt = clock();
  const ids: string[] = [];
  const ends: Date[] = [];
  let place = after;
  for (let walked = 0, size = SLICE.first; ; ) {
    const slice = await readSlice(sql, { filter, after: place, size, limit: limit - ids.length });
    ids.push(...slice.ids);
    ends.push(...slice.ends);
    walked += slice.walked;
    place = slice.last;
    if (slice.isEnd) return { ids, ends, next: null };
    const passedMs = clock() - startedAt;
    if (ids.length >= limit || walked >= MAX_WALKED || passedMs >= MAX_WALK_MS) return { ids, ends, next: place };
    // As many as the rest of the time allows at the present rate: scattered rows are read a hundred times slower.
    const affordable = Math.floor((walked / passedMs) * (MAX_WALK_MS - passedMs));
    size = Math.max(SLICE.first, Math.min(4 * size, SLICE.most, affordable));
  }
}

/**
 * The filter in the form that an index supports best for a caller who is limited to some jobs; null where the caller
 * sees none of the named ones.
 */
function filterWithin(patterns: JobPatterns, filter: WalkedFilter): WalkedFilter | null {
  if (patterns === null || filter.not?.split(',').includes('jobName')) return filter;
  if (filter.jobName !== undefined)
    return namesIn(filter.jobName).some((name) => isJobWithin(patterns, name)) ? filter : null;
  const [only = '*', ...others] = patterns;
  return others.length > 0 || only.includes('*') ? filter : { ...filter, jobName: only };
}

interface Slice extends EndedRuns {
  walked: number;
  /** The last run that was read, or the last that matched where the page is full. */
  last: HistoryPlace | null;
  isEnd: boolean;
}

async function readSlice(
  sql: Sql,
  { filter, after, size, limit }: { filter: WalkedFilter; after: HistoryPlace | null; size: number; limit: number },
): Promise<Slice> {
  const values: unknown[] = [];
  const { indexed, others } = conditionsOf(filter, values);
  const where = ['r."finishedAt" IS NOT NULL', ...indexed];
  if (after !== null) {
    const at = [`$${values.push(after.finishedAt)}::timestamptz`, `$${values.push(after.id)}::bigint`];
    // The first condition alone excludes newer months.
    where.push(`r."finishedAt" <= ${at[0]}`, `(r."finishedAt", r.id) < (${at.join(', ')})`);
  }
  // A correlation id, a batch or a schedule has few runs, which an index of its own finds.
  const isRare = [filter.correlationId, filter.batchId, filter.scheduleId].some((given) => given !== undefined);
  // Where every entry matches, the page and one more to see whether it is the last.
  const walkable = isRare || others.length === 0 ? Math.min(size, limit + 1) : size;
  const match = others.length === 0 ? 'true' : `coalesce(${others.join(' AND ')}, false)`;
  // OFFSET 0: else the planner would walk the history for them.
  const source = isRare
    ? `(SELECT r.id, r."finishedAt", true AS "isMatch" FROM "JobRun" r WHERE ${[...where, ...others].join(' AND ')} OFFSET 0) r`
    : `(SELECT r.id, r."finishedAt", ${match} AS "isMatch" FROM "JobRun" r WHERE ${where.join(' AND ')}) r`;
  // Over the runs of all jobs, the limit being one of the conditions: else a slice would pass all runs to find those of rare jobs.
  const { rows } = await outsideJobScope(() =>
    sql.query<{ id: string; finishedAt: Date; isMatch: boolean; walked: number }>(
      `WITH walked AS MATERIALIZED (
       SELECT id, "finishedAt", "isMatch" FROM ${source} ORDER BY "finishedAt" DESC, id DESC LIMIT ${walkable}
     ), numbered AS (SELECT *, row_number() OVER (ORDER BY "finishedAt" DESC, id DESC) AS n FROM walked)
     (SELECT id, "finishedAt", true AS "isMatch", n::int AS walked FROM numbered WHERE "isMatch" ORDER BY n LIMIT $${values.push(limit)})
     UNION ALL (SELECT id, "finishedAt", false, n::int FROM numbered ORDER BY n DESC LIMIT 1)`,
      values,
    ),
  );
  const end = rows.find(({ isMatch }) => !isMatch);
  const found = rows.filter(({ isMatch }) => isMatch).sort((a, b) => a.walked - b.walked);
  const ids = found.map(({ id }) => id);
  const ends = found.map(({ finishedAt }) => finishedAt);
  const walked = end?.walked ?? 0;
  if (ids.length === limit) {
    const last = found.at(-1) ?? null;
    return { ids, ends, walked, last, isEnd: walked < walkable && last?.id === end?.id };
  }
  return { ids, ends, walked, last: end ?? after, isEnd: walked < walkable };
}
