import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Sql } from '../../store/sql.js';
import { createTestDatabase, type TestDatabase } from '../../testing/database.js';
import { TestGraph } from '../../testing/graph.js';
import { size } from '../../testing/size.js';
import { untilStatementsWait } from '../../testing/transaction.js';
import { type ClaimRequest, claim, claimDueRuns } from './claim.js';
import { claimById, claimUrgent } from './claim-announced.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(() =>
  database.pool.query(
    'DELETE FROM "JobRun"; DELETE FROM "JobRunAttempt"; DELETE FROM "ChannelStart"; DELETE FROM "SuspectRun"; DELETE FROM "Channel"',
  ),
);

const runnerId = randomUUID();
const request = (most: number, more: Partial<ClaimRequest> = {}): ClaimRequest => ({
  runnerId,
  jobNames: ['work'],
  most,
  ...more,
});
const take = (most: number, more: Partial<ClaimRequest> = {}, sql: Sql = database.pool) =>
  claimDueRuns(sql, request(most, more));
const rows = async (text: string, values: unknown[] = []) => (await database.pool.query(text, values)).rows;
const queue = async (run: Record<string, unknown> = {}, count = 1): Promise<string> => {
  const columns = { jobName: 'work', ...run };
  const names = Object.keys(columns).map((name) => `"${name}"`);
  const values = Object.keys(columns).map((_, index) => `$${index + 2}`);
  const [last] = await rows(
    `WITH added AS (INSERT INTO "JobRun" (${names}) SELECT ${values} FROM generate_series(1, $1) RETURNING id) SELECT max(id) AS id FROM added`,
    [count, ...Object.values(columns)],
  );
  return last.id;
};
const ago = (ms: number) => new Date(Date.now() - ms);

/** The statement of a claim, as it is sent. */
async function statement(): Promise<{ text: string; values: unknown[] }> {
  let sent: { text: string; values: unknown[] } | undefined;
  const query = async (config: typeof sent) => {
    sent = config;
    return { rows: [{ runs: null, channels: 0 }] };
  };
  await claim({ query } as unknown as Sql, request(10));
  if (!sent) throw new Error('A claim sends a statement');
  return sent;
}

/** Work on a connection of its own, with settings that end with it. */
async function withSettings<T>(settings: string, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await database.pool.connect();
  try {
    await client.query(settings);
    return await work(client);
  } finally {
    client.release(true);
  }
}

describe('when to claim again', () => {
  it('is never, where nothing waits for a time to come', async () => {
    expect((await claim(database.pool, request(1))).claimAgainMs).toBeNull();
    await queue({ channel: 'stopped' });
    await rows(`INSERT INTO "Channel" (name, "pausedAt") VALUES ('stopped', now())`);
    expect((await claim(database.pool, request(1))).claimAgainMs).toBeNull();
  });

  it('is when the next run’s time comes', async () => {
    await queue({ runAt: ago(-60_000) });
    const { claimAgainMs } = await claim(database.pool, request(1));
    expect(claimAgainMs).toBeGreaterThan(50_000);
    expect(claimAgainMs).toBeLessThanOrEqual(60_000);
  });
});

