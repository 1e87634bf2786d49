import { createClient } from '@job-manager/client/client';
import { QueueError } from '@job-manager/client/errors';
import { prismaSql } from '@job-manager/client/prisma';
import { createPool } from '@job-manager/engine/database/client';
import { migrate } from '@job-manager/engine/database/migrate';
import { withSchema } from '@job-manager/engine/database/schema';
import { startJobWorker } from '@job-manager/engine/job-worker';
import { SYSTEM } from '@job-manager/engine/queue/system-actor';
import { Listener } from '@job-manager/engine/store/listener';
import { Notifier } from '@job-manager/engine/store/notifier';
import { echo } from '@job-manager/engine/testing/echo-job';
import { jobs as isolatedJobs } from '@job-manager/engine/testing/isolated-jobs';
import { createPrisma } from '@job-manager/engine/testing/prisma';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type HostApplication, startHostApplication } from './testing/host-application.js';

/** What an application had in its database before: tables of the same names as ours, with other columns. */
const FOREIGN = `
  DROP SCHEMA public CASCADE;
  CREATE SCHEMA public;
  CREATE TABLE "User" (name text);
  CREATE TABLE "Job" (title text);
  CREATE TABLE "JobRun" (lap int);
  CREATE TABLE "_prisma_migrations" (id text, migration_name text, finished_at timestamptz);
  INSERT INTO "User" VALUES ('Grace');
  INSERT INTO "Job" VALUES ('Gardener');
  INSERT INTO "JobRun" VALUES (1);
  INSERT INTO "_prisma_migrations" VALUES ('1', '20260101000000_init', now());
  CREATE TABLE orders (number int)`;
const THEIRS = `SELECT (SELECT json_agg(u) FROM "User" u) AS users, (SELECT json_agg(j) FROM "Job" j) AS jobs,
  (SELECT json_agg(r) FROM "JobRun" r) AS runs, (SELECT json_agg(m) FROM "_prisma_migrations" m) AS migrations,
  (SELECT json_agg(relname ORDER BY relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace) AS relations,
  (SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace) AS functions,
  (SELECT count(*) FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype = 'e') AS enums`;
const settings = { DATABASE_SCHEMA: 'job_manager', JOBS_HEARTBEAT_MS: 100 };

let host: HostApplication;
let theirs: pg.Pool;
let ours: pg.Pool;
let before: unknown;
beforeAll(async () => {
  host = await startHostApplication({
    settings,
    jobs: [echo, ...isolatedJobs],
    jobsModule: new URL('../../engine/src/testing/isolated-jobs.ts', import.meta.url).href,
    runner: 'here',
    isStarted: false,
  });
  theirs = host.database.pool;
  await theirs.query(FOREIGN);
  before = (await theirs.query(THEIRS)).rows;
  await host.jobs.start();
  ours = createPool(withSchema(host.database.url, 'job_manager'));
});
afterAll(async () => {
  await ours.end();
  await host.close();
});

const request = (word: string) => ({ jobName: 'echo', parameters: { word } });
const statusesOf = async (word: string) =>
  (await ours.query(`SELECT status FROM "JobRun" WHERE parameters->>'word' = $1`, [word])).rows;
const untilSucceeded = (word: string) =>
  vi.waitFor(async () => expect(await statusesOf(word)).toEqual([{ status: 'SUCCESS' }]));

async function inTransaction(end: 'COMMIT' | 'ROLLBACK', work: (sql: pg.PoolClient) => Promise<unknown>) {
  const connection = await theirs.connect();
  const path = async () => (await connection.query('SHOW search_path')).rows[0].search_path;
  const first = await path();
  try {
    await connection.query('BEGIN');
    await connection.query('INSERT INTO orders VALUES (1)');
    await work(connection);
    expect(await path()).toBe(first);
    expect((await connection.query('SELECT name FROM "User"')).rows).toEqual([{ name: 'Grace' }]);
    await connection.query(end);
    expect(await path()).toBe(first);
  } finally {
    // One that failed is left in its transaction.
    connection.release(true);
  }
}

