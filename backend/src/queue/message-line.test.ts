import { limits } from '@job-manager/shared/limits';
import { expect, it } from 'vitest';
import { messageLine } from './message-line.js';
import { createRedaction } from './redaction.js';
import { storableJson } from './storable.js';

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
  expect(dataOf(undefined)).toBeNull();
  expect(dataOf(null)).toBeNull();
  expect(dataOf({})).toEqual({});
});

it('cuts a long message, and says so', () => {
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
  const data = { Password: 'x', deep: [{ access_token: { a: 1 }, text: 'token: abc', none: { token: null } }] };
  expect(dataOf(data)).toEqual({
    Password: '[redacted]',
    deep: [{ access_token: '[redacted]', text: 'token: [redacted]', none: { token: null } }],
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
});

it('writes JSON that PostgreSQL takes, keys included', () => {
  expect(storableJson({ 'a\u0000': ['\u0000b', '\ud800', '\\u0000'] })).toBe('{"a":["b","\ufffd","\\\\u0000"]}');
});
