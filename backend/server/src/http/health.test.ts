import { readInstallation } from '@job-manager/engine/database/installation';
import { DEFAULT_SCHEMA } from '@job-manager/engine/database/schema';
import { createTestDatabase, type TestDatabase } from '@job-manager/engine/testing/database';
import type { SystemHealth } from '@job-manager/shared/contract/health';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { HealthCheck, type HealthCheckOptions } from '../health/health-check.js';
import { send } from '../testing/request-test-kit.js';
import { startTestServer, type TestServer } from '../testing/server.js';

const RUNNER = '00000000-0000-4000-8000-000000000001';

describe('a whole server', () => {
  let server: TestServer;
  let token: string;
  beforeAll(async () => {
    server = await startTestServer();
    token = await server.tokenOf('admin@example.test', 'ADMIN');
  });
  afterAll(() => server.close());
  afterEach(() =>
    server.database.pool.query('DELETE FROM "JobRun"; DELETE FROM "Runner"; DELETE FROM "MaintenanceTask"'),
  );

  const health = () => server.call<SystemHealth>(token, 'GET', '/admin/jobs/health');
  const ready = async () => (await send(server.url, { path: '/readyz' })).json;
  /** A measurement serves for a second, so what was just changed shows a moment later. */
  const until = (check: (found: SystemHealth) => void) =>
    vi.waitFor(
      async () => {
        const found = await health();
        check(found);
        return found;
      },
      { interval: 50 },
    );
  const codes = ({ reasons }: SystemHealth) => reasons.map(({ code }) => code);
  const addRunner = (status = 'ACTIVE', id = RUNNER) =>
    server.database.pool.query(
      `INSERT INTO "Runner" (id, kind, host, pid, version, concurrency, status, "startedAt", "lastClaimAt")
       VALUES ($1, 'WORKER', 'here', 7, '1', 4, $2::"RunnerStatus", clock_timestamp() - interval '1 hour', clock_timestamp())`,
      [id, status],
    );
  const addRunning = (jobName: string, ranS: number, silentS: number, inactivityTimeoutMs: number | null = null) =>
    server.database.pool.query(
      `INSERT INTO "JobRun" ("jobName", status, attempt, "claimNo", "leaseToken", "runnerId", "startedAt", "lastHeartbeatAt", "inactivityTimeoutMs")
       VALUES ($1, 'RUNNING', 1, 1, gen_random_uuid(), $5, clock_timestamp() - $2 * interval '1 s', clock_timestamp() - $3 * interval '1 s', $4)`,
      [jobName, ranS, silentS, inactivityTimeoutMs, RUNNER],
    );

  it('is OK with a runner and nothing in trouble, and has measured everything', async () => {
    await addRunner();
    const found = await until(({ verdict, reasons }) => expect([verdict, reasons]).toEqual(['OK', []]));
    expect(found.database).toMatchObject({ ok: true, detail: 'ok' });
    expect(found.database.latencyMs).toBeGreaterThan(0);
    expect(found.notifications.ok).toBe(true);
    expect(found.notifications.roundTripMs).toBeGreaterThan(0);
    expect(found.runners).toMatchObject([
      { id: RUNNER, kind: 'WORKER', host: 'here', lastClaimAt: expect.any(String) },
    ]);
    expect(await server.call(token, 'GET', '/job/health')).toEqual(await health());
    expect(await ready()).toEqual({
      ok: true,
      verdict: 'OK',
      checks: { server: 'ok', database: 'ok', notifications: 'ok' },
    });
  });

  it('counts what each runner holds now, not at its last heartbeat', async () => {
    await addRunner();
    await addRunning('trending', -1, 0);
    await addRunning('trending', 5, 0);
    const found = await until(({ runners }) => expect(runners[0]?.activeRuns).toBe(2));
    const newest = await server.database.pool.query('SELECT max("startedAt") AS at FROM "JobRun"');
    expect(found.runners[0]?.lastClaimAt).toBe(newest.rows[0].at.toISOString());
  });

  it('distinguishes stalled from slow, each by its own limit', async () => {
    await addRunner();
    await addRunning('trending', 2_000, 400);
    await addRunning('trending', 2_000, 1);
    await addRunning('foreign-job', 2_000, 1);
    await addRunning('trending', 1_200, 1);
    await addRunning('outside', 30, 20, 10_000);
    await addRunning('outside', 1_500, 400, 600_000);
    await server.database.pool.query(
      `UPDATE "JobRun" SET "timeoutMs" = 1_800_000 WHERE "startedAt" < clock_timestamp() - interval '1900 s'`,
    );
    await addRunning('outside', 7_000, 1, 600_000);
    await server.database.pool.query(
      `UPDATE "JobRun" SET "timeoutMs" = 7_200_000 WHERE "startedAt" < clock_timestamp() - interval '6900 s'`,
    );
    const found = await until(({ stalled }) => expect(stalled).toHaveLength(2));
    expect(found.stalled.map(({ jobName, limitMs }) => [jobName, limitMs])).toEqual([
      ['trending', 300_000],
      ['outside', 10_000],
    ]);
    expect(found.stalled[0]?.forMs).toBeGreaterThan(399_000);
    expect(found.slow.map(({ jobName, limitMs }) => [jobName, limitMs])).toEqual([
      ['outside', 5_760_000],
      ['trending', 1_800_000],
      ['foreign-job', 1_440_000],
    ]);
    expect(found).toMatchObject({ verdict: 'WARNING', running: 7, external: { running: 3, most: 50 } });
    expect(codes(found)).toEqual(['STALLED_RUNS', 'SLOW_RUNS']);
  });

  it('counts the wait of a recovered run from its recovery on', async () => {
    await addRunner();
    const { pool } = server.database;
    await pool.query(`INSERT INTO "JobRun" ("jobName", "runAt") VALUES ('trending', now() + interval '1 hour')`);
    const { rows } = await pool.query(
      `INSERT INTO "JobRun" ("jobName", "runAt", attempt, "claimNo") VALUES ('trending', now() - interval '3 hours', 1, 1) RETURNING id`,
    );
    await pool.query(
      `INSERT INTO "JobRunAttempt" ("runId", "claimNo", attempt, outcome, "startedAt", "endedAt", "durationMs")
       VALUES ($1, 1, 1, 'LOST', now() - interval '3 hours', now() - interval '20 s', 0)`,
      [rows[0].id],
    );
    const found = await until(({ backlog }) => expect(backlog).toMatchObject({ queued: 2, due: 1 }));
    expect(found.backlog.oldestAgeMs).toBeLessThan(120_000);
    expect(found.verdict).toBe('OK');
  });

  it('agrees with /readyz when all waits and no runner claims', async () => {
    await server.database.pool.query(
      `INSERT INTO "JobRun" ("jobName", "runAt") VALUES ('trending', now() - interval '2 minutes')`,
    );
    const found = await until(({ verdict }) => expect(verdict).toBe('CRITICAL'));
    expect(codes(found)).toEqual(['NO_RUNNER']);
    // It can serve, and reports the engine's state.
    expect(await ready()).toMatchObject({ ok: true, verdict: 'CRITICAL' });
  });

  it('shows the runners of the last day', async () => {
    await addRunner();
    await addRunner('STOPPED', '00000000-0000-4000-8000-000000000002');
    await addRunner('LOST', '00000000-0000-4000-8000-000000000003');
    await addRunner('LOST', '00000000-0000-4000-8000-000000000004');
    await server.database.pool.query(
      `UPDATE "Runner" SET "lastHeartbeatAt" = now() - interval '2 days' WHERE id::text LIKE '%4'`,
    );
    const found = await until(({ runners }) => expect(runners).toHaveLength(3));
    expect(found.runners.map(({ status }) => status)).toEqual(['ACTIVE', 'STOPPED', 'LOST']);
    expect(codes(found)).toEqual(['RUNNER_LOST']);
  });

  it('answers without a session with the verdict alone', async () => {
    expect((await send(server.url, { path: '/api/admin/jobs/health' })).status).toBe(401);
    await addRunner();
    await addRunning('trending', 2_000, 400);
    const { text } = await send(server.url, { path: '/readyz' });
    expect(text).not.toMatch(/trending|here|127\.0\.0\.1/);
  });
});

