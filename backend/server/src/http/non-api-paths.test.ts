import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTestServer, type TestServer, type TestUser } from '../testing/http-test-kit.js';
import { problemCode, send } from '../testing/request-test-kit.js';

const METRICS_TOKEN = 'a token for Prometheus';
let server: TestServer;
let admin: TestUser;
let user: TestUser;
let panelDir: string;
beforeAll(async () => {
  panelDir = await mkdtemp(join(tmpdir(), 'job-manager panel-'));
  await mkdir(join(panelDir, 'assets'));
  await writeFile(join(panelDir, 'index.html'), '<!doctype html><title>Job Manager</title>');
  await writeFile(join(panelDir, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  await writeFile(join(panelDir, 'assets/index-abc123.js'), 'export {}');
  await writeFile(join(panelDir, '.secret'), 'secret');
  server = await startTestServer({ env: { METRICS_TOKEN }, deps: { panelDir } });
  admin = await server.signIn('ADMIN');
  user = await server.signIn('USER');
});
afterAll(async () => {
  await server.stop();
  await rm(panelDir, { recursive: true });
});

const get = (path: string, headers: Record<string, string> = {}) => send(server.url, { path, headers });

it('answers that it is up, without a query', async () => {
  const answer = await get('/healthz');
  expect([answer.status, answer.json]).toEqual([200, { status: 'ok' }]);
});

describe('/metrics', () => {
  it('opens to an operator and to the token alone', async () => {
    expect(problemCode(await get('/metrics'))).toBe('SIGNED_OUT');
    expect(problemCode(await get('/metrics', { authorization: 'Bearer another token' }))).toBe('SIGNED_OUT');
    expect(problemCode(await get('/metrics', { cookie: user.cookie }))).toBe('FORBIDDEN');
    expect((await get('/metrics', { cookie: admin.cookie })).status).toBe(200);
    expect((await get('/metrics', { authorization: `Bearer ${METRICS_TOKEN}` })).status).toBe(200);
  });

  it('answers the health as it was measured last', async () => {
    await server.database.pool.query(
      `INSERT INTO "JobRun" ("jobName", "runAt") VALUES ('echo', now() - interval '2 minutes')`,
    );
    await vi.waitFor(
      async () => {
        const { text } = await get('/metrics', { cookie: admin.cookie });
        // There is no runner here.
        expect(text).toMatch(/^job_manager_health 2$/m);
        expect(text).toMatch(/^job_manager_runners_alive 0$/m);
        expect(text).toMatch(/^job_manager_runs_due 1$/m);
        expect(text).toMatch(/^job_manager_backlog_age_seconds 1[2-9]\d\.?\d*$/m);
      },
      { interval: 50 },
    );
    await server.database.pool.query('DELETE FROM "JobRun"');
  });

  it('counts the runs as the stats do', async () => {
    await server.database.pool.query(`INSERT INTO "JobRun" ("jobName") VALUES ('echo'), ('echo')`);
    await server.database.pool.query(
      `INSERT INTO "JobRunAttempt" ("runId", "claimNo", attempt, outcome, "startedAt", "endedAt", "durationMs")
       SELECT 1, n, n, CASE n WHEN 1 THEN 'LOST' ELSE 'FAILED' END::"JobRunAttemptOutcome", ended, ended, 0
       FROM generate_series(1, 4) n, LATERAL (SELECT now() - n * interval '7 hours' AS ended) times`,
    );
    await get('/api/admin/jobs/stats?refresh=true', { cookie: admin.cookie });
    const { text, headers } = await get('/metrics', { cookie: admin.cookie });
    expect(headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(text).toMatch(/^job_manager_runs\{status="QUEUED"\} 2$/m);
    expect(text).toMatch(/^job_manager_runs\{status="RUNNING"\} 0$/m);
    expect(text).toMatch(/^job_manager_attempts_retried_24h 2$/m);
    expect(text).toMatch(/^job_manager_database_up 1$/m);
    expect(text).toMatch(/^process_resident_memory_bytes \d+$/m);
  });
});

describe('the panel', () => {
  it('is served at every address that it may have', async () => {
    for (const path of ['/', '/login', '/admin/jobs', '/admin/jobs/12847', '/admin/jobs?status=FAILED']) {
      const answer = await get(path, { accept: 'text/html' });
      expect([path, answer.status, answer.headers['cache-control']]).toEqual([path, 200, 'no-cache']);
      expect(answer.text).toMatch(/<title>Job Manager/);
    }
  });

  it('has files that are kept for ever where their name has a hash, and revalidated elsewhere', async () => {
    const script = await get('/assets/index-abc123.js');
    expect(script.headers).toMatchObject({ 'cache-control': 'public, max-age=31536000, immutable' });
    expect(script.headers['content-type']).toMatch(/javascript/);
    expect((await get('/favicon.svg')).headers['cache-control']).toBe('no-cache');
  });

  it.each(['/assets/index-gone.js', '/robots.txt', '/.secret', '/ws', '/assets/..%2f..%2fetc/passwd'])(
    'is not what %s gets',
    async (path) => {
      const answer = await get(path);
      expect([400, 403, 404]).toContain(answer.status);
      problemCode(answer);
    },
  );

  it.each(['/..%2f..%2fetc/passwd', '/%00'])('shows its own page at %s, and no file of the machine', async (path) => {
    expect((await get(path)).text).toMatch(/<title>Job Manager/);
  });

  it('may load nothing from elsewhere, nor be framed, and speaks to its own socket', async () => {
    const { headers } = await get('/');
    const csp = headers['content-security-policy'];
    expect(csp).toContain("default-src 'self'");
    expect(csp).toContain("script-src 'self';");
    expect(csp).toContain("frame-ancestors 'none'");
    expect(csp).toContain(`connect-src 'self' ${server.url.replace('http', 'ws')}`);
    expect(csp).not.toContain('upgrade-insecure-requests');
    expect(headers['strict-transport-security']).toBeUndefined();
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY' });
    expect(headers['x-powered-by']).toBeUndefined();
    expect(headers['permissions-policy']).toMatch(/^clipboard-write=\(self\), .*camera=\(\), .*geolocation=\(\)/);
  });

  it('is kept on https where browsers come by https', async () => {
    const secure = await startTestServer({ env: { PUBLIC_URL: 'https://jobs.example.com' } });
    const { headers } = await send(secure.url, { path: '/healthz' });
    await secure.stop();
    expect(headers['strict-transport-security']).toMatch(/max-age/);
    expect(headers['content-security-policy']).toContain('upgrade-insecure-requests');
  });
});

it('answers with the request id that came, or a new one', async () => {
  expect((await get('/healthz', { 'x-request-id': 'abc-123' })).headers['x-request-id']).toBe('abc-123');
  const made = (await get('/healthz', { 'x-request-id': 'a b<script>' })).headers['x-request-id'];
  expect(made).toMatch(/^[0-9a-f-]{36}$/);
});
