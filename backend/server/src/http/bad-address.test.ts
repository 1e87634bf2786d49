import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../testing/http-test-kit.js';
import { type Answer, problemCode, type Sent, send } from '../testing/request-test-kit.js';

let server: TestServer;
let authorization: string;
beforeAll(async () => {
  server = await startTestServer();
  authorization = `Bearer ${(await server.signIn('ADMIN')).token}`;
});
afterAll(() => server.stop());

const call = (sent: Sent): Promise<Answer> =>
  send(server.url, { ...sent, headers: { authorization, ...sent.headers } });
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
    expect(problemCode(await call({ path }))).toBe(code);
  });

  it('answers other methods with 405 and the right one', async () => {
    for (const method of ['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'POST']) {
      const answer = await call({ method, path: '/api/admin/jobs/active' });
      expect(problemCode(answer)).toBe('METHOD_NOT_ALLOWED');
      expect(answer.headers.allow).toBe('GET');
    }
    const head = await call({ method: 'HEAD', path: '/api/admin/jobs/enqueue' });
    expect([head.status, head.headers.allow, head.text]).toEqual([405, 'POST', '']);
  });

  it('ignores headers that would change the method', async () => {
    const headers = { 'x-http-method-override': 'POST', 'x-method-override': 'POST' };
    expect((await call({ path: '/api/admin/jobs/active', headers })).status).toBe(200);
  });

  it('answers HEAD like GET, without the body', async () => {
    const head = await call({ method: 'HEAD', path: '/api/admin/jobs/active' });
    expect([head.status, head.text]).toEqual([200, '']);
  });
});

describe('a query', () => {
  it.each([
    ['history?pageSize=0x10', 'pageSize'],
    ['history?page=', 'page'],
    ['queue?skip=', 'skip'],
    ['failures?limit=1e1', 'limit'],
    ['schedules/calendar?hours=%205', 'hours'],
    ['1/messages?afterSeq=', 'afterSeq'],
    ['schedules/preview?everyMs=1e6', 'everyMs'],
  ])('in which a number is written as no person does is refused: %s', async (query, path) => {
    const answer = await call({ path: `/api/admin/jobs/${query}` });
    expect(answer.json.issues).toEqual([{ path, message: 'must be a number, such as 12' }]);
  });

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
    'from=yesterday',
    'to=2026-13-01T00:00:00Z',
    'from=2026-11-02T00:00:00Z&to=2026-11-01T00:00:00Z',
    'from=2026-11-02T00:00:00Z&to=2026-11-02T01:00:00%2B01:00',
    'unknown=1',
    '__proto__[x]=1',
    'constructor[prototype][x]=1',
  ])('of history with %s is refused', async (query) => {
    expect(problemCode(await call({ path: `/api/admin/jobs/history?${query}` }))).toBe('INVALID_INPUT');
  });

  it.each([
    ['page[]=1', 'page'],
    ['page%5B%5D=1', 'page'],
    ['page[0]=1', 'page'],
    ['page=1&page=1', 'page'],
    ['page=1&page[]=2', 'page'],
    ['page\\[\\]=1', 'page'],
    ['pageSize=1?x&page[]=1', 'page'],
    ['status[]=FAILED', 'status'],
    ['jobName[0]=a', 'jobName'],
  ])('of history with %s is refused, and the field named', async (query, field) => {
    const answer = await call({ path: `/api/admin/jobs/history?${query}` });
    expect([answer.status, problemCode(answer)]).toEqual([400, 'INVALID_INPUT']);
    const issue = answer.json.issues.find(({ path }: { path: string }) => path === field);
    expect(issue?.message).toMatch(/^must be (one value|there once)/);
  });

  it.each([
    'page=1000000000&pageSize=200',
    'jobName=%ED%A0%80',
    'jobName=%E0%A4%A',
    'jobName=%27',
    'from=0000-01-01T00:00Z&to=0000-01-02T00:00Z',
    'from=9999-12-31T23:59:59-14:00',
    'to=0001-01-01T00:00:00Z',
  ])('of history with %s finds nothing and harms nothing', async (query) => {
    const answer = await call({ path: `/api/admin/jobs/history?${query}` });
    expect([answer.status, answer.json.runs]).toEqual([200, []]);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  it('of stats takes yes or no only', async () => {
    expect(problemCode(await call({ path: '/api/admin/jobs/stats?refresh=perhaps' }))).toBe('INVALID_INPUT');
    expect((await call({ path: '/api/admin/jobs/stats?refresh=true' })).status).toBe(200);
  });
});
