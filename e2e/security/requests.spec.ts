import { createHmac } from 'node:crypto';
import { expect, signedOut, test } from '../fixtures/story.js';
import { operator } from '../product/operator.js';
import { productUrl, send, sendBytes } from './raw-request.js';

// Attacks that have to fail, each with the requirement of OWASP ASVS 5 that it shows; see docs/security.md.

test.use({ storageState: signedOut });

const JSON_TYPE = { 'content-type': 'application/json' };
const own = () => ({ origin: productUrl().origin });
const codeOf = (text: string): string => (JSON.parse(text) as { code: string }).code;

/** Signs in as a browser does; answers the cookie. */
async function signIn({ email, password } = operator): Promise<string> {
  const body = JSON.stringify({ email, password });
  const answer = await send({ method: 'POST', path: '/api/auth/login', headers: { ...JSON_TYPE, ...own() }, body });
  expect(answer.status, answer.text).toBe(200);
  return (answer.headers['set-cookie']?.[0] ?? '').split(';')[0] ?? '';
}
const me = (headers: Record<string, string>) => send({ path: '/api/auth/me', headers });
const enqueue = (headers: Record<string, string>, body: object = { jobName: 'trending' }) =>
  send({
    method: 'POST',
    path: '/api/admin/jobs/enqueue',
    headers: { ...JSON_TYPE, ...headers },
    body: JSON.stringify(body),
  });

test('9.1.1, 9.1.2, 9.1.3: a token that was tampered with is none', async () => {
  const cookie = await signIn();
  expect((await me({ cookie })).status).toBe(200);
  const [name = '', token = ''] = cookie.split(/=(.*)/s);
  const [header = '', claims = '', signature = ''] = token.split('.');
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const decode = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
  const signed = (head: object, body: string) => {
    const text = `${encode(head)}.${body}`;
    return `${text}.${createHmac('sha256', 'another key').update(text).digest('base64url')}`;
  };
  const forged = [
    `${encode({ alg: 'none' })}.${claims}.`,
    `${encode({ alg: 'None', typ: 'JWT' })}.${claims}.${signature}`,
    `${header}.${encode({ ...decode(claims), sub: String(Number(decode(claims).sub) + 1) })}.${signature}`,
    `${header}.${encode({ ...decode(claims), exp: 99_999_999_999 })}.${signature}`,
    signed({ alg: 'HS256' }, claims),
    signed({ alg: 'HS256', jwk: { kty: 'oct', k: Buffer.from('another key').toString('base64url') } }, claims),
    `${encode({ alg: 'HS512' })}.${claims}.${signature}`,
    `${header}.${claims}.`,
    'a.b.c',
    '%00',
  ];
  for (const forgery of forged) expect((await me({ cookie: `${name}=${forgery}` })).status, forgery).toBe(401);
});

test('9.2.3: the token of a cookie is no bearer token, and the other way round', async () => {
  const token = (await signIn()).split(/=(.*)/s)[1] ?? '';
  expect((await me({ authorization: `Bearer ${token}` })).status).toBe(401);
  const body = JSON.stringify(operator);
  const bearer = await send({ method: 'POST', path: '/api/auth/token', headers: JSON_TYPE, body });
  const { token: ofProgram } = JSON.parse(bearer.text) as { token: string };
  expect((await me({ authorization: `Bearer ${ofProgram}` })).status).toBe(200);
  expect((await me({ cookie: `jm_session=${ofProgram}` })).status).toBe(401);
});

test('3.5.1: a write by cookie from any page but ours is refused', async () => {
  const cookie = await signIn();
  const { host, hostname, port } = productUrl();
  const foreign: Record<string, string>[] = [
    {},
    { origin: 'null' },
    { origin: 'https://evil.example' },
    { origin: `http://${hostname}:${Number(port) + 1}` },
    { origin: `http://${host}.evil.example` },
    { origin: `http://${host}@evil.example` },
    { ...own(), 'sec-fetch-site': 'cross-site' },
    { ...own(), 'sec-fetch-site': 'same-site' },
  ];
  for (const headers of foreign) {
    const answer = await enqueue({ cookie, ...headers });
    expect([answer.status, codeOf(answer.text)], JSON.stringify(headers)).toEqual([403, 'FOREIGN_ORIGIN']);
  }
});

