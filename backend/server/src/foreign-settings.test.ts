import { createClient } from '@job-manager/client/client';
import { prismaSql } from '@job-manager/client/prisma';
import { DatabaseClient } from '@job-manager/engine/database/database-client';
import { SYSTEM } from '@job-manager/engine/queue/system-actor';
import { echo } from '@job-manager/engine/testing/echo-job';
import { createPrisma } from '@job-manager/engine/testing/prisma';
import pg from 'pg';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type HostApplication, startHostApplication } from './testing/host-application.js';

/** What an application has set for itself, all at once: each of them changes or ends statements that don't expect it. */
const SETTINGS = {
  datestyle: "'SQL, DMY'",
  timezone: "'Asia/Kolkata'",
  intervalstyle: "'sql_standard'",
  bytea_output: "'escape'",
  extra_float_digits: '-15',
  default_transaction_isolation: "'serializable'",
  default_transaction_read_only: 'on',
  default_transaction_deferrable: 'on',
  // Long enough for the statement with which a connection of ours sets its own, on a busy machine too.
  statement_timeout: '250',
  lock_timeout: '250',
  idle_in_transaction_session_timeout: '250',
  idle_session_timeout: '500',
  transaction_timeout: '500',
  search_path: "'nowhere'",
  standard_conforming_strings: 'off',
  array_nulls: 'off',
  transform_null_equals: 'on',
};

const LIMITS = ['statement', 'lock', 'idle_session', 'idle_in_transaction_session', 'transaction'];
const UNLIMITED = [...LIMITS.map((name) => `${name}_timeout=0`), 'default_transaction_read_only=off']
  .map((setting) => `-c ${setting}`)
  .join(' ');

const OIDS = [16, 20, 21, 23, 114, 700, 701, 1005, 1007, 1009, 1015, 1016, 1082, 1114, 1184, 1185, 1186, 1700, 3802];
const former = OIDS.map((oid) => [oid, pg.types.getTypeParser(oid)] as const);

let host: HostApplication;
beforeAll(async () => {
  for (const oid of OIDS) pg.types.setTypeParser(oid, (text: string) => ({ readBy: 'the application', text }));
  host = await startHostApplication({ runner: 'here', jobs: [echo], isStarted: false });
  const name = new URL(host.database.url).pathname.slice(1);
  const statements = Object.entries(SETTINGS).map(([key, value]) => `ALTER DATABASE ${name} SET ${key} = ${value}`);
  await host.database.pool.query(statements.join('; '));
  await host.jobs.start();
});
afterAll(async () => {
  for (const [oid, parser] of former) pg.types.setTypeParser(oid, parser);
  await host.close();
});

const call = async (path: string, json?: unknown) => {
  const answer = await host.call('root', `/admin/jobs${path}`, { json });
  expect([path, answer.status < 300, answer.status < 300 || (await answer.text())]).toEqual([path, true, true]);
  return answer.json();
};

const untilDone = (jobRunId: string) =>
  vi.waitFor(async () => expect(await call(`/${jobRunId}`)).toMatchObject({ status: 'SUCCESS' }), 10_000);

it('runs are queued, executed and shown', async () => {
  const { jobRunId } = await call('/enqueue', { jobName: 'echo', parameters: { word: 'C:\\temp' } });
  await untilDone(jobRunId);
  expect(await call(`/${jobRunId}`)).toMatchObject({ metadata: { said: 'C:\\temp' }, attempt: 1 });
  expect((await call('/history')).runs).toMatchObject([{ id: jobRunId, finishedAt: expect.stringMatching(/^20.*Z$/) }]);
  expect(await call('/active')).toMatchObject({ runs: [] });
  expect(await call('/stats?refresh=true')).toMatchObject({ active: 0, queued: 0 });
  expect(await call('/health')).toMatchObject({ database: { ok: true }, notifications: { ok: true } });
});

it('batches, schedules and channels are kept', async () => {
  const runs = [{ jobName: 'echo' }, { jobName: 'echo' }];
  const { batch } = await call('/batches', { name: 'all', runs, callback: { jobName: 'echo' } });
  const untilAll = async () =>
    expect((await call(`/batches/${batch.id}`)).batch).toMatchObject({ progressPercent: 100 });
  await vi.waitFor(untilAll, 10_000);
  await call('/schedules', { name: 'soon', jobName: 'echo', everyMs: 1_000 });
  await vi.waitFor(
    async () =>
      expect((await call('/schedules')).schedules).toMatchObject([
        { lastRunId: expect.any(String), nextRunAt: expect.stringMatching(/Z$/) },
      ]),
    10_000,
  );
  await host.call('root', '/admin/jobs/channels/mail', { method: 'PUT', json: { concurrency: 2 } });
  expect(await call('/channels')).toMatchObject({ channels: expect.any(Array) });
});

it('a program queues by a URL, and on a connection and in a transaction of its own', async () => {
  const own = createClient({ connectionString: host.database.url });
  const runs = await own.enqueueMany([{ jobName: 'echo' }, { jobName: 'echo', after: [{ index: 0 }] }]);
  for (const { jobRunId } of runs) await untilDone(jobRunId);
  await own.close();

  // Theirs, so that they can work at all, and before the first statement, which might take too long.
  const client = new pg.Client({ connectionString: host.database.url, options: UNLIMITED });
  await client.connect();
  const theirs = createClient({ sql: client, schema: 'public' });
  await client.query('BEGIN');
  const unique = { key: 'k', onConflict: 'after' } as const;
  const { jobRunId } = await theirs.enqueue({ jobName: 'echo', unique });
  await theirs.enqueue({ jobName: 'echo', unique, parameters: { word: 'second' } });
  const { run } = await host.jobs.queue.enqueue({ jobName: 'echo', trigger: 'EVENT' }, SYSTEM, { sql: client });
  await client.query('COMMIT');
  await client.end();
  await untilDone(jobRunId);
  await untilDone(run.id);

  const prisma = createPrisma(host.database.pool);
  const queued = await prisma.$transaction((tx) => theirs.enqueue({ jobName: 'echo' }, { sql: prismaSql(tx) }));
  await untilDone(queued.jobRunId);
  expect(await prisma.jobRun.findUniqueOrThrow({ where: { id: BigInt(queued.jobRunId) } })).toMatchObject({
    id: BigInt(queued.jobRunId),
    queuedAt: expect.any(Date),
    parameters: {},
  });
});

it('a connection of ours has no limit but its own', async () => {
  const connection = new DatabaseClient({ connectionString: host.database.url, statementTimeoutMs: 5_000 });
  await connection.connect();
  const { rows } = await connection.query(`SELECT name, setting FROM pg_settings WHERE name LIKE '%_timeout'`);
  await connection.end();
  expect(Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))).toMatchObject({
    statement_timeout: '5000',
    lock_timeout: '0',
    idle_session_timeout: '0',
    transaction_timeout: '0',
    idle_in_transaction_session_timeout: '60000',
  });
});

it('the parsers of the process are those of the application', () => {
  expect(pg.types.getTypeParser(20)('1')).toEqual({ readBy: 'the application', text: '1' });
});
