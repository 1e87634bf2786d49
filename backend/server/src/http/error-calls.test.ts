import { readPanelErrors, readPanelErrorWeeks } from '@job-manager/engine/store/alerts/facts';
import { countNewKinds } from '@job-manager/engine/store/client-errors';
import type { ClientErrorGroup } from '@job-manager/shared/contract/errors';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer, type TestUser } from '../testing/http-test-kit.js';
import { problemCode, type Sent, send } from '../testing/request-test-kit.js';

let server: TestServer;
let admin: TestUser;
/** Behind a proxy, so that each test can report from an address of its own. */
beforeAll(async () => {
  server = await startTestServer({ env: { TRUST_PROXY: '1' } });
  admin = await server.signIn('ADMIN');
});
afterAll(() => server.stop());
let ip = 0;
beforeEach(async () => {
  ip += 1;
  await server.database.pool.query('DELETE FROM "ClientError"');
  await server.database.pool.query('DELETE FROM "ClientErrorState"');
});

const broken = { level: 'error', message: 'it broke', action: 'load', url: '/admin/jobs' };
const report = (errors: object[], headers: Sent['headers'] = {}) =>
  send(server.url, {
    method: 'POST',
    path: '/api/errors',
    body: { errors },
    headers: { 'x-forwarded-for': `203.0.113.${ip}`, ...headers },
  });
const get = (path: string) => send(server.url, { path, headers: { authorization: `Bearer ${admin.token}` } });
const groups = async (
  query = '',
): Promise<{ groups: ClientErrorGroup[]; total: number; rate: number[]; since: string }> =>
  (await get(`/api/admin/errors${query}`)).json;
const stored = () => server.database.db.clientError.findMany({ orderBy: { id: 'asc' } });
/** An error as if it had come so long ago. */
const past = (
  ago: string,
  more: Partial<Record<'message' | 'path' | 'fingerprint' | 'version' | 'level', string>> & { userId?: number } = {},
) =>
  server.database.pool.query(
    `INSERT INTO "ClientError" (at, fingerprint, level, message, action, path, url, "userId", version)
     VALUES (clock_timestamp() - $1::interval, $2, $6::"ClientErrorLevel", $3, 'load', $4, '/', $5, $7)`,
    [
      ...[ago, more.fingerprint ?? 'aaaaaaaaaaaaaaaa', more.message ?? 'old', more.path ?? '/x', more.userId ?? null],
      ...[more.level ?? 'error', more.version ?? null],
    ],
  );

describe('a report', () => {
  it('is accepted from all callers, and stored with the data the server has about them', async () => {
    const answer = await report([broken], { 'user-agent': 'Browser 1' });
    expect([answer.status, answer.json]).toEqual([202, { accepted: 1 }]);
    expect(await stored()).toMatchObject([
      {
        message: 'it broke',
        userId: null,
        userAgent: 'Browser 1',
        version: expect.stringMatching(/^\d+\.\d+/),
        count: 1,
      },
    ]);
  });

  it('names who is signed in', async () => {
    await report([broken], { authorization: `Bearer ${admin.token}` });
    expect(await stored()).toMatchObject([{ userId: admin.id }]);
  });

  it('comes from our own pages, where it names its page', async () => {
    const answer = await report([broken], { origin: 'https://evil.example' });
    expect(problemCode(answer)).toBe('FOREIGN_ORIGIN');
    expect((await report([broken], { origin: server.url })).status).toBe(202);
  });

  it('keeps no secret and no value of an address', async () => {
    await report([
      {
        ...broken,
        url: '/login?token=abc123',
        parameters: { password: 'abc123' },
        message: 'Bearer abc123',
        stack: 'token=abc123',
      },
    ]);
    const text = JSON.stringify(await stored(), (_key, value) => (typeof value === 'bigint' ? String(value) : value));
    expect(text).toContain('[redacted]');
    expect(text).not.toContain('abc123');
  });

  it('is cleaned, not refused, for text that no column can hold', async () => {
    const answer = await report([
      { ...broken, message: 'Unexpected \u0000 and \ud800', parameters: { 'a\u0000': '\ud800' } },
    ]);
    expect(answer.json).toEqual({ accepted: 1 });
    expect(await stored()).toMatchObject([{ message: 'Unexpected  and \ufffd' }]);
  });

  it.each([
    { errors: [] },
    { errors: Array(21).fill(broken) },
    { errors: [{ ...broken, level: 'fatal' }] },
    { errors: [{ ...broken, count: 0 }] },
    { errors: [{ ...broken, message: 5 }] },
    {},
  ])('is refused as %j', async (body) => {
    const answer = await send(server.url, { method: 'POST', path: '/api/errors', body });
    expect(problemCode(answer)).toBe('INVALID_INPUT');
  });

  it('beyond what an address may send in a minute is dropped, and the answer reports it', async () => {
    const twenty = Array.from({ length: 20 }, (_, n) => ({
      ...broken,
      action: `action ${String.fromCharCode(97 + n)}`,
    }));
    const accepted: number[] = [];
    for (let n = 0; n < 4; n++) accepted.push((await report(twenty)).json.accepted);
    expect(accepted).toEqual([20, 20, 20, 0]);
    expect(await stored()).toHaveLength(60);
  });

  it('of one kind in masses is thinned out, and the counts add up', async () => {
    for (let n = 0; n < 3; n++) await report(Array(20).fill({ ...broken, action: 'in masses', count: 2 }));
    const rows = await stored();
    expect(rows).toHaveLength(15);
    expect(rows.reduce((sum, row) => sum + row.count, 0)).toBe(120);
    expect((await groups()).groups).toMatchObject([{ action: 'in masses', count: 120 }]);
  });
});

