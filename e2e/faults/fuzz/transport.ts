import { gzipSync } from 'node:zlib';
import type { FuzzCall } from './call.js';
import type { Choices } from './random.js';

/** A request whose content is right and whose transport is wrong. */
export function mutateTransport(call: FuzzCall, choices: Choices): FuzzCall {
  return choices.of(MUTATIONS)(call, choices);
}

type Mutation = (call: FuzzCall, choices: Choices) => FuzzCall;

const withHeaders = (call: FuzzCall, headers: Record<string, string>): FuzzCall => ({
  ...call,
  headers: { ...call.headers, ...headers },
});
const onPath = (call: FuzzCall, change: (path: string) => string): FuzzCall => ({ ...call, path: change(call.path) });

const MUTATIONS: Mutation[] = [
  (call, choices) => ({ ...call, method: choices.of(['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD', 'POST', 'GET']) }),
  (call, choices) => withHeaders(call, { 'content-type': choices.of(TYPES) }),
  (call) => withHeaders(call, { 'content-encoding': 'gzip' }),
  (call) => ({ ...withHeaders(call, { 'content-encoding': 'gzip' }), body: gzipSync('x'.repeat(10_000_000)) }),
  (call) => ({ ...call, body: '' }),
  (call) => ({ ...call, body: String(call.body ?? '').slice(0, -1) }),
  (call) => ({ ...call, body: `\ufeff${call.body ?? '{}'}` }),
  (call) => ({ ...call, body: Buffer.from([0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]) }),
  (call) => ({ ...call, body: JSON.stringify({ filler: 'x'.repeat(64 * 1024) }) }),
  (call, choices) => ({ ...call, body: choices.of(['[]', '1', '"text"', 'null', 'true', '{', '}{', 'NaN', '{"a":}']) }),
  (call) => withHeaders(call, { 'transfer-encoding': 'chunked' }),
  (call, choices) => withHeaders(call, { 'idempotency-key': choices.of(KEYS) }),
  (call, choices) => withHeaders(call, { 'x-request-id': choices.of(KEYS) }),
  (call, choices) => withHeaders(call, { origin: choices.of(['null', 'https://evil.example', 'file://', 'x']) }),
  (call, choices) =>
    withHeaders(call, { 'sec-fetch-site': choices.of(['cross-site', 'same-site', 'same-origin', 'none', 'x', '']) }),
  (call, choices) => withHeaders(call, { authorization: choices.of(CREDENTIALS) }),
  (call) => withHeaders(call, { cookie: `jm_session=${'x'.repeat(4_000)}; __proto__=1; =; ;;` }),
  (call) => withHeaders(call, { 'x-http-method-override': 'DELETE', 'x-forwarded-for': 'nobody, 1.2.3.4' }),
  (call) => withHeaders(call, { accept: 'application/x-nothing', 'accept-encoding': 'br;q=0, *;q=0' }),
  (call, choices) => withHeaders(call, { host: choices.of(HOSTS) }),
  (call, choices) => withHeaders(call, { [choices.of(FORWARDED)]: choices.of([...HOSTS, ...ADDRESSES]) }),
  (call) => withHeaders(call, { upgrade: 'h2c' }),
  (call) => withHeaders(call, { range: 'bytes=0-1,9-8', 'if-none-match': '*' }),
  (call) => onPath(call, (path) => `/${path}`),
  (call) => onPath(call, (path) => `${path}/`),
  (call) => onPath(call, (path) => path.replace('/api/', '/api//')),
  (call) => onPath(call, (path) => path.replace('/api/', '/API/')),
  (call) => onPath(call, (path) => path.replace('a', '%61')),
  (call) => onPath(call, (path) => path.replace('/admin', '/public/../admin')),
  (call) => onPath(call, (path) => `${path}/health`),
  (call) => onPath(call, (path) => `${path};x=healthz`),
  (call) => onPath(call, (path) => `${path}%00`),
  (call) => onPath(call, (path) => `${path}?${'a=1&'.repeat(1_000)}`),
  (call) => onPath(call, (path) => `${path}${'/x'.repeat(500)}`),
  (call) => onPath(call, (path) => `http://evil.example${path}`),
];

const TYPES = [
  'text/plain',
  'text/html',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/json; charset=utf-16',
  'application/json; charset=nonsense',
  'application/json;;;',
  'application/problem+json',
  'application/octet-stream',
  'x',
];
const HOSTS = [
  'evil.example:99999',
  'localhost',
  '[::1]:1',
  '[',
  '',
  ' ',
  'a'.repeat(300),
  '127.0.0.1.evil.example',
  'a,b',
  'ÿ',
];
const FORWARDED = ['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-port', 'forwarded'];
const ADDRESSES = ['nobody, 1.2.3.4', '::1', '"><script>', '1.2.3.4, '.repeat(100), 'https', 'javascript', '%00'];
const KEYS = ['', ' ', 'x'.repeat(201), 'x'.repeat(8_000), '\t', 'ÿ', '%00', '__proto__', '1'];
const CREDENTIALS = [
  '',
  'Bearer',
  'Bearer ',
  'Basic YWRtaW46YWRtaW4=',
  `Bearer ${'x'.repeat(5_000)}`,
  'Bearer a.b.c',
  'Bearer eyJhbGciOiJub25lIn0.e30.',
  'Bearer jm_',
  `Bearer jm_${'A'.repeat(43)}`,
  'Bearer jm_%00',
];