test('3.5.2: a body that needs no preflight is refused', async () => {
  const headers = { cookie: await signIn(), ...own() };
  const types = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/json'];
  for (const type of types) expect((await enqueue({ ...headers, 'content-type': type })).status, type).toBe(415);
});

test('3.5.3, 3.5.8: pages of other sites and ports can read nothing on behalf of a person', async () => {
  const cookie = await signIn();
  for (const site of ['cross-site', 'same-site']) {
    for (const path of ['/api/admin/audit/export', '/api/admin/jobs/history', '/api/auth/me']) {
      expect((await send({ path, headers: { cookie, 'sec-fetch-site': site } })).status, `${site} ${path}`).toBe(403);
    }
  }
});

test('4.1.3: the server answers for its own names alone', async () => {
  const { port } = productUrl();
  const foreign = await send({ path: '/api/auth/me', headers: { host: `evil.example:${port}` } });
  expect([foreign.status, codeOf(foreign.text)]).toEqual([421, 'FOREIGN_HOST']);
  const origin = `http://evil.example:${port}`;
  const rebound = await enqueue({ cookie: await signIn(), host: `evil.example:${port}`, origin });
  expect(rebound.status).toBe(421);
});

test('4.1.4, 13.4.4, 3.4.2: other methods are refused, and no page of another origin may read', async () => {
  for (const method of ['TRACE', 'OPTIONS', 'PUT', 'DELETE', 'PATCH']) {
    const answer = await send({ method, path: '/api/admin/jobs/history', headers: { origin: 'https://evil.example' } });
    expect([403, 405], `${method} ${answer.status}`).toContain(answer.status);
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  }
});

test('4.2.1: two lengths of one message are refused', async () => {
  const { host } = productUrl();
  const begin = `POST /api/auth/token HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\n`;
  const smuggled = 'GET /api/auth/me HTTP/1.1\r\n\r\n';
  const both = `${begin}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`;
  const twice = `${begin}Content-Length: 0\r\nContent-Length: 5\r\n\r\n${smuggled}`;
  for (const bytes of [both, twice]) expect(await sendBytes(bytes)).toMatch(/^HTTP\/1\.1 400 [^\n]*\r\n/);
});

test('4.4.2: a socket opens for a page of ours with a session', async () => {
  const upgrade = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': Buffer.alloc(16).toString('base64'),
  };
  const cookie = await signIn();
  const open = (headers: Record<string, string>) => send({ path: '/ws', headers: { ...upgrade, ...headers } });
  expect((await open({ cookie, ...own() })).status).toBe(101);
  for (const origin of ['https://evil.example', 'null', `${productUrl().origin}.evil.example`]) {
    expect((await open({ cookie, origin })).status, origin).toBe(403);
  }
});

test('6.3.8: the answer to a sign-in does not reveal who has an account', async ({ accounts }) => {
  const { email } = await accounts.create('ADMIN');
  const tryToSignIn = async (address: string) => {
    const body = JSON.stringify({ email: address, password: 'a wrong password' });
    const answer = await send({ method: 'POST', path: '/api/auth/login', headers: { ...JSON_TYPE, ...own() }, body });
    const { requestId: _, instance: __, ...rest } = JSON.parse(answer.text) as Record<string, unknown>;
    return { status: answer.status, ...rest };
  };
  const known = await tryToSignIn(email);
  expect(known.status).toBe(401);
  expect(await tryToSignIn('unknown@stories.example')).toEqual(known);
});

test('7.2.4, 7.4.1: a session that was replaced or signed out is worth nothing', async ({ accounts }) => {
  const account = await accounts.create('ADMIN');
  const first = await signIn(account);
  const body = JSON.stringify(account);
  const headers = { ...JSON_TYPE, ...own(), cookie: first };
  const again = await send({ method: 'POST', path: '/api/auth/login', headers, body });
  const second = (again.headers['set-cookie']?.[0] ?? '').split(';')[0] ?? '';
  expect((await me({ cookie: first })).status).toBe(401);
  expect((await me({ cookie: second })).status).toBe(200);
  const out = await send({ method: 'POST', path: '/api/auth/logout', headers: { ...own(), cookie: second } });
  expect(out.headers['clear-site-data']).toContain('"storage"');
  expect((await me({ cookie: second })).status).toBe(401);
});

