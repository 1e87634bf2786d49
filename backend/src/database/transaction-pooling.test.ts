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

  it('tells whether it leads through a pooler, as it does for Prisma', () => {
    expect(isPooled(url)).toBe(false);
    expect(throughPooler(url)).toBe(`${url}&pgbouncer=true`);
    expect(isPooled(throughPooler(url))).toBe(true);
    expect(throughPooler(throughPooler(url))).toBe(throughPooler(url));
  });

  it('is where notifications are heard, unless a pooler is in between', () => {
    expect(listenUrlOf(url, undefined)).toBe(url);
    expect(listenUrlOf(throughPooler(url), url)).toBe(url);
    expect(listenUrlOf(throughPooler(url), undefined)).toBe(null);
  });
});

it('leaves a listener without anything to hear where only a pooler leads to the database', async () => {
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
});
