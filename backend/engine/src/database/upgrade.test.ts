import { readFileSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { ConfigError } from '../config.js';
import { startJobWorker } from '../job-worker.js';
import { defineJob } from '../queue/job.js';
import { readViolations } from '../store/violations.js';
import { createTestDatabase, type TestDatabase } from '../testing/database.js';
import { readInstallation } from './installation.js';
import { migrationNames, readMigration } from './migration-files.js';

/**
 * What a clone of 29 November 2026 left in `public` when it was killed: rows alone, as `pg_dump --data-only --inserts` wrote them,
 * without sessions and the quizzes and interests of the sample network.
 * Ten migrations had been applied, in the order in which branches had brought them.
 */
const NOVEMBER = readFileSync(new URL('../testing/database-of-november.sql', import.meta.url), 'utf8');
const APPLIED = [
  ...NOVEMBER.matchAll(/INSERT INTO public\._prisma_migrations VALUES \('[^']+', '(\w+)', '[^']+', '(\w+)'/g),
].map(([, checksum, name]) => ({ checksum, name: name ?? '' }));
const RUNS = '(SELECT count(*)::int FROM public."JobRun")';

/** Jobs of the names that were queued then. */
const jobs = ['trending', 'stats-reconcile', 'feed-presort-cleanup', 'media-metadata', 'match-scores'].map((name) =>
  defineJob({ name, description: 'As of today', parameters: z.looseObject({}), run: async () => ({ version: 'new' }) }),
);

let database: TestDatabase;
let client: pg.Client;
beforeAll(async () => {
  database = await createTestDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public; SET search_path = public');
  await client.query(`CREATE TABLE _prisma_migrations (id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ,
    migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ, started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count INTEGER NOT NULL DEFAULT 0)`);
  for (const { name } of APPLIED) await client.query(readMigration(name).script);
  await client.query(`SET session_replication_role = replica; ${NOVEMBER}; RESET ALL; SET search_path = public`);
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

const one = async (text: string) => (await client.query(text)).rows[0];
const start = (settings: Parameters<typeof startJobWorker>[0]['settings'] = {}) =>
  startJobWorker({
    databaseUrl: database.url,
    jobs,
    settings: {
      LOG_LEVEL: 'silent',
      // Whatever the day on which this runs: nothing is too old, and no schedule comes due.
      ...{
        JOBS_KEEP_SUCCESS_DAYS: 0,
        JOBS_KEEP_FAILED_DAYS: 0,
        JOBS_KEEP_CANCELLED_DAYS: 0,
        JOBS_SCHEDULER: false,
      },
      JOBS_SWEEP_MS: 100,
      ...settings,
    },
  });

it('was made by the migrations as they are today: none of them has been changed', () => {
  expect(APPLIED).toHaveLength(10);
  for (const { name, checksum } of APPLIED) expect([name, readMigration(name).checksum]).toEqual([name, checksum]);
});

it('a worker that names no schema names the place of its tables, and leaves them as they are', async () => {
  const refusal = await start().catch((error) => error);
  expect(refusal).toBeInstanceOf(ConfigError);
  expect(refusal.message).toMatch(/are in the schema "public".*set DATABASE_SCHEMA=public .*nothing was written$/);
  expect(await one(`SELECT count(*)::int AS applied FROM _prisma_migrations`)).toEqual({ applied: 10 });
});

it('one that names it brings them up to date, keeps what there is, and goes on with what was queued and running', async () => {
  const before =
    await one(`SELECT ${RUNS} AS runs, (SELECT json_agg(email ORDER BY id) FROM "User" WHERE "passwordHash" IS NOT NULL) AS people,
    (SELECT json_agg(json_build_array(id, status, error, metadata) ORDER BY id) FROM "JobRun" WHERE "finishedAt" IS NOT NULL) AS ended`);
  const open = await one(
    `SELECT json_object_agg(status, runs) AS runs FROM (SELECT status, count(*)::int AS runs FROM "JobRun" WHERE "finishedAt" IS NULL GROUP BY 1) r`,
  );
  expect(open).toEqual({ runs: { QUEUED: 3, RUNNING: 2 } });

  const worker = await start({ DATABASE_SCHEMA: 'public' });
  try {
    expect(await readInstallation(client, 'public')).toEqual({ pending: [], unknown: [], missing: [] });
    expect((await client.query('SELECT migration_name FROM _prisma_migrations ORDER BY 1')).rows).toHaveLength(
      migrationNames().length,
    );
    const after =
      await one(`SELECT ${RUNS} AS runs, (SELECT json_agg(email ORDER BY id) FROM "User" WHERE "passwordHash" IS NOT NULL) AS people,
      (SELECT json_agg(json_build_array(id, status, error, metadata) ORDER BY id) FROM "JobRun" WHERE id IN (${before.ended.map(([id]: [string]) => id)})) AS ended`);
    expect(after).toEqual(before);

    // Its runner has ended, which costs it no attempt.
    await vi.waitFor(async () =>
      expect(await one(`SELECT status, "claimNo", metadata FROM "JobRun" WHERE "jobName" = 'match-scores'`)).toEqual({
        status: 'SUCCESS',
        claimNo: 2,
        metadata: { version: 'new' },
      }),
    );
    // The channel was paused; what waits behind its run still does.
    await client.query(`UPDATE "Channel" SET "pausedAt" = NULL WHERE name = 'mail'`);
    await vi.waitFor(async () =>
      expect(
        await one(`SELECT count(*)::int AS runs FROM "JobRun" WHERE status = 'QUEUED' AND "runAt" < now()`),
      ).toEqual({
        runs: 0,
      }),
    );
  } finally {
    await worker.stop();
  }
  expect(await readViolations(client)).toEqual({});
});