describe('what is taken', () => {
  it('takes lower priorities first, then what is due longer, then what was queued first', async () => {
    const late = await queue({ priority: 5, runAt: ago(9_000) });
    const second = await queue({ runAt: ago(1_000) });
    const first = await queue({ runAt: ago(2_000) });
    const same = await queue({ runAt: ago(500) });
    const { runAt } = (await rows('SELECT "runAt" FROM "JobRun" WHERE id = $1', [same]))[0];
    const next = await queue({ runAt });
    const urgent = await queue({ priority: -1 });
    expect((await take(10)).map(({ id }) => id)).toEqual([urgent, first, second, same, next, late]);
  });

  it('takes what is first in line, when it may not take all', async () => {
    const later = await queue({ runAt: ago(1_000) });
    const sooner = await queue({ runAt: ago(2_000) });
    expect((await take(1)).map(({ id }) => id)).toEqual([sooner]);
    expect((await take(1)).map(({ id }) => id)).toEqual([later]);
    expect(await take(1)).toEqual([]);
  });

  it('leaves runs whose time has not come, that wait for others, and whose job it does not know', async () => {
    await queue({ runAt: new Date(Date.now() + 60_000) });
    await queue({ isBlocked: true });
    await queue({ jobName: 'other', runAt: ago(5_000) });
    const id = await queue();
    expect((await take(10)).map((run) => run.id)).toEqual([id]);
  });

  it('finds runs behind many of a job that it does not know', async () => {
    await queue({ jobName: 'other', runAt: ago(5_000) }, 3_000);
    const id = await queue();
    expect((await take(10)).map((run) => run.id)).toEqual([id]);
  });

  it('goes on to the next lane when others have the runs of the first', async () => {
    const first = await queue({ priority: -1 });
    const next = await queue({ priority: 3 });
    await withSettings('BEGIN', async (client) => {
      await client.query('SELECT FROM "JobRun" WHERE id = $1 FOR UPDATE', [first]);
      expect((await take(1)).map(({ id }) => id)).toEqual([next]);
    });
  });

  it('passes by runs that others have claimed and ended since it began', async () => {
    await rows(`INSERT INTO "Channel" (name, concurrency) VALUES ('narrow', 10)`);
    const last = Number(await queue({ channel: 'narrow' }, 3));
    const [locker, late] = [await database.pool.connect(), await database.pool.connect()];
    await locker.query(`BEGIN; SELECT FROM "Channel" WHERE name = 'narrow' FOR UPDATE`);
    // On one connection, so that nothing is sent again.
    const claiming = take(10, {}, late);
    await untilStatementsWait(database.pool);
    await new TestGraph(database.pool).end('SUCCESS', String(last - 2), String(last - 1));
    await locker.query('COMMIT');
    expect((await claiming).map(({ id }) => id)).toEqual([String(last)]);
    locker.release();
    late.release();
  });

  it('tries another channel when other runners have the run of the chosen one', async () => {
    const held = await queue({ channel: 'a' });
    await queue({ channel: 'b' }, 20);
    await withSettings('BEGIN', async (client) => {
      await client.query('SELECT FROM "JobRun" WHERE id = $1 FOR UPDATE', [held]);
      const claimer = await database.pool.connect();
      // Chosen at random, so sometimes twice in a row; the random numbers are the same each time. Of 20 claims they
      // leave 5 empty, and would leave 10 without the second try.
      await claimer.query('SELECT setseed(0)');
      let empty = 0;
      for (let n = 0; n < 20; n++) if ((await take(1, {}, claimer)).length === 0) empty += 1;
      claimer.release(true);
      expect(empty).toBeLessThan(8);
    });
  });
});