describe('the groups', () => {
  it('group into one kind: how often, whom, where, when first and last', async () => {
    const other = await server.signIn('ADMIN', 'other');
    await past('40 days', { message: 'before' });
    for (let n = 0; n < 3; n++) await past('2 hours', { path: '/admin/jobs', userId: admin.id });
    await past('1 hour', { message: 'now', path: '/login', userId: other.id });
    const { groups: found, total } = await groups('?period=24h');
    expect(found).toMatchObject([
      {
        fingerprint: 'aaaaaaaaaaaaaaaa',
        level: 'error',
        message: 'now',
        action: 'load',
        component: null,
        count: 4,
        users: 2,
        pages: [
          { path: '/admin/jobs', count: 3 },
          { path: '/login', count: 1 },
        ],
      },
    ]);
    expect(total).toBe(4);
    expect(Date.now() - Date.parse(found[0]?.firstSeenAt ?? '')).toBeGreaterThan(39 * 86_400_000);
    expect(Date.now() - Date.parse(found[0]?.lastSeenAt ?? '')).toBeLessThan(2 * 3_600_000);
  });

  it.each([
    ['24h', 24, 3_600_000],
    ['7d', 28, 21_600_000],
    ['30d', 30, 86_400_000],
  ])('have a rate over %s in %i buckets, of each kind and of all', async (period, buckets, bucketMs) => {
    await past('0 s');
    await past('0 s', { fingerprint: 'bbbbbbbbbbbbbbbb' });
    await past(`${bucketMs * 2} ms`);
    await past('100 days');
    const answer = await groups(`?period=${period}`);
    const wanted = Array(buckets).fill(0);
    wanted[buckets - 1] = 2;
    wanted[buckets - 3] = 1;
    expect(answer).toMatchObject({ bucketMs, rate: wanted, total: 3 });
    expect(Date.parse(answer.since) % bucketMs).toBe(0);
    const one = answer.groups.find((group) => group.fingerprint === 'aaaaaaaaaaaaaaaa');
    expect(one?.rate[buckets - 3]).toBe(1);
    expect(one?.rate.reduce((sum, count) => sum + count, 0)).toBe(2);
  });

  it('come with the latest first, by level and by a part of their message', async () => {
    await report([
      { ...broken, level: 'warning', message: 'under_score' },
      { ...broken, message: 'underXscore', component: 'RunCard' },
    ]);
    await past('1 hour', { message: 'underYscore' });
    const find = async (query: string) => (await groups(query)).groups.map((group) => group.message);
    expect((await find('')).at(-1)).toBe('underYscore');
    expect(await find('?level=warning')).toEqual(['under_score']);
    expect(await find('?search=R_S')).toEqual(['under_score']);
    expect(await find('?search=runcard')).toEqual(['underXscore']);
    expect(await find('?search=%25')).toEqual([]);
    expect((await groups('?search=R_S')).total).toBe(1);
  });

  it('are at most 200 with at most ten pages each, and the total is of all', async () => {
    await server.database.pool.query(`
      INSERT INTO "ClientError" (fingerprint, level, message, action, path, url)
      SELECT lpad(to_hex(n % 250), 16, '0'), 'error', 'm', 'a', '/' || n, '/' FROM generate_series(1, 5000) n`);
    const answer = await groups();
    expect(answer.groups).toHaveLength(200);
    expect(answer.groups[0]?.pages).toHaveLength(10);
    expect(answer.total).toBe(5_000);
  });
});

