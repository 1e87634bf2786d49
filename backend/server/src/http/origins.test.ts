import { contract } from '@job-manager/shared/contract/index';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AccessTestServer,
  callOf,
  expectGate,
  type GateCall,
  startAccessTestServer,
  wrongAnswers,
} from '../testing/access-test-kit.js';
import { originContexts } from '../testing/contexts-test-kit.js';
import { startTestServer } from '../testing/http-test-kit.js';
import { problemCode, send } from '../testing/request-test-kit.js';
import { type ApiRoute, listRoutes } from './routes.js';

const writes = listRoutes(contract).filter((route) => route.method !== 'GET');

let server: AccessTestServer;
beforeAll(async () => {
  server = await startAccessTestServer();
});
afterAll(() => server.stop());

describe.each(Object.entries(originContexts))('a write with %s', (_name, { headers: headersOf, from }) => {
  const headers = () => headersOf(server.url);
  const isOwn = from === 'own';

  it('is let in by cookie from our own pages, and by bearer token from anywhere', async () => {
    const known = await server.tokenFor('SUPER_ADMIN');
    /** Signing out is the one call that a token can't be used after. */
    const tokenTo = (route: ApiRoute) => (route.name === 'auth.logout' ? server.tokenFor('SUPER_ADMIN') : known);
    const callsOf = async (route: ApiRoute): Promise<GateCall[]> => {
      const call = (by: string, more: Record<string, string>, wanted: string | null): GateCall => ({
        ...callOf(route),
        title: `${route.method} ${route.path} ${by}`,
        headers: { ...headers(), ...more },
        wanted,
      });
      return [
        call('by cookie', { cookie: `jm_session=${await tokenTo(route)}` }, isOwn ? null : 'FOREIGN_ORIGIN'),
        call('by bearer token', { authorization: `Bearer ${await tokenTo(route)}` }, null),
      ];
    };
    const calls = (await Promise.all(writes.map(callsOf))).flat();
    expect(await wrongAnswers(server.url, calls)).toEqual([]);
  });

  it('signs in from our own pages only', async () => {
    const answer = await send(server.url, {
      ...callOf({ path: '/auth/login', method: 'POST' }),
      headers: headers(),
    });
    expectGate(answer, isOwn ? null : 'FOREIGN_ORIGIN');
  });

  it('signs a program in unless the request comes from a page of another site', async () => {
    const answer = await send(server.url, {
      ...callOf({ path: '/auth/token', method: 'POST' }),
      headers: headers(),
    });
    expectGate(answer, from === 'foreign' ? 'FOREIGN_ORIGIN' : null);
  });
});

const reads = listRoutes(contract).filter(({ method, policy }) => method === 'GET' && policy !== 'public');

