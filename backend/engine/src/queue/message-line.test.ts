import { limits } from '@job-manager/shared/limits';
import { expect, it } from 'vitest';
import { messageLine } from './message-line.js';
import { createRedaction } from './redaction.js';
import { storableMetadata } from './storable.js';

const redaction = createRedaction('password,token');
const dataOf = (data: unknown) => {
  const { data: json } = messageLine('INFO', 'x', data, redaction);
  if (json !== null) expect(Buffer.byteLength(json)).toBeLessThanOrEqual(limits.messageDataBytes);
  return json === null ? null : JSON.parse(json);
};
const messageOf = (message: unknown) => messageLine('INFO', message, undefined, redaction).message;

it('keeps message and data as they are', () => {
  expect(messageLine('WARN', 'Hello', { n: 1, list: ['a', null] }, redaction)).toEqual({
    level: 'WARN',
    message: 'Hello',
    data: '{"n":1,"list":["a",null]}',
  });
  expect(messageLine('INFO', { n: 1 }, 'Hello', redaction)).toEqual({
    level: 'INFO',
    message: 'Hello',
    data: '{"n":1}',
  });
  expect(dataOf(undefined)).toBeNull();
  expect(dataOf(null)).toBeNull();
  expect(dataOf({})).toEqual({});
});

it('cuts a long message, with a note', () => {
  const message = messageOf('x'.repeat(5_000_000));
  expect(message).toHaveLength(limits.messageChars);
  expect(message).toMatch(/x… 4,992,041 more characters were left out$/);
  expect(messageOf('x'.repeat(limits.messageChars))).toBe('x'.repeat(limits.messageChars));
});

it('takes whatever a job hands over as message', () => {
  const hostile = {
    toString() {
      throw new Error('no');
    },
  };
  expect(messageOf(undefined)).toBe('undefined');
  expect(messageOf(12)).toBe('12');
  expect(messageOf(hostile)).toBe('A message that cannot be read');
  expect(messageOf('a\u0000b\ud800')).toBe('ab\ufffd');
});

it('redacts message, keys of the data however deep, and texts in it', () => {
  expect(messageOf('password=x')).toBe('password=[redacted]');
  const data = { Password: 'x', deep: [{ access_token: { a: 'x', n: 1 }, text: 'token: abc', none: { token: null } }] };
  expect(dataOf(data)).toEqual({
    Password: '[redacted]',
    deep: [{ access_token: { a: '[redacted]', n: 1 }, text: 'token: [redacted]', none: { token: null } }],
  });
});

it('leaves out of the data what does not fit, and names it', () => {
  const rows = Array.from({ length: 1_000 }, (_, id) => ({ id }));
  expect(dataOf({ n: 1, rows, m: 2 })).toEqual({ n: 1, m: 2, '…': 'left out: rows' });
  expect(dataOf(rows)).toEqual({ '…': 'too large' });
  expect(dataOf({ sql: 'x'.repeat(50_000) }).sql).toHaveLength(1_000);
  expect(
    Object.keys(dataOf(Object.fromEntries(rows.map(({ id }) => [`key ${id}`, 'x'.repeat(100)])))).length,
  ).toBeGreaterThan(10);
});

it('keeps secrets out of the part that is kept as well', () => {
  const rows = Array.from({ length: 5_000 }, (_, id) => id);
  expect(dataOf({ password: 'x', text: 'token=abc', rows })).toEqual({
    password: '[redacted]',
    text: 'token=[redacted]',
    '…': 'left out: rows',
  });
});

it('makes the best of what is no JSON', () => {
  const circle: Record<string, unknown> = { n: 1 };
  circle.self = circle;
  expect(dataOf(circle)).toEqual({ n: 1, '…': 'left out: self' });
  expect(dataOf({ big: 12n, at: new Date(0), fails: new Error('password=x') })).toEqual({
    big: '12',
    at: '1970-01-01T00:00:00.000Z',
    fails: { name: 'Error', message: 'password=[redacted]' },
  });
  const hostile = Object.defineProperty({}, 'x', {
    enumerable: true,
    get() {
      throw new Error('no');
    },
  });
  expect(dataOf(hostile)).toEqual({ '…': 'left out: x' });
  expect(dataOf(() => 1)).toBeNull();
  const cause = Object.assign(new Error('inner'), { code: 'E42', request: circle });
  expect(dataOf({ cause, n: 1 })).toEqual({
    cause: { name: 'Error', message: 'inner', '…': 'left out: its fields' },
    n: 1,
  });
  expect(dataOf(cause)).toEqual({ name: 'Error', message: 'inner', code: 'E42', '…': 'left out: request' });
});

it('writes what JSON would empty, and never fails for what it can not hold', () => {
  const data = {
    ...{
      map: new Map([['a', 1]]),
      set: new Set([1]),
      at: new Date(0),
      bytes: new Uint8Array([1, 2]),
      url: new URL('http://x/'),
    },
    ...{
      nan: NaN,
      most: Infinity,
      never: new Date(Number.NaN),
      like: /x/g,
      symbol: Symbol('s'),
      holes: [1, undefined],
    },
  };
  expect(dataOf(data)).toEqual({
    ...{ map: { a: 1 }, set: [1], at: '1970-01-01T00:00:00.000Z', bytes: [1, 2], url: 'http://x/' },
    ...{ nan: 'NaN', most: 'Infinity', never: 'Invalid Date', like: '/x/g', symbol: 'Symbol(s)', holes: [1, null] },
  });
  expect(dataOf(new Map([['token', 'x']]))).toEqual({ token: '[redacted]' });
  expect(dataOf({ tokens: 5n, inputTokens: 5, secrets: [], cookies: { a: 1 }, token: '' })).toEqual({
    ...{ tokens: '5', inputTokens: 5, secrets: [], cookies: { a: 1 }, token: '' },
  });
  expect(dataOf({ token: Buffer.from('hunter2'), password: /hunter2/ })).toEqual({
    token: '[redacted]',
    password: '[redacted]',
  });
});

it('writes JSON that PostgreSQL takes, keys included', () => {
  const { json } = storableMetadata({ 'a\u0000': { 'b\ud800': ['\u0000b', '\ud800', '\\u0000'] } }, redaction);
  expect(json).toBe('{"a":{"b\ufffd":["b","\ufffd","\\\\u0000"]}}');
});
