import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../engine/src/testing/database.js';
import { createClient, type JobClient } from './client.js';
import type { Sql } from './sql.js';

let database: TestDatabase;
let client: JobClient;
let statements: string[];
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.pool.query('DELETE FROM "JobRun"; DELETE FROM "Job"');
  await declare('note', { n: { type: 'number', maximum: 9 } });
  statements = [];
  client = createClient({ sql: listening(database.pool) });
});

/** As the newest code of a job does; null as code of a version that declares no schema. */
async function declare(name: string, properties: object | null): Promise<void> {
  const parametersSchema = {
    type: 'object',
    properties,
    required: Object.keys(properties ?? {}),
    additionalProperties: false,
  };
  await database.pool.query(
    `INSERT INTO "Job" (name, channel, priority, "algorithmVersion", "maxAttempts", "maxCrashes", definition)
     VALUES ($1, 'default', 0, '1', 3, 3, $2) ON CONFLICT (name) DO UPDATE SET definition = EXCLUDED.definition`,
    [name, properties && { parametersSchema }],
  );
}

const listening = (sql: Sql): Sql => ({
  query: (text, values) => {
    statements.push(text);
    return sql.query(text, values);
  },
});
const reads = () => statements.filter((text) => text.includes('parametersSchema')).length;
const note = (n: unknown) => ({ jobName: 'note', parameters: { n } }) as { jobName: string; parameters: { n: number } };
const runs = async () => (await database.pool.query('SELECT parameters FROM "JobRun" ORDER BY id')).rows;

describe('parameters of a job that was declared', () => {
  it('are refused where they do not fit, with the field, and nothing is queued', async () => {
    await expect(client.enqueue(note('x'))).rejects.toMatchObject({
      code: 'INVALID_PARAMETERS',
      message: 'parameters.n: must be a number, not a text',
      issues: [{ path: 'parameters.n', message: 'must be a number, not a text' }],
    });
    await expect(client.enqueueMany([note(1), note(10), { jobName: 'note' }])).rejects.toMatchObject({
      issues: [{ path: 'runs.1.parameters.n', message: 'must be at most 9' }],
    });
    expect(await runs()).toEqual([]);
  });

  it('are checked by one query for all that come, at the first use', async () => {
    await declare('post', {});
    await Promise.all([client.enqueue(note(1)), client.enqueue({ jobName: 'post' }), client.enqueue(note(2))]);
    await client.enqueueMany([note(3), note(4)]);
    expect(reads()).toBe(1);
    expect(await runs()).toHaveLength(5);
  });

  it('are taken as soon as newer code takes them', async () => {
    await expect(client.enqueue(note('x'))).rejects.toThrow();
    await declare('note', { n: { type: 'string' } });
    await client.enqueue(note('x'));
    expect(await runs()).toEqual([{ parameters: { n: 'x' } }]);
  });

  it('are read of a job that is new', async () => {
    await client.enqueue(note(1));
    await declare('post', { to: { type: 'string' } });
    await expect(client.enqueue({ jobName: 'post' })).rejects.toThrow('parameters.to: is missing');
    await expect(client.enqueue({ jobName: 'none' })).rejects.toMatchObject({ code: 'UNKNOWN_JOB' });
  });

  it('are those of the call, whatever becomes of its object meanwhile', async () => {
    const request = note(1);
    const queued = client.enqueue(request);
    request.parameters.n = 10;
    request.jobName = 'none';
    await queued;
    expect(await runs()).toEqual([{ parameters: { n: 1 } }]);
  });

  it('are not checked where the code declares no schema', async () => {
    await declare('note', null);
    await client.enqueue(note('x'));
    expect(await runs()).toHaveLength(1);
  });

  it('leave a transaction of the caller as it is when they are refused', async () => {
    const connection = await database.pool.connect();
    try {
      await connection.query('BEGIN');
      await expect(client.enqueue(note('x'), { sql: connection })).rejects.toThrow();
      await client.enqueue(note(1), { sql: connection });
      await connection.query('COMMIT');
    } finally {
      connection.release();
    }
    expect(await runs()).toEqual([{ parameters: { n: 1 } }]);
  });

  it('are not checked by a database without the column, in a transaction that goes on', async () => {
    const connection = await database.pool.connect();
    try {
      await connection.query('BEGIN; ALTER TABLE "Job" DROP COLUMN definition');
      await client.enqueue(note('x'), { sql: connection });
      expect((await connection.query('SELECT FROM "JobRun"')).rowCount).toBe(1);
      await connection.query('ROLLBACK');
    } finally {
      connection.release();
    }
  });
});
