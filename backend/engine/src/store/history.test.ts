import { isJobWithin } from '@job-manager/shared/job-patterns';
import { terminalStatuses } from '@job-manager/shared/run';
import type { QueryConfig } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withinJobs } from '../database/job-scope.js';
import { countEnded } from '../queue/transitions/count.js';
import { createTestDatabase, type TestDatabase } from '../testing/database.js';
import { planWalk, readHistory, readHistoryJobNames, readPage } from './history.js';
import { findStretch } from './history-stretches.js';
import { type HistoryPlace, walkHistory } from './history-walk.js';

interface Ended {
  id: string;
  jobName: string;
  status: string;
  finishedAt: Date;
}

const RUNS = 2_003;
let database: TestDatabase;
/** All finished runs as history orders them, sorted here and not by the database. */
let oracle: Ended[];
beforeAll(async () => {
  database = await createTestDatabase();
  // Many end in one millisecond and ids are out of order, so that only the whole sort key will do.
  await database.pool.query(
    `WITH ended AS (
       INSERT INTO "JobRun" ("jobName", status, "finishedAt", "durationMs")
       SELECT (ARRAY['a','b','rare'])[CASE WHEN n % 97 = 0 THEN 3 ELSE 1 + n % 2 END],
         (ARRAY['SUCCESS','SUCCESS','SUCCESS','FAILED','CANCELLED'])[1 + n * 7 % 5]::"JobRunStatus",
         '2026-03-01T00:00:00Z'::timestamptz + (n * 7919 % 500) * interval '411 s', n
       FROM generate_series(1, $1::int) n RETURNING *
     ), counted AS (${countEnded('ended')}) SELECT 1`,
    [RUNS],
  );
  await database.pool.query(`INSERT INTO "JobRun" ("jobName") SELECT 'a' FROM generate_series(1, 20)`);
  const all = await database.pool.query<Ended>(
    `SELECT id, "jobName", status, "finishedAt" FROM "JobRun" WHERE "finishedAt" IS NOT NULL`,
  );
  oracle = all.rows.sort((a, b) => b.finishedAt.getTime() - a.finishedAt.getTime() || Number(b.id) - Number(a.id));
});
afterAll(() => database.drop());

it('names every job that has finished runs, of any runner', async () => {
  expect(await readHistoryJobNames(database.pool)).toEqual(['a', 'b', 'rare']);
});

const jobNames = [undefined, 'a', 'rare', 'unknown', 'rare,b'];
const statuses = [undefined, ...terminalStatuses, 'FAILED,SUCCESS'];
const isOf = (wanted: string | undefined, value: string) => wanted === undefined || wanted.split(',').includes(value);
const filters = jobNames.flatMap((jobName) => statuses.map((status) => ({ jobName, status })));

describe.each(filters)('of job $jobName and status $status', ({ jobName, status }) => {
  it('pages as a sort of all runs would, first to last and beyond', async () => {
    const wanted = oracle.filter((run) => isOf(jobName, run.jobName) && isOf(status, run.status));
    for (const pageSize of [1, 7, 50, 200]) {
      const last = Math.max(1, Math.ceil(wanted.length / pageSize));
      const pages = [1, 2, 3, Math.ceil(last / 2), Math.ceil(last / 2) + 1, last - 1, last, last + 1, 1_000_000_000];
      for (const page of new Set(pages.filter((page) => page >= 1))) {
        const read = await readHistory(database.pool, { jobName, status, page, pageSize });
        expect(read.total).toBe(wanted.length);
        const expected = wanted.slice((page - 1) * pageSize, page * pageSize).map((run) => run.id);
        expect(
          read.runs.map((run) => run.id),
          `page ${page} of ${pageSize}`,
        ).toEqual(expected);
      }
    }
  });
});

interface Filter {
  jobName?: string;
  status?: string;
  not?: string;
}
const someFilters: Filter[] = [
  {},
  { jobName: 'rare' },
  { jobName: 'rare,b' },
  { status: 'FAILED' },
  { jobName: 'a', status: 'SUCCESS' },
];