describe('in a database with tables of the same names', () => {
  it('runs end, and the tables of the application stay as they were', async () => {
    const answer = await host.call('ada', '/admin/jobs/enqueue', { json: request('by call') });
    expect(answer.status).toBe(201);
    await untilSucceeded('by call');
    const shown = await host.call('ada', `/admin/jobs/${(await answer.json()).jobRunId}`);
    expect(await shown.json()).toMatchObject({ status: 'SUCCESS', triggeredBy: { email: 'ada@host.example' } });
    expect((await theirs.query(THEIRS)).rows).toEqual(before);
  });

  it('a runner beats, and a run in a process of its own reads our tables', async () => {
    const act = { jobName: 'isolated', parameters: { act: 'query' }, trigger: 'EVENT' } as const;
    const { run } = await host.jobs.queue.enqueue(act, SYSTEM);
    const users = Number((await ours.query('SELECT count(*) FROM "User" WHERE email IS NOT NULL')).rows[0].count);
    await vi.waitFor(async () => {
      const { rows } = await ours.query('SELECT status, metadata FROM "JobRun" WHERE id = $1', [run.id]);
      expect(rows).toMatchObject([{ status: 'SUCCESS', metadata: { users } }]);
    });
    const beats = async () => (await ours.query('SELECT "lastHeartbeatAt" > "startedAt" AS beats FROM "Runner"')).rows;
    await vi.waitFor(async () => expect(await beats()).toEqual([{ beats: true }]));
  });

  it('notifications about runs reach their schema alone, for others have runs of the same numbers', async () => {
    const received: string[] = [];
    const listening = async (url: string, name: string) => {
      const listener = new Listener(url, ['cancel', 'queued']);
      listener.on('cancel', (ids) => received.push(`${name} cancels ${ids}`));
      const woken = new Promise((resolve) => listener.once('queued', resolve));
      await listener.start();
      return { listener, woken };
    };
    const here = await listening(withSchema(host.database.url, 'job_manager'), 'ours');
    const elsewhere = await listening(host.database.url, 'the other');
    const notifier = new Notifier(ours, 'job_manager');
    notifier.cancelRequested('7');
    await notifier.flush();
    notifier.queued();
    // In order, so what went before has come as well.
    await Promise.all([here.woken, elsewhere.woken]);
    expect(received).toEqual(['ours cancels ["7"]']);
    await Promise.all([here.listener.close(), elsewhere.listener.close()]);
  });

  it('jobs are enqueued through Prisma, run by a worker elsewhere and after another start', async () => {
    expect(await migrate(withSchema(host.database.url, 'job_manager'))).toEqual([]);
    const db = createPrisma(ours);
    // Every process has the job by which operators test a channel.
    expect(await db.job.count()).toBe(1 + isolatedJobs.length + 1);
    expect(await db.jobRun.count({ where: { status: 'FAILED' } })).toBe(0);
    const worker = await startJobWorker({
      databaseUrl: host.database.url,
      jobs: [echo],
      settings: { ...settings, LOG_LEVEL: 'silent' },
    });
    await expect(db.runner.count({ where: { kind: 'WORKER' } })).resolves.toBe(1);
    await worker.stop();
  });
});

describe('in a transaction of the application', () => {
  const client = () => createClient({ sql: theirs, schema: 'job_manager' });
  const unique = { key: 'k', onConflict: 'after' } as const;
  const enqueued: [string, (sql: pg.PoolClient, word: string) => Promise<unknown>][] = [
    ['the engine', (sql, word) => host.jobs.queue.enqueue({ ...request(word), trigger: 'EVENT' }, SYSTEM, { sql })],
    [
      'the engine, a batch',
      (sql, word) =>
        host.jobs.queue.enqueueBatch({ name: word, runs: [request(word)], trigger: 'EVENT' }, SYSTEM, { sql }),
    ],
    ['the client', (sql, word) => client().enqueue(request(word), { sql })],
    ['the client, in a line,', (sql, word) => client().enqueue({ ...request(word), unique }, { sql })],
    [
      'the client, in a line behind another,',
      async (sql, word) => {
        await client().enqueue({ ...request(`before ${word}`), unique }, { sql });
        await client().enqueue({ ...request(word), unique }, { sql });
      },
    ],
    [
      'the client, a run given new parameters,',
      async (sql, word) => {
        const replace = { key: word, onConflict: 'replace' } as const;
        await client().enqueue({ ...request(`not ${word}`), unique: replace }, { sql });
        await client().enqueue({ ...request(word), unique: replace }, { sql });
      },
    ],
  ];

  it.each(enqueued)('%s queues a run that is there at the commit, and ends', async (who, enqueue) => {
    await inTransaction('COMMIT', (sql) => enqueue(sql, `committed by ${who}`));
    await untilSucceeded(`committed by ${who}`);
    expect((await theirs.query(THEIRS)).rows).toEqual(before);
  });

  it.each(enqueued)('%s queues a run that never was after a rollback', async (who, enqueue) => {
    await inTransaction('ROLLBACK', (sql) => enqueue(sql, `rolled back by ${who}`));
    expect(await statusesOf(`rolled back by ${who}`)).toEqual([]);
  });

  it('a transaction of Prisma takes a run along', async () => {
    const prisma = createPrisma(theirs);
    await prisma.$transaction(async (tx) => {
      await tx.$executeRawUnsafe('INSERT INTO orders VALUES (2)');
      await client().enqueue(request('Prisma'), { sql: prismaSql(tx) });
      expect(await tx.$queryRawUnsafe('SELECT name FROM "User"')).toEqual([{ name: 'Grace' }]);
    });
    await untilSucceeded('Prisma');
  });

  it('statements of the application may come in between', async () => {
    await inTransaction('COMMIT', async (sql) => {
      const [, { rows }] = await Promise.all([
        client().enqueue(request('in between'), { sql }),
        sql.query('SELECT name FROM "User"'),
      ]);
      expect(rows).toEqual([{ name: 'Grace' }]);
    });
    await untilSucceeded('in between');
  });
});

describe('the client by itself', () => {
  it.each([
    ['on a pool of the application', () => createClient({ sql: theirs, schema: 'job_manager' })],
    ['by a URL', () => createClient({ connectionString: host.database.url, schema: 'job_manager' })],
  ])('queues %s', async (how, make) => {
    const client = make();
    await client.enqueueMany([request(`1 ${how}`), { ...request(`2 ${how}`), after: [{ index: 0 }] }]);
    await client.close();
    await untilSucceeded(`2 ${how}`);
  });

  it('refuses a text that is no name of a schema', () => {
    expect(() => createClient({ sql: theirs, schema: 'x"; DROP' })).toThrow(QueueError);
  });
});
