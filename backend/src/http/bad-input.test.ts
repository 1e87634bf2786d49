import { contract } from '@job-manager/shared/contract/index';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listRoutes } from './routes.js';
import { type Answer, problemCode, type Sent, send } from './trial-request.js';
import { startTrialServer, type TrialServer } from './trial-server.js';

let server: TrialServer;
let authorization: string;
beforeAll(async () => {
  server = await startTrialServer();
  authorization = `Bearer ${(await server.signIn('ADMIN')).token}`;
});
afterAll(() => server.stop());

const ask = (sent: Sent): Promise<Answer> => send(server.url, { ...sent, headers: { authorization, ...sent.headers } });
const post = (body: Sent['body'], headers: Sent['headers'] = { 'content-type': 'application/json' }) =>
  ask({ method: 'POST', path: '/api/admin/jobs/enqueue', body, headers });
const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
const ESCAPED_NUL = '\\u0000';
const HALF_PAIR = '\\ud800';

describe('a body', () => {
  it.each([
    ['a NUL in a parameter', `{"jobName":"echo","parameters":{"word":"a${ESCAPED_NUL}b"}}`, 'parameters'],
    ['a NUL in a key', `{"jobName":"echo","parameters":{"a${ESCAPED_NUL}":1}}`, 'parameters'],
    ['a NUL in the job name', `{"jobName":"${ESCAPED_NUL}"}`, 'jobName'],
    ['a NUL deep inside', `{"jobName":"echo","parameters":{"a":[{"b":"${ESCAPED_NUL}"}]}}`, 'parameters'],
    ['half a surrogate pair', `{"jobName":"echo","parameters":{"word":"${HALF_PAIR}"}}`, 'parameters'],
    ['half a surrogate pair in a key', `{"jobName":"echo","parameters":{"${HALF_PAIR}":1}}`, 'parameters'],
  ])('with %s is refused, and the field named', async (_name, body, field) => {
    const answer = await post(body);
    expect(problemCode(answer)).toBe('INVALID_INPUT');
    expect(answer.json.field).toBe(field);
  });

  it.each([
    ['no JSON', '{'],
    ['an array', '[]'],
    ['a text', '"echo"'],
    ['null', 'null'],
    ['a number', '1e400000'],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d])],
    ['32 levels and one more', nested(33)],
    ['10,000 levels', nested(10_000)],
    ['10,000 levels of array', `{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`],
    ['nothing of what is needed', '{}'],
    ['a job name of another type', '{"jobName":{"$gt":""}}'],
    ['an endless job name', `{"jobName":"${'x'.repeat(101)}"}`],
    ['a run number beyond 64 bits', '{"jobName":"echo","rerunOfId":"99999999999999999999"}'],
    ['a run number that is a number', '{"jobName":"echo","rerunOfId":5}'],
    ['parameters that are a list', '{"jobName":"echo","parameters":[1]}'],
  ])('that holds %s is refused', async (_name, body) => {
    expect(problemCode(await post(body))).toBe('INVALID_INPUT');
  });

  it('is judged by its depth before anything else', async () => {
    const answer = await post(nested(10_000));
    expect(answer.json.detail).toMatch(/nested deeper than 32/);
  });

  it('may have 64 kB and not a byte more', async () => {
    const padded = (bytes: number) => `{"jobName":"echo"${' '.repeat(bytes - 18)}}`;
    expect((await post(padded(65_536))).status).toBe(201);
    expect(problemCode(await post(padded(65_537)))).toBe('TOO_LARGE');
    const chunked = { 'content-type': 'application/json', 'transfer-encoding': 'chunked' };
    expect(problemCode(await post(padded(200_000), chunked))).toBe('TOO_LARGE');
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    '',
  ])('of type %j is not read', async (type) => {
    expect(problemCode(await post('{"jobName":"echo"}', { 'content-type': type }))).toBe('UNSUPPORTED_TYPE');
  });

  it('is not unpacked when it comes compressed', async () => {
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    expect(problemCode(await post('{"jobName":"echo"}', headers))).toBe('UNSUPPORTED_TYPE');
  });

  it('names every issue with its dotted path, and the field', async () => {
    const answer = await post('{"jobName":"echo","parameters":{"word":5}}');
    expect(problemCode(answer)).toBe('INVALID_PARAMETERS');
    expect(answer.json).toMatchObject({ field: 'parameters', issues: [{ path: 'parameters.word' }] });
    const unknown = await post('{"jobName":"nope"}');
    expect(problemCode(unknown)).toBe('UNKNOWN_JOB');
    expect(unknown.json.field).toBe('jobName');
  });

  it.each([
    ['__proto__', '{"jobName":"echo","parameters":{"__proto__":{"polluted":true}},"__proto__":{"polluted":true}}'],
    ['constructor', '{"jobName":"echo","parameters":{"constructor":{"prototype":{"polluted":true}}}}'],
    ['a key twice', '{"jobName":"nope","jobName":"echo"}'],
    [
      'right-to-left marks, emoji and zero-width text',
      '{"jobName":"echo","parameters":{"word":"\u202e\u{1f600}\u200b"}}',
    ],
  ])('with %s changes nothing but its own run', async (_name, body) => {
    expect((await post(body)).status).toBe(201);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe('a path', () => {
  it.each([
    ['/api/admin/jobs/99999999999999999999', 'INVALID_INPUT'],
    ['/api/admin/jobs/9223372036854775808', 'INVALID_INPUT'],
    ['/api/admin/jobs/9223372036854775807', 'UNKNOWN_RUN'],
    ['/api/admin/jobs/0', 'INVALID_INPUT'],
    ['/api/admin/jobs/-1', 'INVALID_INPUT'],
    ['/api/admin/jobs/1.5', 'INVALID_INPUT'],
    ['/api/admin/jobs/abc', 'INVALID_INPUT'],
    ['/api/admin/jobs/%00', 'INVALID_INPUT'],
    ['/api/admin/jobs/%ED%A0%80', 'INVALID_INPUT'],
    ['/api/admin/jobs/%', 'INVALID_INPUT'],
    ['/api/admin/jobs/%E0%A4%A', 'INVALID_INPUT'],
    ['/api/admin/jobs/1%2f..%2factive', 'INVALID_INPUT'],
    ['/api//admin/jobs/active', 'NOT_FOUND'],
    ['//api/admin/jobs/active', 'NOT_FOUND'],
    ['/API/admin/jobs/active', 'NOT_FOUND'],
    ['/api/admin/jobs/active/', 'NOT_FOUND'],
    ['/api/admin/jobs/../jobs/active', 'NOT_FOUND'],
    ['/api/admin/%2e%2e/admin/jobs/active', 'NOT_FOUND'],
    ['/api/x/healthz', 'NOT_FOUND'],
    ['/api/admin/jobs/active/health', 'NOT_FOUND'],
    ['/api/admin/jobs/active;x=1', 'INVALID_INPUT'],
    ['/api/', 'NOT_FOUND'],
    ['/api', 'NOT_FOUND'],
    ['/healthz/', 'NOT_FOUND'],
    ['/x/healthz', 'NOT_FOUND'],
  ])('%s is %s', async (path, code) => {
    expect(problemCode(await ask({ path }))).toBe(code);
  });

  it('answers other methods with 405 and the right one', async () => {
    for (const method of ['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'POST']) {
      const answer = await ask({ method, path: '/api/admin/jobs/active' });
      expect(problemCode(answer)).toBe('METHOD_NOT_ALLOWED');
      expect(answer.headers.allow).toBe('GET');
    }
    const head = await ask({ method: 'HEAD', path: '/api/admin/jobs/enqueue' });
    expect([head.status, head.headers.allow, head.text]).toEqual([405, 'POST', '']);
  });

  it('ignores headers that would change the method', async () => {
    const headers = { 'x-http-method-override': 'POST', 'x-method-override': 'POST' };
    expect((await ask({ path: '/api/admin/jobs/active?_method=POST', headers })).status).toBe(200);
  });

  it('answers HEAD like GET, without the body', async () => {
    const head = await ask({ method: 'HEAD', path: '/api/admin/jobs/active' });
    expect([head.status, head.text]).toEqual([200, '']);
  });
});

describe('a query', () => {
  it.each([
    'page=0',
    'page=-1',
    'page=1.5',
    'page=x',
    'page=1e400000',
    'page=99999999999999999999',
    'page=1000000001',
    'page=NaN',
    'page=1&page=2',
    'page[a]=1',
    'page[]=1&page[]=2',
    'pageSize=0',
    'pageSize=201',
    'pageSize=1%00',
    'status=RUNNING',
    'status=FAILED&status=SUCCESS',
    'status=%27%20OR%201=1',
    'jobName=',
    'jobName=a&jobName=b',
    'jobName[x]=a',
    'jobName=%00',
    '&&&=',
    `jobName=${'x'.repeat(101)}`,
  ])('of history with %s is refused', async (query) => {
    expect(problemCode(await ask({ path: `/api/admin/jobs/history?${query}` }))).toBe('INVALID_INPUT');
  });

  it.each([
    'page=1000000000&pageSize=200',
    'jobName=%ED%A0%80',
    'jobName=%E0%A4%A',
    'jobName=%27',
    'unknown=1',
    '__proto__[x]=1',
    'constructor[prototype][x]=1',
  ])('of history with %s finds nothing and harms nothing', async (query) => {
    const answer = await ask({ path: `/api/admin/jobs/history?${query}` });
    expect([answer.status, answer.json.runs]).toEqual([200, []]);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  it('of stats takes yes or no only', async () => {
    expect(problemCode(await ask({ path: '/api/admin/jobs/stats?refresh=perhaps' }))).toBe('INVALID_INPUT');
    expect((await ask({ path: '/api/admin/jobs/stats?refresh=true' })).status).toBe(200);
  });
});

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
    const answer = await ask({ path: '/api/admin/jobs/active', headers: { [name]: value } });
    expect([200, 400]).toContain(answer.status);
    expect(String(answer.headers['content-security-policy'] ?? '')).not.toMatch(/script-src (?!'self';)/);
  });

  it('Authorization that is no token means signed out', async () => {
    for (const value of ['Bearer', 'Bearer ', 'bearer \u00e4', `Bearer ${'a.'.repeat(3_000)}`, 'Bearer a.b.c']) {
      expect(problemCode(await ask({ path: '/api/auth/me', headers: { authorization: value } }))).toBe('SIGNED_OUT');
    }
  });
});

it('survives whatever is thrown at any route', async () => {
  const routes = listRoutes(contract).filter((route) => !route.path.startsWith('/auth/log'));
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('\0', '\ud800', '__proto__', '1e999', '{}', "'"),
  );
  const value = fc.oneof(fc.jsonValue({ maxDepth: 6 }), text, fc.constant('echo'));
  const body = fc.dictionary(
    fc.oneof(text, fc.constantFrom('jobName', 'parameters', 'rerunOfId', 'email', 'password')),
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
      const path = `/api${route.path.replace('{jobRunId}', encode(runId) || '%20')}?${search}`;
      const answer = await ask({ method: route.method, path, ...(route.method === 'GET' ? {} : { body: json }) });
      expect(answer.status, `${route.method} ${path} ${JSON.stringify(json)} → ${answer.text}`).toBeLessThan(500);
      if (answer.status >= 400) problemCode(answer);
    }),
    { numRuns: 400 },
  );
});