describe.each([[['rare']], [['r*', 'b']], [['*']], [['a', 'unknown']], [['unknown*']], [[]]])(
  'for those who are limited to %j',
  (patterns) => {
    const seenOf = ({ jobName, status }: { jobName?: string; status?: string }) =>
      oracle
        .filter((run) => isJobWithin(patterns, run.jobName) && isOf(jobName, run.jobName) && isOf(status, run.status))
        .map(({ id }) => id);

    it.each<Filter>(someFilters)('pages as a sort of those runs would, of %o', async (filter) => {
      const wanted = seenOf(filter);
      for (const page of new Set([1, 2, Math.ceil(wanted.length / 14), Math.max(1, Math.ceil(wanted.length / 7))])) {
        if (page < 1) continue;
        const read = await withinJobs(patterns, () => readHistory(database.pool, { ...filter, page, pageSize: 7 }));
        const ids = read.runs.map(({ id }) => id);
        expect({ total: read.total, ids }).toEqual({
          total: wanted.length,
          ids: wanted.slice((page - 1) * 7, page * 7),
        });
      }
    });

    it.each<Filter>([...someFilters, { jobName: 'rare', not: 'jobName' }])(
      'walks to all of those runs and no others, of %o',
      async (filter) => {
        const wanted = seenOf(filter.not ? { jobName: 'a,b' } : filter);
        const found: string[] = [];
        let after: HistoryPlace | null = null;
        do {
          const { ids, next } = await withinJobs(patterns, () =>
            walkHistory(database.pool, { filter: { ...filter, attemptsMin: 0 }, after, limit: 900 }),
          );
          found.push(...ids);
          after = next;
        } while (after !== null);
        expect(found).toEqual(wanted);
      },
    );
  },
);

it('passes none of other jobs where the history of those who are limited is read', async () => {
  const texts: string[] = [];
  const query = ((text: string | { text: string }, values: unknown[]) => {
    texts.push(typeof text === 'string' ? text : text.text);
    return database.pool.query(text as string, values);
  }) as typeof database.pool.query;
  const pages = () => texts.filter((text) => text.includes('WITH start'));
  await withinJobs(['*'], () => readHistory({ query }, { page: 1, pageSize: 50 }));
  expect(pages()[0]?.match(/"jobName" = \$\d+/g)).toHaveLength(3);
  texts.length = 0;
  await withinJobs(['r*'], () => readHistory({ query }, { jobName: 'a', page: 1, pageSize: 50 }));
  expect(texts.filter((text) => text.includes('"JobRun"'))).toEqual([]);
});

it('pages as a sort would for those who see more jobs than one statement can merge', async () => {
  const many = await createTestDatabase();
  await many.pool.query(
    `WITH ended AS (
       INSERT INTO "JobRun" ("jobName", status, "finishedAt", "durationMs")
       SELECT CASE n % 30 WHEN 0 THEN 'other' ELSE 'many-' || n % 30 END, 'SUCCESS', '2026-03-01T00:00:00Z'::timestamptz + (n * 7919 % 97) * interval '1 s', n
       FROM generate_series(1, 300) n RETURNING *
     ), counted AS (${countEnded('ended')}) SELECT 1`,
  );
  const wanted = (
    await many.pool.query<{ id: string }>(
      `SELECT id FROM "JobRun" WHERE "jobName" <> 'other' ORDER BY "finishedAt" DESC, id DESC`,
    )
  ).rows.map(({ id }) => id);
  const seen: string[] = [];
  for (let page = 1; page <= 3; page++) {
    const { runs, total } = await withinJobs(['many-*'], () => readHistory(many.pool, { page, pageSize: 100 }));
    expect(total).toBe(290);
    seen.push(...runs.map(({ id }) => id));
  }
  await many.drop();
  expect(seen).toEqual(wanted);
});

