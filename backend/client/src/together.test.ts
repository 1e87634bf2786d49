import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../engine/src/testing/database.js';
import { inTransaction, untilStatementsWait } from '../../engine/src/testing/transaction.js';
import { createClient, type JobClient } from './client.js';

let database: TestDatabase;
let client: JobClient;
beforeAll(async () => {
  database = await createTestDatabase();
  await database.pool.query(`
    INSERT INTO "Job" (name, channel, priority, "algorithmVersion", "maxAttempts", "maxCrashes")
    VALUES ('note', 'default', 0, '1', 3, 3), ('post', 'mail', 5, '2', 1, 3)`);
  client = createClient({ sql: database.pool });
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.pool.query('DELETE FROM "JobRun"');
});

const stored = async () => (await database.pool.query('SELECT *, xmin::text AS commit FROM "JobRun" ORDER BY id')).rows;
const note = (n: number) => ({ jobName: 'note', parameters: { n } });
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

describe('runs that are queued one by one at the same time', () => {
  it('go together: the first by itself, and all the others in a second commit', async () => {
    await Promise.all(numbers(40).map((n) => client.enqueue(note(n))));
    const rows = await stored();
    expect(rows).toHaveLength(40);
    expect(new Set(rows.map(({ commit }) => commit)).size).toBe(2);
  });

  it('have ids in the order of the calls, each caller its own', async () => {
    const added = await Promise.all(numbers(40).map((n) => client.enqueue(note(n))));
    const rows = await stored();
    expect(rows.map(({ parameters }) => parameters.n)).toEqual(numbers(40));
    expect(added).toEqual(rows.map(({ id }) => ({ jobRunId: id, isNew: true })));
  });

  it('keep their own options, and the settings of their job', async () => {
    const scope = 'a "quoted\\" {scope},\nNULL ü';
    await Promise.all([
      client.enqueue(note(0)),
      client.enqueue({ jobName: 'post', scope, runAt: '2031-01-01T00:00:00Z' }),
      client.enqueue({ jobName: 'note', priority: -3, channel: 'other', retry: { backoffMs: 7 } }),
      client.enqueue({ jobName: 'post', timeoutMs: 9, maxAttempts: 4, trigger: 'API', scope: 'NULL' }),
      client.enqueue({ jobName: 'note', delayMs: 3_600_000 }),
    ]);
    const rows = await stored();
    expect(rows).toMatchObject([
      { jobName: 'note', channel: 'default', priority: 0, scope: null, trigger: 'EVENT', retryPolicy: null },
      { jobName: 'post', channel: 'mail', priority: 5, scope, runAt: new Date('2031-01-01T00:00:00Z'), maxAttempts: 1 },
      { channel: 'other', priority: -3, retryPolicy: { backoffMs: 7, factor: 2, maxBackoffMs: 3_600_000 } },
      { jobName: 'post', timeoutMs: '9', maxAttempts: 4, trigger: 'API', scope: 'NULL', algorithmVersion: '2' },
      { jobName: 'note', priority: 0 },
    ]);
    expect(rows[0].runAt).toEqual(rows[0].queuedAt);
    expect(rows[4].runAt.getTime() - rows[4].queuedAt.getTime()).toBe(3_600_000);
  });

  it('keep the values of the call when the request is changed later', async () => {
    const request = { jobName: 'note', parameters: { n: 0 }, scope: 'first' };
    const calls = numbers(3).map((n) => {
      request.parameters.n = n;
      request.scope = `scope ${n}`;
      return client.enqueue(request);
    });
    request.jobName = 'none';
    await Promise.all(calls);
    expect((await stored()).map(({ parameters, scope }) => [parameters.n, scope])).toEqual([
      [0, 'scope 0'],
      [1, 'scope 1'],
      [2, 'scope 2'],
    ]);
  });

  it('get their own refusal, and no other’s', async () => {
    const requested = numbers(20).map((n) => client.enqueue(n % 7 === 3 ? { jobName: `none-${n}` } : note(n)));
    const answers = await Promise.allSettled(requested);
    const refused = answers.flatMap((answer, n) => (answer.status === 'rejected' ? [[n, answer.reason.message]] : []));
    expect(refused).toEqual(
      [3, 10, 17].map((n) => [n, expect.stringContaining(`There is no job named "none-${n}": no process`)]),
    );
    const rows = await stored();
    expect(rows).toHaveLength(17);
    expect(answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value.jobRunId] : []))).toEqual(
      rows.map(({ id }) => id),
    );
  });

  it('are never in the transaction of another caller', async () => {
    await inTransaction(database.pool, async (sql) => {
      const others = [client.enqueue(note(1)), client.enqueue(note(2))];
      const theirs = client.enqueue(note(3), { sql });
      await Promise.all([...others, theirs, client.enqueue(note(4))]);
      expect((await stored()).map(({ parameters }) => parameters.n).sort()).toEqual([1, 2, 4]);
      await sql.query('ROLLBACK');
    });
    expect(await stored()).toHaveLength(3);
  });

  it('all reject when their connection is lost, and nothing is sent twice', async () => {
    const fate = await inTransaction(database.pool, async (lock) => {
      await lock.query('LOCK TABLE "JobRun" IN SHARE MODE');
      const requested = Promise.allSettled(numbers(5).map((n) => client.enqueue(note(n))));
      // The first, and beside it the others once they have waited long enough.
      await untilStatementsWait(database.pool, 2);
      await database.pool.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return requested;
    });
    expect(fate.map((answer) => answer.status === 'rejected' && answer.reason.code)).toEqual(Array(5).fill('57P01'));
    expect(await stored()).toEqual([]);
    await client.enqueue(note(5));
    expect(await stored()).toHaveLength(1);
  });

  it('are queued behind a pooler that forgets what was prepared', async () => {
    const pool = new pg.Pool({ connectionString: database.url, max: 1 });
    const own = createClient({ sql: pool });
    await own.enqueue(note(0));
    await pool.query('DEALLOCATE ALL');
    await own.enqueue(note(1));
    await own.enqueue(note(2));
    await pool.end();
    expect(await stored()).toHaveLength(3);
  });
});

