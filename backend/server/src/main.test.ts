import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createPool } from '@job-manager/engine/database/client';
import { type CompiledPrograms, compilePrograms } from '@job-manager/engine/testing/compiled-programs';
import { size } from '@job-manager/engine/testing/size';
import { createSampleClient, migrateSample, sampleUrl } from '@job-manager/sample/sample-database';
import { TestNetwork } from '@job-manager/sample/testing/network';
import type { SystemHealth } from '@job-manager/shared/contract/health';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTestServer, type TestServer } from './testing/server.js';

interface StatusCount {
  status: string;
  count: number;
}

async function statuses({ database }: TestServer): Promise<Record<string, number>> {
  const { rows } = await database.pool.query<StatusCount>(
    'SELECT status, count(*)::int AS count FROM "JobRun" GROUP BY status',
  );
  return Object.fromEntries(rows.map((row) => [row.status, row.count]));
}

async function untilStatuses(of: TestServer, expected: Record<string, number>): Promise<void> {
  await vi.waitFor(async () => expect(await statuses(of)).toEqual(expected), { timeout: 20_000, interval: 50 });
}

describe('its runner', () => {
  /** Each is executed again in a process of its own. */
  const runs = size(2, 10);
  let server: TestServer;
  let isClosed = false;
  let enqueue: (parameters: object) => Promise<unknown>;
  let programs: CompiledPrograms;
  beforeAll(async () => {
    const registry = new URL('../../sample/src/registry.ts', import.meta.url);
    programs = await compilePrograms(new URL('./built-in-runner-process.ts', import.meta.url), registry);
    const settings = { JOBS_RUNNER: 'on', JOBS_CONCURRENCY: '10', JOBS_DRAIN_MS: '0' };
    server = await startTestServer(settings, undefined, { jobsModule: programs.urlOf(registry) });
    await migrateSample(server.database.url);
    const pool = createPool(sampleUrl(server.database.url), { max: 1 });
    await new TestNetwork(createSampleClient(pool)).members(20);
    await pool.end();
    const token = await server.tokenOf('admin@example.test', 'ADMIN');
    enqueue = (parameters) =>
      server.call(token, 'POST', '/admin/jobs/enqueue', { jobName: 'profile-search-index', parameters });
  });
  afterAll(async () => {
    if (!isClosed) await server.close();
    await programs.remove();
  });

  it('is started again when it is killed in the middle of its runs, of which none is lost', async () => {
    // All of them wait to write until the lock is released.
    const lock = await server.database.pool.connect();
    await lock.query('BEGIN; LOCK TABLE "sample"."ProfileSearchDocument"');
    await Promise.all(Array.from({ length: runs }, () => enqueue({})));
    await untilStatuses(server, { RUNNING: runs });
    const [killed] = server.runnerPids();
    if (killed !== undefined) process.kill(killed, 'SIGKILL');
    await lock.query('ROLLBACK');
    lock.release();
    await untilStatuses(server, { SUCCESS: runs });
    const { rows } = await server.database.pool.query('SELECT DISTINCT attempt, "claimNo" FROM "JobRun"');
    expect(rows).toEqual([{ attempt: 1, claimNo: 2 }]);
    expect(server.runnerPids()).not.toContain(killed);
  });

  it('hands running runs back when the server is closed, without using up an attempt', async () => {
    await server.database.pool.query('DELETE FROM "JobRun"');
    await enqueue({ batchSize: 1, pauseMs: 1_000 });
    await untilStatuses(server, { RUNNING: 1 });
    const { drop } = server.database;
    const read = vi.fn(
      async () => (await server.database.pool.query('SELECT status, attempt, "claimNo" FROM "JobRun"')).rows,
    );
    server.database.drop = async () => {
      await read();
      await drop();
    };
    await server.close();
    isClosed = true;
    expect(await read.mock.results[0]?.value).toEqual([{ status: 'QUEUED', attempt: 0, claimNo: 1 }]);
  });
});

it('stands by: starts nothing, and logs that', async () => {
  const gone = spawnSync(process.execPath, ['-e', '']).pid;
  const server = await startTestServer({ JOBS_RUNNER: 'on', JOBS_STANDBY: 'on' }, ({ pool }) =>
    pool.query(
      `WITH killed AS (
         INSERT INTO "Runner" (id, kind, host, pid, version, concurrency) VALUES (gen_random_uuid(), 'BUILT_IN', 'h', $1, '1', 1) RETURNING id
       ) INSERT INTO "JobRun" ("jobName", status, attempt, "claimNo", "startedAt", "lastHeartbeatAt", "leaseToken", "runnerId")
         SELECT 'trending', 'RUNNING', 1, 1, now(), now() - interval '1 hour', gen_random_uuid(), id FROM killed`,
      [gone],
    ),
  );
  const token = await server.tokenOf('admin@example.test', 'ADMIN');
  await server.call(token, 'POST', '/admin/jobs/enqueue', { jobName: 'trending', parameters: {} });
  const health = await server.call<SystemHealth>(token, 'GET', '/admin/jobs/health');
  expect(health.reasons.map(({ code }) => code)).toContain('STANDBY');
  expect(health.reasons.map(({ code }) => code)).not.toContain('NO_RUNNER');
  expect(server.runnerPids()).toEqual([]);
  expect(await statuses(server)).toEqual({ QUEUED: 1, RUNNING: 1 });
  // What declares the jobs begins first of all agents.
  expect((await server.database.pool.query('SELECT 1 FROM "JobProcess"')).rowCount).toBe(0);
  await server.close();
});

describe('a server without a runner', () => {
  let server: TestServer;
  beforeAll(async () => {
    const gone = spawnSync(process.execPath, ['-e', '']).pid;
    const runner = { kind: 'BUILT_IN', host: 'here', version: '0', concurrency: 1 } as const;
    const lease = {
      status: 'RUNNING',
      attempt: 1,
      claimNo: 1,
      leaseToken: randomUUID(),
      startedAt: new Date(),
      lastHeartbeatAt: new Date(),
    } as const;
    server = await startTestServer({}, async ({ db }) => {
      for (const pid of [gone, process.pid]) {
        const { id } = await db.runner.create({ data: { ...runner, id: randomUUID(), pid } });
        await db.jobRun.create({
          data: { jobName: pid === gone ? 'of a dead runner' : 'of a live runner', runnerId: id, ...lease },
        });
      }
    });
  });
  afterAll(() => server.close());

  it('recovers at once the runs of a runner that was killed together with its server', async () => {
    const runs = await server.database.db.jobRun.findMany({
      orderBy: { jobName: 'asc' },
      select: { jobName: true, status: true },
    });
    expect(runs).toEqual([
      { jobName: 'of a dead runner', status: 'QUEUED' },
      { jobName: 'of a live runner', status: 'RUNNING' },
    ]);
  });

  it('reports in one line that its port is taken', async () => {
    const { port } = new URL(server.url);
    await expect(startTestServer({ PORT: port })).rejects.toThrow(`PORT ${port} is taken; set PORT to a free one`);
  });

  it('is ready while it can serve', async () => {
    const ready = await fetch(`${server.url}/readyz`);
    expect(ready.status).toBe(200);
    expect(await ready.json()).toMatchObject({ ok: true, checks: { database: 'ok', server: 'ok' } });
  });
});