it('shows every run exactly once over all pages', async () => {
  const seen: string[] = [];
  for (let page = 1; page <= Math.ceil(RUNS / 100); page++) {
    seen.push(...(await readHistory(database.pool, { page, pageSize: 100 })).runs.map((run) => run.id));
  }
  expect(seen).toEqual(oracle.map((run) => run.id));
});

it.each<{ status?: 'SUCCESS'; from?: Date; to?: Date }>([
  {},
  { status: 'SUCCESS' },
  { from: new Date('2026-03-01T03:21:00Z'), to: new Date('2026-03-03T04:56:00Z') },
])('passes few runs on the way to any page of %o', async (filter) => {
  const passed: number[] = [];
  const query = (async (statement: QueryConfig, ...rest: unknown[]) => {
    // Its first part says how many runs the rest passes.
    const [, start] = /^\s*(WITH start AS MATERIALIZED \(.*\)), page AS/s.exec(statement.text ?? '') ?? [];
    if (start) {
      const count = Math.max(...[...start.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number)));
      const values = statement.values?.slice(0, count);
      const { rows } = await database.pool.query<{ skip: string }>(`${start} SELECT skip FROM start`, values);
      passed.push(Number(rows[0]?.skip));
    }
    return database.pool.query(statement, ...(rest as []));
  }) as typeof database.pool.query;
  const { total } = await readHistory(database.pool, { ...filter, page: 1, pageSize: 10 });
  for (let page = 1; page <= Math.ceil(total / 10); page += 3) {
    await readHistory({ query }, { ...filter, page, pageSize: 10 });
  }
  expect(passed.length).toBeGreaterThan(10);
  expect(Math.max(...passed)).toBeLessThanOrEqual(500);
});