describe('a read', () => {
  const foreignSites = Object.entries(originContexts).filter(([name]) => /-site$/.test(name));

  it.each(foreignSites)('with %s by cookie is refused, whatever is read and however', async (_name, { headers }) => {
    const cookie = `jm_session=${await server.tokenFor('SUPER_ADMIN')}`;
    const calls = reads.map((route) => ({
      ...callOf(route),
      title: route.path,
      headers: { ...headers(server.url), cookie },
      wanted: 'FOREIGN_ORIGIN',
    }));
    expect(await wrongAnswers(server.url, calls)).toEqual([]);
    const head = { ...callOf({ method: 'HEAD', path: '/admin/audit/export' }), body: undefined };
    expect((await send(server.url, { ...head, headers: { ...headers(server.url), cookie } })).status).toBe(403);
    const exports = await server.run(`SELECT count(*)::int AS n FROM "AuditEvent" WHERE action = 'audit.export'`);
    expect(exports.rows).toEqual([{ n: 0 }]);
  });

  it('of public calls, and of the API document, is answered to any page', async () => {
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    for (const path of ['/healthz', '/readyz', '/api/openapi.json', '/api/errors/settings', '/'])
      expect((await send(server.url, { path, headers })).status, path).not.toBe(403);
  });

  it.each(['same-origin', 'none'])('with Sec-Fetch-Site: %s is answered, downloads among them', async (site) => {
    const cookie = `jm_session=${await server.tokenFor('SUPER_ADMIN')}`;
    const headers = { cookie, 'sec-fetch-site': site, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    for (const path of ['/api/admin/errors/export', '/api/admin/jobs/history'])
      expect((await send(server.url, { path, headers })).status, path).toBe(200);
  });
});

describe('a host name that is not ours', () => {
  const host = 'evil.example:3131';
  const origin = `http://${host}`;

  it('is refused for pages, reads and writes, with the settings that name one', async () => {
    const cookie = `jm_session=${await server.tokenFor('SUPER_ADMIN')}`;
    const headers = { host, origin, cookie };
    for (const sent of [
      { path: '/' },
      { path: '/api/auth/me' },
      { path: '/api/openapi.json' },
      { path: '/metrics' },
      { method: 'POST', path: '/api/auth/login', body: { email: 'x', password: 'y' } },
      { method: 'POST', path: '/api/admin/jobs/enqueue', body: { jobName: 'echo' } },
    ]) {
      const answer = await send(server.url, { ...sent, headers });
      expect([answer.status, problemCode(answer)], sent.path).toEqual([421, 'FOREIGN_HOST']);
      expect(answer.json.detail).toMatch(/evil\.example:3131.*PUBLIC_URL.*ALLOWED_HOSTS/);
    }
  });

  it('may read the health of the server', async () => {
    const authorization = `Bearer ${await server.tokenFor('ADMIN')}`;
    for (const path of ['/healthz', '/readyz', '/metrics'])
      expect((await send(server.url, { path, headers: { host, authorization } })).status, path).toBe(200);
  });
});

it('notifies operators once a header of an untrusted proxy arrives', async () => {
  const { json } = await send(server.url, { path: '/readyz', headers: { 'x-forwarded-for': '203.0.113.7' } });
  expect(json.verdict).not.toBe('OK');
  const health = await send(server.url, {
    path: '/api/admin/jobs/health',
    headers: { authorization: `Bearer ${await server.tokenFor('ADMIN')}` },
  });
  const reason = health.json.reasons.find(({ code }: { code: string }) => code === 'UNTRUSTED_PROXY');
  expect(reason?.message).toMatch(/Requests from 127\.0\.0\.1 carry x-forwarded-for.*TRUST_PROXY/);
});

it('keeps no text as an address that is none', async () => {
  const proxied = await startTestServer({ env: { TRUST_PROXY: 'loopback' } });
  try {
    for (const forwarded of ['garbage', '"><script>', '198.51.100.1, 203.0.113.7'])
      await send(proxied.url, {
        method: 'POST',
        path: '/api/auth/login',
        headers: { 'x-forwarded-for': forwarded, origin: proxied.url },
        body: { email: 'unknown@example.com', password: 'y' },
      });
    const kept = await proxied.database.pool.query(`SELECT ip FROM "AuditEvent" ORDER BY id`);
    expect(kept.rows.map(({ ip }) => ip)).toEqual([null, null, '203.0.113.7']);
  } finally {
    await proxied.stop();
  }
});

it('takes PUBLIC_URL for our own origin, whatever host a proxy sends', async () => {
  const proxied = await startTestServer({ env: { PUBLIC_URL: 'https://jobs.example.com' } });
  try {
    const login = (origin: string) =>
      send(proxied.url, {
        method: 'POST',
        path: '/api/auth/login',
        headers: { origin },
        body: { email: 'x', password: 'y' },
      });
    expect(problemCode(await login('https://jobs.example.com'))).toBe('WRONG_CREDENTIALS');
    const refused = await login('http://jobs.example.com');
    expect(problemCode(refused)).toBe('FOREIGN_ORIGIN');
    expect(refused.text).toContain(
      "the Origin http://jobs.example.com, and the panel's own is https://jobs.example.com",
    );
    expect(refused.text).toContain('set PUBLIC_URL');
  } finally {
    await proxied.stop();
  }
});
