import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Listener } from '../store/listener.js';
import { createTestDatabase, type TestDatabase } from '../testing/database.js';
import { createPool } from './client.js';
import { isPooled, listenUrlOf, throughPooler } from './transaction-pooling.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

describe('a URL', () => {
  const url = 'postgresql://me:secret@host:6432/jobs?schema=ours';

  it('shows whether it leads through a pooler, as it does for Prisma', () => {
    expect(isPooled(url)).toBe(false);
    expect(throughPooler(url)).toBe(`${url}&pgbouncer=true`);
    expect(isPooled(throughPooler(url))).toBe(true);
    expect(throughPooler(throughPooler(url))).toBe(throughPooler(url));
  });

  it('is where notifications are received, unless a pooler is in between', () => {
    expect(listenUrlOf(url, undefined)).toBe(url);
    expect(listenUrlOf(throughPooler(url), url)).toBe(url);
    expect(listenUrlOf(throughPooler(url), undefined)).toBe(null);
  });
});

it('gives a listener no notifications where only a pooler leads to the database', async () => {
  const listener = new Listener(listenUrlOf(throughPooler(database.url), undefined), ['queued']);
  await listener.start();
  expect(listener).toMatchObject({ isOff: true, isConnected: false });
  await listener.close();
});

describe('a pool', () => {
  const PREPARED = 'SELECT name FROM pg_prepared_statements';
  const LIMIT = 'SHOW statement_timeout';

  it('leaves nothing behind on a connection that others get next', async () => {
    const pool = createPool(throughPooler(database.url), { max: 1, statementTimeoutMs: 1_234 });
    expect((await pool.query({ name: 'one', text: 'SELECT $1::int AS one', values: [1] })).rows).toEqual([{ one: 1 }]);
    expect((await pool.query(PREPARED)).rows).toEqual([]);
    expect((await pool.query(LIMIT)).rows).toEqual([{ statement_timeout: '0' }]);
    await pool.end();
  });

  it('names the pooler that no setting names, where a prepared statement is lost', async () => {
    await expect(database.pool.query('EXECUTE missing')).rejects.toThrow(/does not exist \(.*DATABASE_LISTEN_URL/);
  });

  it('prepares statements and limits their time where the connection is its own', async () => {
    const pool = createPool(database.url, { max: 1, statementTimeoutMs: 1_234 });
    await pool.query({ name: 'one', text: 'SELECT $1::int AS one', values: [1] });
    expect((await pool.query(PREPARED)).rows).toEqual([{ name: 'one' }]);
    expect((await pool.query(LIMIT)).rows).toEqual([{ statement_timeout: '1234ms' }]);
    await pool.end();
  });

  it('keeps the first plan, which uses indexes, with `keepsPlans`; never through a pooler', async () => {
    const text = 'SELECT id FROM "JobRun" WHERE id = $1::bigint';
    const own = createPool(database.url, { max: 1, keepsPlans: true });
    for (let n = 0; n < 2; n++) await own.query({ name: 'one', text, values: ['1'] });
    const plans = 'SELECT generic_plans, custom_plans FROM pg_prepared_statements';
    expect((await own.query(plans)).rows).toEqual([{ generic_plans: '2', custom_plans: '0' }]);
    expect((await own.query('SHOW enable_seqscan')).rows).toEqual([{ enable_seqscan: 'off' }]);
    await own.end();

    const pooled = createPool(throughPooler(database.url), { max: 1, keepsPlans: true });
    expect((await pooled.query('SHOW plan_cache_mode')).rows).toEqual([{ plan_cache_mode: 'auto' }]);
    await pooled.end();
  });
});