it.each([15, 27])('finds page %i where the hours of its day have gone meanwhile', async (page) => {
  const client = await database.pool.connect();
  try {
    await client.query('BEGIN');
    const query = (async (statement: QueryConfig, ...rest: []) => {
      const answer = await client.query(statement, ...rest);
      await client.query('DELETE FROM "JobRunCount"');
      return answer;
    }) as typeof database.pool.query;
    const { runs } = await readHistory({ query }, { page, pageSize: 50 });
    expect(runs.map(({ id }) => id)).toEqual(oracle.slice((page - 1) * 50, page * 50).map(({ id }) => id));
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
});

it('reads the rows of a page in the partition of their month alone', async () => {
  const plans: string[] = [];
  const query = (async (statement: QueryConfig) => {
    const text = `EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) ${statement.text}`;
    const { rows } = await database.pool.query<{ 'QUERY PLAN': string }>(text, statement.values);
    plans.push(...rows.map((row) => row['QUERY PLAN']));
    return { rows: [] };
  }) as unknown as typeof database.pool.query;
  const [first, second] = oracle;
  if (!first || !second) throw new Error('There are no runs.');
  await readPage({ query }, { ids: [first.id, second.id], ends: [first.finishedAt, second.finishedAt] });
  const scans = plans.filter((line) => / on "JobRun_\w+" j_/.test(line));
  expect(scans.length).toBeGreaterThan(2);
  expect(scans.filter((line) => !line.includes('never executed'))).toHaveLength(1);
});

describe.each<[from: string | null, to: string | null]>([
  ['2026-03-01T10:20:00Z', '2026-03-03T05:10:00Z'],
  ['2026-03-01T10:20:30.5Z', '2026-03-01T10:40:00Z'],
  ['2026-03-01T10:00:00Z', '2026-03-01T11:00:00Z'],
  ['2026-03-01T10:20:00Z', '2026-03-01T11:40:00Z'],
  ['2026-03-01T22:00:00Z', '2026-03-03T00:00:00Z'],
  ['2026-03-02T00:00:00Z', null],
  [null, '2026-03-02T13:37:00Z'],
  ['2026-03-02T13:37:00Z', null],
  ['2027-01-01T00:00:00Z', null],
])('finished from %s to %s', (from, to) => {
  it.each([{}, { status: 'FAILED' as const }, { jobName: 'a' }, { jobName: 'b', status: 'SUCCESS' as const }])(
    'pages as a sort of those runs would, of %o',
    async (filter) => {
      const wanted = oracle.filter(
        ({ jobName, status, finishedAt }) =>
          (from === null || finishedAt >= new Date(from)) &&
          (to === null || finishedAt < new Date(to)) &&
          (filter.jobName ?? jobName) === jobName &&
          (filter.status ?? status) === status,
      );
      const times = { ...(from !== null && { from: new Date(from) }), ...(to !== null && { to: new Date(to) }) };
      const last = Math.max(1, Math.ceil(wanted.length / 7));
      for (const page of new Set([1, Math.ceil(last / 2), Math.ceil(last / 2) + 1, last, last + 1])) {
        const read = await readHistory(database.pool, { ...filter, ...times, page, pageSize: 7 });
        const expected = wanted.slice((page - 1) * 7, page * 7).map(({ id }) => id);
        expect({ total: read.total, ids: read.runs.map(({ id }) => id) }).toEqual({
          total: wanted.length,
          ids: expected,
        });
      }
    },
  );
});

it('walks an index from the nearer end', () => {
  const plan = (page: number) => planWalk(1_000, { page, pageSize: 100 });
  expect(plan(1)).toEqual({ from: 'newest', skip: 0, take: 100 });
  expect(plan(5)).toEqual({ from: 'newest', skip: 400, take: 100 });
  expect(plan(6)).toEqual({ from: 'oldest', skip: 400, take: 100 });
  expect(plan(10)).toEqual({ from: 'oldest', skip: 0, take: 100 });
  expect(plan(11)).toBeNull();
  expect(planWalk(950, { page: 10, pageSize: 100 })).toEqual({ from: 'oldest', skip: 0, take: 50 });
  expect(planWalk(0, { page: 1, pageSize: 50 })).toEqual({ from: 'newest', skip: 0, take: 50 });
});

it('finds the stretch where a walk ends, from either side', () => {
  const [may, june, july] = ['2026-05-01', '2026-06-01', '2026-07-01'].map((day) => new Date(day)) as [
    Date,
    Date,
    Date,
  ];
  const unit = 'day' as const;
  const days = [may, june, july].map((from, index) => ({ from, unit, runs: 10 * (index + 1) }));
  expect(findStretch(days, { from: 'oldest', skip: 9 })).toEqual({ from: may, unit, skip: 9 });
  expect(findStretch(days, { from: 'oldest', skip: 10 })).toEqual({ from: june, unit, skip: 0 });
  expect(findStretch(days, { from: 'newest', skip: 31 })).toEqual({ from: june, unit, skip: 1 });
  expect(findStretch(days, { from: 'newest', skip: 60 })).toBeNull();
});

it('never sorts: every filter has an index in the order of history', async () => {
  await database.pool.query('ANALYZE "JobRun"');
  const client = await database.pool.connect();
  await client.query('SET enable_seqscan = off; SET enable_sort = off');
  const plans: string[] = [];
  const single = filters.filter(({ jobName = '', status = '' }) => !`${jobName}${status}`.includes(','));
  for (const filter of single) {
    const explained = await client.query(
      `EXPLAIN SELECT id FROM "JobRun" WHERE "finishedAt" IS NOT NULL ${filter.jobName ? `AND "jobName" = 'a'` : ''}
       ${filter.status ? `AND status = '${filter.status}'` : ''} ORDER BY "finishedAt" DESC, id DESC LIMIT 50`,
    );
    plans.push(explained.rows.map((row) => row['QUERY PLAN']).join('\n'));
  }
  client.release(true);
  for (const plan of plans) expect(plan).toMatch(/Index (Only )?Scan/);
  for (const plan of plans) expect(plan).not.toMatch(/Sort {2}|Bitmap/);
});
