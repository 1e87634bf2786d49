import { contract } from '@job-manager/shared/contract/index';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../testing/http-test-kit.js';
import { type Answer, problemCode, type Sent, send } from '../testing/request-test-kit.js';
import { listRoutes } from './routes.js';

let server: TestServer;
let authorization: string;
beforeAll(async () => {
  server = await startTestServer();
  authorization = `Bearer ${(await server.signIn('ADMIN')).token}`;
});
afterAll(() => server.stop());

const call = (sent: Sent): Promise<Answer> =>
  send(server.url, { ...sent, headers: { authorization, ...sent.headers } });
const post = (body: Sent['body'], headers: Sent['headers'] = { 'content-type': 'application/json' }) =>
  call({ method: 'POST', path: '/api/admin/jobs/enqueue', body, headers });
describe('a header', () => {
  it.each([
    ['of 201 characters', 'x'.repeat(201)],
    ['with a letter beyond ASCII', 'sch\u00f6n'],
    ['with a tab', 'a\tb'],
    ['of nothing', ''],
  ])('Idempotency-Key %s is refused', async (_name, key) => {
    const answer = await post('{"jobName":"echo"}', { 'content-type': 'application/json', 'idempotency-key': key });
    expect(problemCode(answer)).toBe('INVALID_INPUT');
    expect(answer.json.field).toBe('Idempotency-Key');
  });

  it.each(['/api/admin/jobs/batches', '/api/admin/jobs/schedules', '/api/admin/jobs/presets'])(
    'Idempotency-Key is refused where it would prevent nothing: %s',
    async (path) => {
      const headers = { 'content-type': 'application/json', 'idempotency-key': 'order-7' };
      const answer = await call({ method: 'POST', path, body: '{}', headers });
      expect(answer.json.detail).toMatch(/^Idempotency-Key: this call takes none/);
      const without = await call({ method: 'POST', path, body: '{}', headers: { 'content-type': 'application/json' } });
      expect(without.json.detail).not.toContain('Idempotency-Key');
    },
  );

  it.each([
    ['host', 'a;b'],
    ['host', "x' script-src *"],
    ['host', ''],
    ['user-agent', '\u00ff'.repeat(2_000)],
    ['x-forwarded-for', "'; DROP TABLE"],
    ['cookie', '=;;;jm_session;jm_session==='],
    ['cookie', 'jm_session=%E0%A4%A'],
    ['x-request-id', 'a b\u00e4'],
    ['sec-fetch-site', 'elsewhere'],
    ['accept-encoding', 'x'.repeat(500)],
  ])('%s: %j does no harm', async (name, value) => {
    const answer = await call({ path: '/api/admin/jobs/active', headers: { [name]: value } });
    expect([200, 400]).toContain(answer.status);
    expect(String(answer.headers['content-security-policy'] ?? '')).not.toMatch(/script-src (?!'self';)/);
  });

  it('Authorization that is no token means signed out', async () => {
    for (const value of ['Bearer', 'Bearer ', 'bearer \u00e4', `Bearer ${'a.'.repeat(3_000)}`, 'Bearer a.b.c']) {
      expect(problemCode(await call({ path: '/api/auth/me', headers: { authorization: value } }))).toBe('SIGNED_OUT');
    }
  });
});

it('takes an address from a proxy however long it is', async () => {
  const proxied = await startTestServer({ env: { TRUST_PROXY: '1' } });
  const { token } = await proxied.signIn('ADMIN');
  const headers = { authorization: `Bearer ${token}`, 'x-forwarded-for': 'x'.repeat(1_000) };
  const answer = await send(proxied.url, {
    method: 'POST',
    path: '/api/admin/jobs/enqueue',
    body: { jobName: 'echo' },
    headers,
  });
  expect(answer.status).toBe(201);
  await proxied.stop();
});

it('survives all of these at any route', async () => {
  const routes = listRoutes(contract).filter((route) => !route.path.startsWith('/auth/log'));
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('\0', '\ud800', '__proto__', '1e999', '{}', "'"),
  );
  const value = fc.oneof(fc.jsonValue({ maxDepth: 6 }), text, fc.constant('echo'));
  const body = fc.dictionary(
    fc.oneof(text, fc.constantFrom('jobName', 'parameters', 'rerunOfId', 'email', 'password', 'errors', 'role')),
    value,
    { maxKeys: 4 },
  );
  const query = fc.dictionary(
    fc.oneof(text, fc.constantFrom('page', 'pageSize', 'status', 'jobName', 'refresh')),
    text,
    { maxKeys: 4 },
  );
  const id = fc.oneof(text, fc.bigInt().map(String), fc.nat().map(String));
  const encode = (part: string) => encodeURIComponent(part.toWellFormed());
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...routes), id, query, body, async (route, runId, params, json) => {
      const search = Object.entries(params)
        .map(([key, item]) => `${encode(key)}=${encode(item)}`)
        .join('&');
      const path = `/api${route.path.replace(/\{\w+\}/, encode(runId) || '%20')}?${search}`;
      const answer = await call({ method: route.method, path, ...(route.method === 'GET' ? {} : { body: json }) });
      expect(answer.status, `${route.method} ${path} ${JSON.stringify(json)} → ${answer.text}`).toBeLessThan(500);
      if (answer.status >= 400) problemCode(answer);
    }),
    { numRuns: 400 },
  );
});