test('8.2.2: a lease is used with its own token alone, and never shown', async ({ runs, request, product }) => {
  const program = await runs.program();
  const id = await program.start({ jobName: 'nightly-import' });
  const stolen = await program.call(`${id}/complete`, { leaseToken: crypto.randomUUID() });
  expect(stolen.status).toBe(409);
  const signedIn = { cookie: await signIn() };
  for (const path of [`/api/admin/jobs/${id}`, '/api/admin/jobs/active', '/api/admin/audit']) {
    const answer = await request.get(`${product.url}${path}`, { headers: signedIn });
    expect(answer.ok(), path).toBe(true);
    expect(await answer.text(), path).not.toMatch(/lease/i);
  }
});

test('15.3.3, 15.3.6, 15.3.7: fields that no call has are refused, wherever they stand', async () => {
  const headers = { cookie: await signIn(), ...own() };
  for (const extra of [
    { status: 'SUCCESS' },
    { id: '1' },
    { triggeredById: 1 },
    { leaseToken: 'x' },
    { role: 'USER' },
  ]) {
    expect((await enqueue(headers, { jobName: 'trending', ...extra })).status, JSON.stringify(extra)).toBe(400);
  }
  const polluted = '{"jobName":"trending","parameters":{"__proto__":{"isAdmin":true}}}';
  const answer = await send({
    method: 'POST',
    path: '/api/admin/jobs/enqueue',
    headers: { ...JSON_TYPE, ...headers },
    body: polluted,
  });
  expect(answer.status).toBe(400);
  for (const query of ['page=1&page=2', 'page[]=1&page[]=2', 'status[$ne]=x', 'nothing=1']) {
    expect((await send({ path: `/api/admin/jobs/history?${query}`, headers })).status, query).toBe(400);
  }
});

test('13.4.1, 5.3.2: no file but those of the panel is served', async () => {
  const paths = [
    '/../package.json',
    '/..%2fpackage.json',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/assets/..%5c..%5cpackage.json',
    '/assets/%2e%2e%2f%2e%2e%2f%2e%2e%2fpackage.json',
    '/.env',
    '/.git/config',
    '//etc/passwd',
    '/assets/index.js.map',
  ];
  for (const path of paths) {
    const answer = await send({ path });
    expect([200, 400, 403, 404], path).toContain(answer.status);
    expect(answer.text, path).not.toMatch(/"dependencies"|root:x:|\[core\]|"mappings"/);
  }
});

test('3.3.4, 3.4.3 to 3.4.6, 14.3.2: cookies and headers are as they must be', async () => {
  const body = JSON.stringify(operator);
  const login = await send({ method: 'POST', path: '/api/auth/login', headers: { ...JSON_TYPE, ...own() }, body });
  expect(login.headers['set-cookie']?.[0]).toMatch(/; HttpOnly; SameSite=Strict/);
  expect(login.text).not.toContain('eyJ');
  const page = await send({ path: '/admin/jobs' });
  expect(page.headers['content-security-policy']).toMatch(/script-src 'self';.*object-src 'none';base-uri 'none'/);
  expect(page.headers['content-security-policy']).toContain("frame-ancestors 'none'");
  expect(page.headers['permissions-policy']).toContain('camera=()');
  const api = await send({ path: '/api/auth/me' });
  for (const { headers } of [page, api]) {
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['referrer-policy']).toBe('no-referrer');
  }
  expect(api.headers['cache-control']).toBe('no-store');
});

test('16.5.1: an error reveals no internals', async () => {
  const headers = { cookie: await signIn(), ...own() };
  const paths = ['/api/admin/jobs/99999999999999999999', '/api/admin/jobs/history?page=-1', '/api/nothing', '/api/%ff'];
  for (const path of paths) {
    const answer = await send({ path, headers });
    expect(answer.status, path).toBeGreaterThanOrEqual(400);
    expect(answer.status, path).toBeLessThan(500);
    expect(answer.text, path).not.toMatch(/\bat .+\.(ts|js):\d|SELECT |node_modules/);
  }
});