describe('the rate against the period before', () => {
  it('is of each kind and of all, and of the same filters', async () => {
    await past('1 hour');
    await past('30 hours');
    await past('31 hours', { fingerprint: 'bbbbbbbbbbbbbbbb', level: 'warning' });
    await past('80 hours');
    const answer = await groups('?period=24h');
    expect(answer.groups).toMatchObject([{ count: 1, previousCount: 1 }]);
    expect(answer).toMatchObject({ total: 1, previousTotal: 2 });
    expect(await groups('?period=24h&level=error')).toMatchObject({ previousTotal: 1 });
  });

  it('is not known where errors are not kept for so long', async () => {
    await past('1 hour');
    await past('40 days');
    expect(await groups('?period=30d')).toMatchObject({ previousTotal: null, groups: [{ previousCount: null }] });
  });
});

it('names the versions of the panel that a kind came from', async () => {
  await past('1 hour', { version: '1.0.0' });
  await past('1 hour', { version: '1.1.0' });
  await past('2 hours', { version: '1.1.0' });
  const [group] = (await groups()).groups;
  expect(group?.versions).toEqual([
    { version: '1.1.0', count: 2 },
    { version: '1.0.0', count: 1 },
  ]);
});

describe('a kind that an operator has judged', () => {
  const A = 'aaaaaaaaaaaaaaaa';
  const set = (state: string, more: object = {}) =>
    send(server.url, {
      method: 'PUT',
      path: `/api/admin/errors/${A}`,
      body: { state, ...more },
      headers: { authorization: `Bearer ${admin.token}` },
    });
  const shown = async (state: string) => (await groups(`?state=${state}`)).groups.map(({ fingerprint }) => fingerprint);

  it('is among those of its state, with who and why', async () => {
    await past('1 hour');
    await past('1 hour', { fingerprint: 'bbbbbbbbbbbbbbbb' });
    const { group } = (await set('IGNORED', { note: 'An extension of one browser' })).json;
    expect(group).toMatchObject({ state: 'IGNORED', stateBy: admin.email, note: 'An extension of one browser' });
    expect([await shown('OPEN'), await shown('IGNORED')]).toEqual([['bbbbbbbbbbbbbbbb'], [A]]);
    expect(await groups('?state=OPEN')).toMatchObject({ total: 1 });
    await set('OPEN');
    expect((await shown('OPEN')).sort()).toEqual([A, 'bbbbbbbbbbbbbbbb']);
  });

  it('is open again once a resolved one comes back, and an ignored one is not', async () => {
    await past('1 hour');
    await set('RESOLVED');
    expect([await shown('OPEN'), await shown('RESOLVED')]).toEqual([[], [A]]);
    await past('-1 ms');
    const [back] = (await groups('?state=OPEN')).groups;
    expect(back).toMatchObject({ fingerprint: A, state: 'OPEN', cameBackAt: expect.any(String) });
    await set('IGNORED');
    await past('-2 ms');
    expect(await shown('OPEN')).toEqual([]);
  });

  it('is neither new nor counted by alerts while it is ignored', async () => {
    await past('1 hour');
    const { pool } = server.database;
    const figures = async () => ({
      kinds: await countNewKinds(pool, 86_400_000),
      week: (await readPanelErrorWeeks(pool)).now,
      minutes: (await readPanelErrors(pool, new Date(Date.now() - 86_400_000))).length,
    });
    expect(await figures()).toEqual({ kinds: 1, week: 1, minutes: 1 });
    await set('IGNORED');
    expect(await figures()).toEqual({ kinds: 0, week: 0, minutes: 0 });
  });

  it('has to be one that is kept, and its change is written down', async () => {
    expect(problemCode(await set('RESOLVED'))).toBe('UNKNOWN_ERROR');
    await past('1 hour');
    await set('RESOLVED', { note: 'fixed in 1.2' });
    const { rows } = await server.database.pool.query(
      `SELECT target, details FROM "AuditEvent" WHERE action = 'errors.set-state' ORDER BY id DESC LIMIT 1`,
    );
    expect(rows).toEqual([
      { target: 'old', details: { fingerprint: A, from: 'OPEN', to: 'RESOLVED', note: 'fixed in 1.2' } },
    ]);
  });
});