describe('a health check', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  const checkOver = (pool: unknown, more: Partial<HealthCheckOptions> = {}) =>
    new HealthCheck({
      pool: pool as HealthCheckOptions['pool'],
      probe: { isConnected: true, roundTrip: async () => 1 },
      registry: { definitions: () => [] },
      installation: (client) => readInstallation(client, DEFAULT_SCHEMA),
      isClosing: () => false,
      version: '1',
      limits: { heartbeatMs: 30_000, maintenanceMs: 300_000, maxExternal: 50, stalledAfterMs: 300_000 },
      ...more,
    });

  it('is not ready, and CRITICAL, when the database is cut off, and reports no more than that', async () => {
    const pool = { connect: () => Promise.reject(new Error('connect ECONNREFUSED 10.1.2.3:5432')) };
    const check = checkOver(pool, { probe: { isConnected: false, roundTrip: async () => null } });
    expect(await check.readiness()).toEqual({
      ok: false,
      verdict: 'CRITICAL',
      checks: { server: 'ok', database: 'unreachable', notifications: 'reconnecting' },
    });
    const found = await check.system();
    expect(found).toMatchObject({
      verdict: 'CRITICAL',
      database: { ok: false, latencyMs: null, detail: 'unreachable' },
    });
    expect(found.reasons.map(({ code }) => code)).toEqual(['DATABASE_UNREACHABLE']);
  });

  it('gives up on a database that never answers, and breaks its connection off', async () => {
    vi.useFakeTimers();
    try {
      const release = vi.fn();
      const never = new Promise(() => {});
      const check = checkOver({ connect: async () => ({ query: () => never, release }) });
      const readiness = check.readiness();
      await vi.advanceTimersByTimeAsync(5_000);
      expect(await readiness).toMatchObject({ ok: false, verdict: 'CRITICAL' });
      expect(release.mock.calls).toEqual([[true]]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('serves on while the database answers but counts too slowly, and reports it', async () => {
    vi.useFakeTimers();
    try {
      const never = new Promise(() => {});
      const query = (text: string) => (text === 'SELECT 1' ? Promise.resolve() : never);
      const check = checkOver(
        { connect: async () => ({ query, release: () => {} }) },
        { installation: async () => ({ pending: [], unknown: [], missing: [] }) },
      );
      const readiness = check.readiness();
      await vi.advanceTimersByTimeAsync(5_000);
      expect(await readiness).toMatchObject({ ok: true, verdict: 'WARNING', checks: { database: 'ok' } });
      expect((await check.system()).reasons.map(({ code }) => code)).toEqual(['STATE_UNKNOWN']);
    } finally {
      vi.useRealTimers();
    }
  });

  it('gives a connection back that came too late', async () => {
    vi.useFakeTimers();
    try {
      const release = vi.fn();
      let connect: (client: unknown) => void = () => {};
      const check = checkOver({
        connect: () =>
          new Promise((resolve) => {
            connect = resolve;
          }),
      });
      const readiness = check.readiness();
      await vi.advanceTimersByTimeAsync(5_000);
      expect((await readiness).ok).toBe(false);
      connect({ release });
      await vi.waitFor(() => expect(release.mock.calls).toEqual([[]]));
    } finally {
      vi.useRealTimers();
    }
  });

  it('is not ready while migrations are missing, and checks again until none is', async () => {
    let pending = ['20990101000000_later'];
    const readiness = vi.fn(async () => ({ pending, unknown: [], missing: [] }));
    vi.useFakeTimers({ toFake: ['performance'] });
    const check = checkOver(database.pool, { installation: readiness });
    expect(await check.readiness()).toMatchObject({
      ok: false,
      verdict: 'CRITICAL',
      checks: { database: 'lacks 1 migrations: 20990101000000_later' },
    });
    pending = [];
    vi.advanceTimersByTime(60_000);
    expect((await check.readiness()).ok).toBe(true);
    vi.advanceTimersByTime(30_000);
    expect((await check.readiness()).ok).toBe(true);
    vi.useRealTimers();
    expect(readiness).toHaveBeenCalledTimes(2);
  });

  it('names what has been taken from the tables, and is not ready where statements need it', async () => {
    const check = checkOver(database.pool, {
      installation: async () => ({ pending: [], unknown: [], missing: ['index a'] }),
    });
    expect(await check.readiness()).toMatchObject({
      ok: true,
      verdict: 'WARNING',
      checks: { database: 'lacks index a' },
    });
    const missing = ['column JobRun.scope'];
    const without = checkOver(database.pool, {
      installation: async () => ({ pending: [], unknown: ['9_z'], missing }),
    });
    expect(await without.readiness()).toMatchObject({ ok: false, checks: { database: 'lacks column JobRun.scope' } });
    expect((await without.system()).reasons).toMatchObject([
      { code: 'SCHEMA_DRIFT', severity: 'CRITICAL', message: expect.stringContaining('column JobRun.scope') },
      { code: 'MIGRATIONS_UNKNOWN', severity: 'WARNING', message: expect.stringContaining('9_z') },
    ]);
  });

  it('is not ready from the moment the server is being stopped', async () => {
    let isClosing = false;
    const check = checkOver(database.pool, { isClosing: () => isClosing });
    expect((await check.readiness()).ok).toBe(true);
    isClosing = true;
    expect(await check.readiness()).toMatchObject({ ok: false, verdict: 'CRITICAL', checks: { server: 'closing' } });
    expect((await check.system()).reasons[0]?.code).toBe('CLOSING');
  });

  it('measures once for all requests within a second', async () => {
    const connect = vi.spyOn(database.pool, 'connect');
    const check = checkOver(database.pool);
    await Promise.all([...Array(50)].flatMap(() => [check.system(), check.readiness()]));
    await check.readiness();
    expect(connect).toHaveBeenCalledTimes(1);
    connect.mockRestore();
  });

  it.each([
    ['all is well', {}],
    ['the server is being stopped', { isClosing: () => true }],
    ['notifications get lost', { probe: { isConnected: true, roundTrip: async () => null } }],
  ])('gives one verdict to both when %s', async (_what, more: Partial<HealthCheckOptions>) => {
    const check = checkOver(database.pool, more);
    const [ready, found] = [await check.readiness(), await check.system()];
    expect(ready.verdict).toBe(found.verdict);
    if (!ready.ok) expect(found.verdict).toBe('CRITICAL');
  });
});