describe('what a claim leaves', () => {
  it('gives a new lease, counts the attempt, and returns all that execution needs', async () => {
    const retryPolicy = { backoffMs: 5, factor: 2, maxBackoffMs: 50 };
    const id = await queue({
      ...{ channel: 'mail', parameters: { a: 1 }, timeoutMs: 9, maxAttempts: 7, crashes: 1, maxCrashes: 4 },
      ...{ priority: 5, retryPolicy, dependsOn: [3, 4], attempt: 2, claimNo: 5, correlationId: 'order-4711' },
    });
    const [run] = await take(1);
    const [row] = await rows('SELECT * FROM "JobRun" WHERE id = $1', [id]);
    expect(row).toMatchObject({ status: 'RUNNING', runnerId, attempt: 3, claimNo: 6, rev: 1 });
    expect(run).toEqual({
      ...{ id, jobName: 'work', channel: 'mail', parameters: { a: 1 }, attempt: 3, maxAttempts: 7, claimNo: 6 },
      ...{
        leaseToken: row.leaseToken,
        startedAt: row.startedAt,
        queueDelayMs: Number(row.queueDelayMs),
        timeoutMs: 9,
        retryPolicy,
        crashes: 1,
        maxCrashes: 4,
      },
      ...{ priority: 5, dependsOn: ['3', '4'], correlationId: 'order-4711', traceparent: null },
    });
    expect(row.startedAt).toEqual(row.lastHeartbeatAt);
  });

  it('clears what the attempt before left', async () => {
    await queue({
      ...{ error: 'Error: no', errorStack: 'at x', progressPercent: 40, progressMessage: 'half', steps: '[]' },
      ...{ childPid: 1, cpuMs: 2, peakMemoryBytes: 3, maxLoopLagMs: 4, claimNo: 1, attempt: 1 },
    });
    await take(1);
    expect((await rows('SELECT * FROM "JobRun"'))[0]).toMatchObject({
      ...{ error: null, errorStack: null, progressPercent: null, progressMessage: null, steps: null },
      ...{ childPid: null, cpuMs: null, peakMemoryBytes: null, maxLoopLagMs: null },
    });
  });

  it('counts the delay from when it was queued, or from its time where that came later', async () => {
    await queue({ queuedAt: ago(60_000), runAt: ago(3_600_000) });
    await queue({ queuedAt: ago(3_600_000), runAt: ago(10_000) });
    await take(2);
    const delays = (await rows('SELECT "queueDelayMs" FROM "JobRun" ORDER BY id')).map((row) =>
      Number(row.queueDelayMs),
    );
    expect(delays[0]).toBeGreaterThanOrEqual(60_000);
    expect(delays[0]).toBeLessThan(180_000);
    expect(delays[1]).toBeGreaterThanOrEqual(10_000);
    expect(delays[1]).toBeLessThan(130_000);
  });
});

