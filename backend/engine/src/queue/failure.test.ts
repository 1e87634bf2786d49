import { createContext, runInContext } from 'node:vm';
import { limits } from '@job-manager/shared/limits';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { describeFailure, JobFailure } from './failure.js';
import { createRedaction } from './redaction.js';

const failure = (thrown: unknown) => describeFailure(thrown, createRedaction('password,token,authorization'));
const refused = (address: string) =>
  Object.assign(new Error(`connect ECONNREFUSED ${address}:5432`), {
    code: 'ECONNREFUSED',
    syscall: 'connect',
    address,
  });
const several = Object.assign(new AggregateError([refused('::1'), refused('127.0.0.1')], ''), { code: 'ECONNREFUSED' });
const deep = Array.from({ length: 10 }).reduce<Error>(
  (cause, _, level) => new Error(`level ${level}`, { cause }),
  new Error('the root'),
);
const axios = Object.assign(new Error('Request failed with status code 422'), {
  code: 'ERR_BAD_REQUEST',
  status: 422,
  config: { headers: { Authorization: 'Bearer hunter2' }, data: 'big' },
  response: {
    status: 422,
    statusText: 'No',
    headers: {},
    data: { field: 'amount', why: 'is negative', token: 'hunter2' },
  },
});

it.each<[string, unknown, string]>([
  ['its message', new Error('plain'), 'plain'],
  ['a code beside it', Object.assign(new Error('outer'), { code: 'E42' }), 'outer (E42)'],
  ['a code that it has already', refused('::1'), 'connect ECONNREFUSED ::1:5432'],
  ['a number for a code', Object.assign(new Error('duplicate key'), { code: 23505 }), 'duplicate key (23505)'],
  ['a status', Object.assign(new Error('Not found'), { statusCode: 404 }), 'Not found (status 404)'],
  ['both', axios, 'Request failed with status code 422 (ERR_BAD_REQUEST)'],
  ['no code of a DOMException', new DOMException('gone', 'AbortError'), 'gone'],
  ['its first reason', several, 'connect ECONNREFUSED ::1:5432'],
  ['a text for a reason', new Error('', { cause: 'the disk is full' }), 'the disk is full'],
  ['an object for a reason', new Error('', { cause: { errno: 5 } }), '{ errno: 5 }'],
  ['its code', Object.assign(new Error(''), { code: 'E42' }), 'E42'],
  ['its name', new TypeError(''), 'TypeError'],
  ['another realm', runInContext('new TypeError("elsewhere")', createContext()), 'elsewhere'],
  ['a message that is no text', Object.assign(new Error('x'), { message: { why: 'full' } }), "{ why: 'full' }"],
  ['a message that is a number', Object.assign(new Error('x'), { message: 5 }), '5'],
  ['a secret', new Error('password=hunter2'), 'password=[redacted]'],
  ['colours', new Error('\x1b[31mx\x1b[39m'), 'x'],
])('describes an error %s', (_what, thrown, error) => {
  expect(failure(thrown).error).toBe(error);
});

it.each<[string, unknown, RegExp[]]>([
  [
    'several reasons',
    several,
    [
      /Reason 1 of 2: Error: connect ECONNREFUSED ::1:5432\n +at /,
      /Reason 2 of 2: .*127\.0\.0\.1/,
      /"syscall":"connect"/,
    ],
  ],
  [
    'reasons within a cause',
    new TypeError('fetch failed', { cause: several }),
    [/^TypeError: fetch failed\n +at [\s\S]*Caused by: AggregateError[\s\S]*Reason 2 of 2/],
  ],
  [
    'reasons of any type',
    new AggregateError(['words', 5, { code: 'E1' }], 'x'),
    [/Reason 1 of 3: words\nReason 2 of 3: 5\nReason 3 of 3: {"code":"E1"}$/],
  ],
  ['a text', new Error('outer', { cause: 'the disk is full' }), [/Caused by: the disk is full$/]],
  [
    'an object',
    new Error('outer', { cause: { code: 'E42', password: 'hunter2', n: 1n } }),
    [/Caused by: {"code":"E42","password":"\[redacted\]","n":"1"}$/],
  ],
  ['a number', new Error('outer', { cause: 0 }), [/Caused by: 0$/]],
  ['the deepest of many causes', deep, [/^Error: level 9\n[\s\S]*Caused by: Error: the root\n +at /]],
  [
    'reasons by field',
    Object.assign(new Error('x'), { errors: { title: new Error('is too short'), size: 'is odd' } }),
    [/"errors":{"title":{"name":"Error","message":"is too short"},"size":"is odd"}/],
  ],
  ['more reasons than are read', new AggregateError(Array(30).fill('y'), 'x'), [/Reason 1 of 30: y\n[\s\S]*left out$/]],
  [
    'fields of its own',
    Object.assign(new Error('x'), { code: 'E1', table: 'orders' }),
    [/\n {4}{"code":"E1","table":"orders"}$/],
  ],
  [
    'an answer',
    axios,
    [
      /"response":{"status":422,"statusText":"No","data":{"field":"amount","why":"is negative","token":"\[redacted\]"}}/,
    ],
  ],
])('keeps in the stack %s', (_what, thrown, patterns) => {
  const { errorStack } = failure(thrown);
  for (const pattern of patterns) expect(errorStack).toMatch(pattern);
  expect(errorStack).not.toContain('hunter2');
});

it('shows nothing of how the product throws', () => {
  expect(failure(new JobFailure('no', false)).errorStack).not.toContain('{');
});

it('ends where a cause leads back, or is unreadable', () => {
  const outer = new Error('outer') as Error & { cause?: unknown };
  outer.cause = new AggregateError([outer, new Error('inner', { cause: outer })], 'both');
  expect(failure(outer).errorStack?.match(/the error above, again/g)).toHaveLength(2);
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  expect(failure(new Error('x', { cause: proxy })).errorStack).toContain('Caused by: something that cannot be read');
});

it('keeps the frames and the reasons of a long message, and notes what was cut', () => {
  const thrown = new Error(`${'x'.repeat(50_000)}`, { cause: new Error('the reason') });
  const { error, errorStack } = failure(thrown);
  expect(error).toHaveLength(limits.errorChars);
  expect(error).toMatch(/… 46,0\d\d more characters were left out$/);
  expect(errorStack).toMatch(
    /^Error: x+… 49,0\d\d more characters were left out\n +at [\s\S]*Caused by: Error: the reason\n +at /,
  );
  const lines = new Error('many');
  lines.stack = `Error: many\n${'    at somewhere\n'.repeat(200)}`;
  expect(failure(lines).errorStack).toMatch(/ {4}… \d+ more lines were left out$/);
});

it('never throws and never grows beyond its limits, whatever is thrown', () => {
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.anything(),
      fc
        .record({
          message: fc.string(),
          cause: tie('value'),
          errors: fc.array(tie('value'), { maxLength: 3 }),
          code: fc.anything(),
        })
        .map(({ message, cause, errors, code }) =>
          Object.assign(new AggregateError(errors, message, { cause }), { code }),
        ),
    ),
  }));
  fc.assert(
    fc.property(value, (thrown) => {
      const { error, errorStack } = failure(thrown);
      expect(error.length).toBeGreaterThan(0);
      expect(error.length).toBeLessThanOrEqual(limits.errorChars);
      expect((errorStack ?? '').length).toBeLessThanOrEqual(limits.stackChars);
      expect(error + errorStack).not.toMatch(/[^\P{Cc}\t\n]/u);
    }),
    { numRuns: 100 },
  );
});