describe('runners', () => {
  /** What they are woken with by what is done; notifications come in order, so a later one ends the waiting. */
  async function wakings(work: () => Promise<unknown>): Promise<(string | undefined)[]> {
    const listener = new pg.Client(database.url);
    await listener.connect();
    const received: pg.Notification[] = [];
    listener.on('notification', (notification) => received.push(notification));
    await listener.query('LISTEN job_manager_queued; LISTEN test_end');
    await work();
    await database.pool.query('NOTIFY test_end');
    await vi.waitFor(() => expect(received.at(-1)?.channel).toBe('test_end'), 10_000);
    await listener.end();
    return received.flatMap(({ channel, payload }) => (channel === 'job_manager_queued' ? [payload] : []));
  }

  it('are woken by a program that closes its pool at once, with the run that came alone', async () => {
    const pool = new pg.Pool({ connectionString: database.url });
    const woken = await wakings(async () => {
      await createClient({ sql: pool }).enqueue(note(1));
      await pool.end();
    });
    expect(woken).toEqual((await stored()).map(({ id }) => id));
  });

  it('are woken a second time for runs that came right after the first, by the time the client is closed', async () => {
    const own = createClient({ connectionString: database.url });
    // Connected before, so that the runs come one right after the other.
    await own.enqueue(note(0));
    const woken = await wakings(async () => {
      for (const n of numbers(3)) await own.enqueue(note(n));
      await own.enqueueMany(numbers(100).map(note));
      await own.close();
    });
    expect(woken.length).toBeGreaterThanOrEqual(2);
    expect(woken.length).toBeLessThanOrEqual(4);
  });

  it('are not woken where nothing was queued', async () => {
    expect(await wakings(() => client.enqueue({ jobName: 'none' }).catch(() => {}))).toEqual([]);
  });
});