describe('how it is done', () => {
  const NESTED_LOOPS = ['hashjoin', 'mergejoin', 'hashagg', 'sort', 'material', 'memoize']
    .map((method) => `SET enable_${method} = off`)
    .join('; ');

  it.each([
    ['plan', ''],
    ['plan of nested loops', NESTED_LOOPS],
    ['plan of nested loops for any value', `${NESTED_LOOPS}; SET plan_cache_mode = force_generic_plan`],
    ['plan without indices', `${NESTED_LOOPS}; SET enable_indexscan = off; SET enable_bitmapscan = off`],
  ])('takes no more than requested, with whatever %s', async (_, settings) => {
    await queue({}, 200);
    await queue({ priority: 4 }, 50);
    await queue({ channel: 'mail' }, 200);
    await withSettings(settings, async (client) => {
      expect(await take(5, {}, client)).toHaveLength(5);
      expect(await rows(`SELECT FROM "JobRun" WHERE status = 'RUNNING'`)).toHaveLength(5);
    });
  });

  it('evaluates limits, locks, draws and the clock once, apart from their uses', async () => {
    const { text } = await statement();
    const parts = text.split(/(?:WITH RECURSIVE|\),)\s+(?=\w+ AS (?:MATERIALIZED )?\()/).slice(1);
    const isRead = (part: string) => !/^lane |^\w+ AS \(\s*(?:UPDATE|INSERT)/.test(part);
    const isOnce = (part: string) => /LIMIT (?!1\s)|FOR UPDATE|random\(\)|channel_slots|clock_timestamp\(\)/.test(part);
    const found = parts.filter((part) => isRead(part) && isOnce(part)).map((part) => part.split(' (')[0]);
    expect(found).toEqual(['request', 'work', 'granted', 'due', 'moment'].map((name) => `${name} AS MATERIALIZED`));
  });

  it('keeps its plan, for as many runs as may be requested', async () => {
    await queue({}, 100);
    await withSettings('', async (client) => {
      for (let n = 0; n < 12; n++) await take(1 + (n % 3), {}, client);
      const [plans] = (await client.query('SELECT generic_plans, custom_plans FROM pg_prepared_statements')).rows;
      expect(plans).toEqual({ generic_plans: '7', custom_plans: '5' });
    });
  });

  it('passes by what may not start without reading it', async () => {
    const many = size(5_000, 20_000);
    await rows(
      `INSERT INTO "JobRun" ("jobName", priority, "runAt") SELECT 'work', -9, now() + interval '1 hour' FROM generate_series(1, $1::int)`,
      [many],
    );
    await rows(`INSERT INTO "JobRun" ("jobName", channel) SELECT 'work', 'paused' FROM generate_series(1, $1::int)`, [
      many,
    ]);
    await rows(`INSERT INTO "JobRun" ("jobName", "isBlocked") SELECT 'work', true FROM generate_series(1, $1::int)`, [
      many,
    ]);
    await rows(`INSERT INTO "Channel" (name, "pausedAt") VALUES ('paused', now())`);
    await queue({}, many);
    await rows('ANALYZE "JobRun"');
    const { text, values } = await statement();
    const [{ 'QUERY PLAN': plan }] = await rows(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`, values);
    expect(plan[0].Plan['Shared Hit Blocks'] + plan[0].Plan['Shared Read Blocks']).toBeLessThan(1_000);
    expect(await rows(`SELECT FROM "JobRun" WHERE status = 'RUNNING'`)).toHaveLength(10);
  });
});

describe('the claim of one run', () => {
  const takeById = (id: string, more: Partial<ClaimRequest> = {}, sql: Sql = database.pool) =>
    claimById(sql, id, request(1, more));

  it('starts it as any claim does', async () => {
    const id = await queue({ parameters: { a: 1 }, claimNo: 2, attempt: 1, error: 'Error: no' });
    const [run] = await takeById(id);
    const [row] = await rows('SELECT * FROM "JobRun" WHERE id = $1', [id]);
    expect(row).toMatchObject({ status: 'RUNNING', runnerId, attempt: 2, claimNo: 3, rev: 1, error: null });
    expect(run).toMatchObject({ id, parameters: { a: 1 }, leaseToken: row.leaseToken, startedAt: row.startedAt });
    expect(await takeById(id)).toEqual([]);
  });

  it.each<[string, Record<string, unknown>]>([
    ['not due', { runAt: new Date(Date.now() + 3_600_000) }],
    ['blocked', { isBlocked: true }],
    ['of a job whose code is not here', { jobName: 'other' }],
    ['of a channel with settings', { channel: 'limited' }],
    ['of a key', { uniqueKey: 'a', uniqueScope: 'RUNNING' }],
  ])('leaves one to the full claim that is %s', async (_what, run) => {
    await rows(`INSERT INTO "Channel" (name, concurrency) VALUES ('limited', 1)`);
    const id = await queue(run);
    expect(await takeById(id)).toEqual([]);
    expect((await rows('SELECT status FROM "JobRun"'))[0]).toEqual({ status: 'QUEUED' });
  });

  it('leaves a suspect to the claim of suspects, and a run that others have to them', async () => {
    const [suspect, held] = [await queue(), await queue()];
    await rows('INSERT INTO "SuspectRun" ("runId", losses) VALUES ($1, 1)', [suspect]);
    expect(await takeById(suspect)).toEqual([]);
    await withSettings('BEGIN', async (client) => {
      await client.query('SELECT FROM "JobRun" WHERE id = $1 FOR UPDATE', [held]);
      expect(await takeById(held)).toEqual([]);
    });
  });
});

describe('suspects', () => {
  /** A run that was lost so often. */
  async function suspect(losses = 1, run: Record<string, unknown> = {}): Promise<string> {
    const id = await queue(run);
    await rows('INSERT INTO "SuspectRun" ("runId", losses) VALUES ($1, $2)', [id, losses]);
    return id;
  }
  const ids = async (request: Partial<ClaimRequest>) => (await take(10, request)).map(({ id }) => id);

  it('are left out where they are not wanted, though they are first in line, and are reported', async () => {
    const id = await suspect(1, { runAt: ago(9_000) });
    const other = await queue();
    expect(await claim(database.pool, request(10, { suspects: 'none' }))).toMatchObject({
      runs: [{ id: other }],
      hasSuspects: true,
    });
    expect(await ids({ suspects: { from: 0, to: 9 } })).toEqual([id]);
    expect(await claim(database.pool, request(10, { suspects: 'none' }))).toMatchObject({
      runs: [],
      hasSuspects: false,
    });
  });

  it('are claimed by how often they were lost, without reading the million runs before them', async () => {
    await queue({ runAt: ago(9_000) }, 1_000);
    const [once, twice, later] = [
      await suspect(1),
      await suspect(2, { priority: 1 }),
      await suspect(1, { runAt: ago(-60_000) }),
    ];
    expect(await ids({ suspects: { from: 2, to: 9 } })).toEqual([twice]);
    expect(await ids({ suspects: { from: 0, to: 9 } })).toEqual([once]);
    expect(later).toBeDefined();
  });

  it('keep to the limits of their channel', async () => {
    await rows(`INSERT INTO "Channel" (name, concurrency) VALUES ('narrow', 1)`);
    await suspect(1, { channel: 'narrow' });
    await suspect(1, { channel: 'narrow' });
    const only = { suspects: { from: 0, to: 9 } };
    expect(await ids(only)).toHaveLength(1);
    expect(await ids(only)).toEqual([]);
  });
});

describe('a run with a single attempt', () => {
  it('is not prefetched, and no other overtakes it', async () => {
    const many = await queue({}, 2);
    const single = await queue({ maxAttempts: 1 });
    await queue({}, 2);
    const first = await take(10, { free: 1 });
    expect(first.map(({ id }) => id)).toEqual([String(Number(many) - 1), many]);
    expect(await take(10, { free: 0 })).toEqual([]);
    const next = await take(10, { free: 1 });
    expect(next.map(({ id }) => id)).toEqual([single]);
    expect(await take(10, { free: 1 })).toHaveLength(2);
  });

  it('begins by priority where there are several', async () => {
    await queue({ maxAttempts: 1, priority: 5, runAt: ago(9_000) });
    const urgent = await queue({ maxAttempts: 1, channel: 'z', priority: -5 });
    expect((await take(10, { free: 1 })).map(({ id }) => id)).toEqual([urgent]);
  });
});

describe('the claim of urgent runs', () => {
  const takeUrgent = (priority: number, more: Partial<ClaimRequest> = {}, channels = ['default']) =>
    claimUrgent(database.pool, { channels, priority }, request(0, more));
  const ids = (runs: { id: string }[]) => runs.map(({ id }) => id);

  it('takes those of better priority alone, as any claim does, the most urgent first', async () => {
    const [, urgent, most] = [
      await queue({ priority: 5 }),
      await queue({ priority: 1 }),
      await queue({ priority: -7 }),
    ];
    await queue({ priority: -9, channel: 'elsewhere' });
    const runs = await takeUrgent(5);
    expect(ids(runs)).toEqual([most, urgent]);
    const [row] = await rows('SELECT * FROM "JobRun" WHERE id = $1', [most]);
    expect(row).toMatchObject({ status: 'RUNNING', runnerId, attempt: 1, claimNo: 1, leaseToken: runs[0]?.leaseToken });
    expect(await takeUrgent(5)).toEqual([]);
  });

  it.each<[string, Record<string, unknown>]>([
    ['not due', { runAt: new Date(Date.now() + 3_600_000) }],
    ['blocked', { isBlocked: true }],
    ['of a job whose code is not here', { jobName: 'other' }],
    ['of a channel with settings', { channel: 'limited' }],
    ['of a key', { uniqueKey: 'a', uniqueScope: 'RUNNING' }],
    ['not to be begun twice', { maxAttempts: 1 }],
  ])('leaves one to the full claim that is %s', async (_what, run) => {
    await rows(`INSERT INTO "Channel" (name, concurrency) VALUES ('limited', 1)`);
    await queue({ priority: -1, ...run });
    expect(await takeUrgent(0, {}, ['default', 'limited'])).toEqual([]);
  });

  it('leaves out suspects, and what was refused here', async () => {
    const [suspect, refused] = [await queue({ priority: -1 }), await queue({ priority: -1 })];
    await rows('INSERT INTO "SuspectRun" ("runId") VALUES ($1)', [suspect]);
    expect(await takeUrgent(0, { refused: [refused] })).toEqual([]);
    expect(ids(await takeUrgent(0))).toEqual([refused]);
  });
});
