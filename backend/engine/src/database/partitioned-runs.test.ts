import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { claimDueRuns } from '../queue/transitions/claim.js';
import { finishRuns } from '../queue/transitions/finish.js';
import { readViolations } from '../store/violations.js';
import { createTestDatabase, type TestDatabase } from '../testing/database.js';
import { FORMER_SCHEMA, makeFormerDatabase, RUNS_FINGERPRINT, WRONG_KEYS } from '../testing/former-database.js';
import { outcomeOf } from '../testing/graph.js';
import { createPool } from './client.js';
import { migrate } from './migrate.js';
import { withSchema } from './schema.js';

/** A million are migrated by `e2e/faults/killed-migration.test.ts`. */
const RUNS = 1_000;

let database: TestDatabase;
let old: pg.Pool;
let url: string;
beforeAll(async () => {
  database = await createTestDatabase();
  url = withSchema(database.url, FORMER_SCHEMA);
  await makeFormerDatabase(database.url, RUNS);
  old = createPool(url);
});
afterAll(async () => {
  await old.end();
  await database.drop();
});

it('a database of before gets its partitions in place, also where that was broken off once, and goes on', async () => {
  const before = (await old.query(RUNS_FINGERPRINT)).rows;

  const reader = await old.connect();
  await reader.query('BEGIN; SELECT FROM "JobRun" LIMIT 1');
  const broken = migrate(url).catch((error: Error) => error);
  await vi.waitFor(async () => {
    const ended = await database.pool.query(
      `SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_stat_activity a USING (pid)
       WHERE NOT l.granted AND l.locktype = 'relation' AND a.datname = current_database()`,
    );
    expect(ended.rowCount).toBe(1);
  });
  expect(await broken).toBeInstanceOf(Error);
  await reader.query('COMMIT');
  reader.release();
  expect((await old.query(`SELECT relkind FROM pg_class WHERE oid = '"JobRun"'::regclass`)).rows).toEqual([
    { relkind: 'r' },
  ]);

  const applied = await migrate(url);
  expect(applied[0]).toMatch(/_run_keys$/);
  expect((await old.query(RUNS_FINGERPRINT)).rows).toEqual(before);
  expect((await old.query(WRONG_KEYS)).rows).toEqual([{ wanted: 0.3 * RUNS, missing: 0, surplus: 0 }]);
  const places = await old.query(
    `SELECT tableoid = '"JobRun_active"'::regclass AS "isActive", count(*)::int AS runs FROM "JobRun" GROUP BY 1 ORDER BY 1`,
  );
  expect(places.rows).toEqual([
    { isActive: false, runs: 0.7 * RUNS },
    { isActive: true, runs: 0.3 * RUNS },
  ]);
  await expect(old.query(`UPDATE "JobRun" SET status = 'FAILED' WHERE id = 1`)).rejects.toThrow('it cannot become');

  const [claimed] = await claimDueRuns(old, { runnerId: randomUUID(), jobNames: ['job-1'], most: 1 });
  if (!claimed) throw new Error('There was nothing to claim');
  await finishRuns(old, [outcomeOf(claimed, 'SUCCESS')]);
  const follower = await old.query('SELECT "isBlocked" FROM "JobRun" WHERE "dependsOn" @> ARRAY[$1::bigint]', [
    claimed.id,
  ]);
  expect(follower.rows).toEqual([{ isBlocked: false }]);
  // So they held before as well, for the rows were the same.
  expect(await readViolations(old)).toEqual({});
});