describe('one group', () => {
  it('shows its latest occurrences with who and where, and its figures of the period', async () => {
    await report([{ ...broken, stack: 'Error\n at x', parameters: { batchSize: 5 } }], {
      authorization: `Bearer ${admin.token}`,
    });
    await report([broken, { ...broken, action: 'another' }]);
    const [first] = await stored();
    const { group, occurrences, bucketMs } = (await get(`/api/admin/errors/${first?.fingerprint}?period=24h`)).json;
    expect(group).toMatchObject({ count: 2, users: 1 });
    expect(bucketMs).toBe(3_600_000);
    expect(occurrences).toMatchObject([
      { user: null, stack: null },
      { user: admin.email, stack: 'Error\n at x', parameters: { batchSize: 5 }, url: '/admin/jobs', count: 1 },
    ]);
  });

  it('is known when nothing of it came lately, and shows 50 at most', async () => {
    for (let n = 0; n < 55; n++) await past('10 days');
    const { group, occurrences } = (await get('/api/admin/errors/aaaaaaaaaaaaaaaa?period=24h')).json;
    expect(group).toMatchObject({ count: 0, users: 0, pages: [] });
    expect(occurrences).toHaveLength(50);
    expect(problemCode(await get('/api/admin/errors/bbbbbbbbbbbbbbbb'))).toBe('UNKNOWN_ERROR');
    expect(problemCode(await get('/api/admin/errors/nonsense'))).toBe('INVALID_INPUT');
  });
});

describe('the export', () => {
  it('is a CSV file of the occurrences that the filters leave, and is written down', async () => {
    await report([
      { ...broken, message: '=cmd|calc' },
      { ...broken, level: 'warning' },
    ]);
    const answer = await get('/api/admin/errors/export?level=error');
    expect(answer.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': expect.stringMatching(/^attachment; filename=errors-\d{4}-\d\d-\d\d\.csv$/),
    });
    const [header, ...lines] = answer.text.trimEnd().split('\r\n');
    expect(header).toMatch(/^\ufeffid,at,fingerprint,level,message,count,/);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain("error,'=cmd|calc,1,load");
    const [noted] = await server.database.db.auditEvent.findMany({ where: { action: 'errors.export' } });
    expect(noted).toMatchObject({ actorId: admin.id, details: { level: 'error', period: '7d', rows: 1 } });
  });
});

describe('the settings', () => {
  it('include where else the panel reports to, and the browser may', async () => {
    expect((await send(server.url, { path: '/api/errors/settings' })).json).toEqual({
      sentryDsn: null,
      environment: 'test',
      version: expect.any(String),
    });
    const SENTRY_DSN = 'https://key@sentry.example.com:8443/7';
    const reporting = await startTestServer({ env: { SENTRY_DSN } });
    const { json, headers } = await send(reporting.url, { path: '/api/errors/settings' });
    await reporting.stop();
    expect(json.sentryDsn).toBe(SENTRY_DSN);
    expect(headers['content-security-policy']).toMatch(/connect-src [^;]* https:\/\/sentry\.example\.com:8443;/);
  });
});
