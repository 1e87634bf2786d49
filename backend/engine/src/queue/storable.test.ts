import { jsonText, writeJson } from '@job-manager/client/json-value';
import { limits } from '@job-manager/shared/limits';
import { escapeControls, printableJson } from '@job-manager/shared/terminal-text';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cpuTimeMs } from '../testing/cpu-time.js';
import { createRedaction } from './redaction.js';
import { storableMetadata, storableText } from './storable.js';

const storable = (metadata: Record<string, unknown>) => storableMetadata(metadata, createRedaction('password'));

it('leaves out what is too large, with a note, and keeps what came before', () => {
  const large = 'x'.repeat(limits.metadataBytes);
  expect(storable({ small: 1, large, after: 2 })).toEqual({ json: '{"small":1}', truncated: true });
});

it('keeps a value that is only too large with its secrets in it', () => {
  const password = 'x'.repeat(2 * limits.metadataBytes);
  expect(storable({ sent: { password } })).toEqual({ json: '{"sent":{"password":"[redacted]"}}', truncated: false });
});

it.each<[string, (read: () => number) => unknown]>([
  [
    'a list',
    (read) =>
      new Array(3_000_000).fill({
        get item() {
          return read();
        },
      }),
  ],
  ['a list with nothing in it', () => new Array(500_000_000)],
  ['bytes', () => Buffer.alloc(100_000_000)],
  ['numbers', () => new Float64Array(10_000_000)],
  ['text', () => ({ text: 'x'.repeat(100_000_000) })],
])('never serializes a hundred megabytes of %s', (_what, make) => {
  let reads = 0;
  const value = make(() => ++reads);
  const before = process.cpuUsage();
  expect(storable({ value })).toEqual({ json: '{}', truncated: true });
  const { user } = process.cpuUsage(before);
  expect(reads).toBeLessThan(1_000_000);
  // Serialized each would take the processor seconds, and some of them more memory than there is.
  expect(user / 1_000).toBeLessThan(1_000);
});

describe('metadata', () => {
  const { json: empty } = storable({});
  class Money {
    constructor(
      readonly amount: number,
      readonly currency: string,
    ) {}
  }
  class Decimal {
    readonly digits = [1, 5];
    toJSON() {
      return '1.5';
    }
  }
  const holes = [1];
  holes[2] = 3;

  it('of nothing is none', () => expect(empty).toBeNull());

  it.each<[string, unknown, unknown]>([
    ['a Map of texts', new Map([['a', new Map([['b', 1]])]]), { a: { b: 1 } }],
    ['a Map of other keys', new Map([[1, 'x']]), [[1, 'x']]],
    ['a Set', new Set([1, new Set(['x'])]), [1, ['x']]],
    [
      'an Error',
      Object.assign(new TypeError('no', { cause: 'why' }), { code: 'E1' }),
      { name: 'TypeError', message: 'no', cause: 'why', code: 'E1' },
    ],
    [
      'several Errors',
      new AggregateError([new Error('a')], 'both'),
      { name: 'AggregateError', message: 'both', errors: [{ name: 'Error', message: 'a' }] },
    ],
    ['a Date', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['a URL', new URL('http://x.test/'), 'http://x.test/'],
    ['an instance', new Money(5, 'EUR'), { amount: 5, currency: 'EUR' }],
    ['an instance with toJSON', new Decimal(), '1.5'],
    ['a toJSON that answers a Map', { toJSON: () => new Map([['a', 1]]) }, { a: 1 }],
    ['numbers', new Float32Array([1, 2.5]), [1, 2.5]],
    ['bytes of Node', Buffer.from([1]), { type: 'Buffer', data: [1] }],
    ['holes and undefined', [holes, undefined, { none: undefined }], [[1, null, 3], null, {}]],
    ['-0', -0, 0],
    ['a boxed text', Object('x'), 'x'],
    ['a symbol for a key', { [Symbol('x')]: 1, a: 1 }, { a: 1 }],
    ['a key of prototypes', JSON.parse('{"__proto__":{"a":1}}'), JSON.parse('{"__proto__":{"a":1}}')],
    ['an object without prototype', Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
  ])('keeps %s', (_what, value, kept) => {
    const { json } = storable({ value });
    expect(JSON.parse(json ?? '')).toEqual({ value: kept });
  });

  it.each<[string, unknown, string]>([
    ['NaN', { deep: [Number.NaN] }, "`value.deep.0` is NaN, which isn't JSON"],
    ['infinity', -Infinity, "`value` is -Infinity, which isn't JSON"],
    ['NaN among numbers', new Float64Array([1, Number.NaN]), "`value.1` is NaN, which isn't JSON"],
    ['a bigint', 5n, "`value` is a bigint, which isn't JSON"],
    ['bigints', new BigInt64Array([5n]), "`value.0` is a bigint, which isn't JSON"],
    ['a function', new Set([() => 1]), "`value.0` is a function, which isn't JSON"],
    ['a symbol', new Map([['a', Symbol('x')]]), "`value.a` is a symbol, which isn't JSON"],
    ['a date that is none', new Date(Number.NaN), "`value` is an invalid Date, which isn't JSON"],
    ['an expression', /x/, "`value` is a RegExp, which isn't JSON"],
    ['a promise', { a: Promise.resolve(1) }, "`value.a` is a Promise, which isn't JSON"],
    ['items to come', new Map([[1, 2]]).entries(), "`value` is a Map Iterator, which isn't JSON"],
    ['a buffer', new ArrayBuffer(1), "`value` is an ArrayBuffer, which isn't JSON"],
    [
      'a generator',
      (function* () {
        yield 1;
      })(),
      "`value` is a Generator, which isn't JSON",
    ],
    [
      'an instance without fields',
      new (class Secretive {
        #x = 1;
        get x() {
          return this.#x;
        }
      })(),
      "`value` is a Secretive, which isn't JSON",
    ],
    [
      'a toJSON that throws',
      {
        toJSON() {
          throw new Error('closed');
        },
      },
      "`value` can't be read: closed",
    ],
  ])('refuses %s, and names the place', (_what, value, why) => {
    expect(() => storable({ value })).toThrow(why);
  });

  it('keeps a bigint as its application writes it', () => {
    const { prototype } = BigInt as unknown as { prototype: { toJSON?: () => string } };
    prototype.toJSON = function () {
      return String(this);
    };
    try {
      expect(storable({ big: 2n ** 60n, list: [1n] }).json).toBe('{"big":"1152921504606846976","list":["1"]}');
      expect(jsonText({ id: 7n }, 'parameters')).toBe('{"id":"7"}');
    } finally {
      delete prototype.toJSON;
    }
  });

  it('keeps counts whatever their name, and no text below the name of a secret', () => {
    const leaf = fc.oneof(fc.integer(), fc.boolean(), fc.constant(null), fc.constantFrom('', 'hunter2'));
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        leaf,
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom('a', 'password', 'b'), tie('value'), { maxKeys: 3 }),
      ),
    }));
    fc.assert(
      fc.property(value, (given) => {
        const { json } = storable({ password: given });
        expect(json).toBe(JSON.stringify({ password: given }).replaceAll('hunter2', '[redacted]'));
      }),
      { numRuns: 200 },
    );
  });

  it('is the same as JSON.stringify for plain data', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ minLength: 1, maxLength: 5 }), fc.jsonValue({ maxDepth: 4 }), { maxKeys: 4 }),
        (given) => {
          expect(jsonText(given, 'parameters')).toBe(JSON.stringify(given));
          expect(writeJson(given, 'parameters', {})).toBe(JSON.stringify(given));
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('a text', () => {
  const CONTROL = /[^\P{Cc}\t\n]/u;
  /** What terminals obey, whole and in pieces. */
  const codes = fc.constantFrom(
    '\x1b[31m',
    '\x1b]8;;',
    '\x1b\\',
    '\x07',
    '\x9b',
    '\x9d',
    '\x1b',
    '[',
    ']',
    '\r',
    '\x1b[2K',
    '\n',
    '3',
    ';',
  );
  const text = fc
    .array(fc.oneof(codes, fc.string({ maxLength: 4, unit: 'binary' })), { maxLength: 20 })
    .map((parts) => parts.join(''));

  it.each([
    ['colours', '\x1b[1;31mred\x1b[39m, \x1b[38;2;1;2;3mexact\x1b[0m', 'red, exact'],
    ['colours in eight bits', '\x9b31mred\x9b0m', 'red'],
    ['a link', 'see \x1b]8;id=1;https://x.test/a b\x1b\\the page\x1b]8;;\x1b\\.', 'see the page.'],
    ['a link that a bell ends', '\x1b]8;;https://x.test\x07page\x1b]8;;\x07', 'page'],
    ['a title and the clipboard', '\x1b]0;my title\x07\x1b]52;c;cm0gLXJm\x07done', 'done'],
    ['strings for devices', '\x1bP1$r0m\x1b\\a\x1b_app\x1b\\b\x90q\x9cc', 'abc'],
    ['movements', 'a\x1b[2J\x1b[10;20H\x1b[?25lb\x1b7\x1b(Bc', 'abc'],
    ['states of a bar', '10 %\r50 %\r100 %\r\nnext', '100 %\nnext'],
    ['states that erase the line first', 'wait\x1b[2K\x1b[1Gdone', 'done'],
    ['a state that was blanked out', '100 %\r     \r', '100 %'],
    ['lines of Windows', 'a\r\nb\r\n', 'a\nb\n'],
    ['what has no end', 'a\x1b[31', 'a'],
    ['a string that has no end', '\x1b]0;kept\nand this', '0;kept\nand this'],
    ['other controls', 'a\x00\x01\b\x7f\x85\x9fb\tc\n', 'ab\tc\n'],
    ['nothing of it', 'näïve 🙂 [31m', 'näïve 🙂 [31m'],
  ])('is kept without codes for terminals: %s', (_what, given, kept) => {
    expect(storableText(given, 1_000)).toBe(kept);
  });

  it('holds no control character, is no longer than allowed, and stays as it is when it is kept again', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 60, max: 100 }), (given, maxChars) => {
        const kept = storableText(given.repeat(3), maxChars);
        expect(kept).not.toMatch(CONTROL);
        expect(kept.isWellFormed()).toBe(true);
        expect(kept.length).toBeLessThanOrEqual(maxChars);
        expect(storableText(kept, maxChars)).toBe(kept);
        expect(escapeControls(given)).not.toMatch(CONTROL);
        expect(printableJson({ given })).not.toMatch(CONTROL);
        expect(JSON.parse(printableJson({ given }))).toEqual({ given });
      }),
      { numRuns: 200 },
    );
  });

  it('notes how much of it was left out', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5_000 }), fc.integer({ min: 60, max: 900 }), (chars, maxChars) => {
        const kept = storableText('x'.repeat(chars), maxChars);
        const [, xs = '', note] = /^(x*)(?:… ([\d,]+) more characters were left out)?$/.exec(kept) ?? [];
        expect(xs.length + Number((note ?? '0').replaceAll(',', ''))).toBe(chars);
        expect(kept.length).toBe(Math.min(chars, maxChars));
      }),
      { numRuns: 200 },
    );
  });

  it('hides a secret that a colour divides', () => {
    expect(storableText('pass\x1b[1mword=hunter2', 100, createRedaction('password'))).toBe('password=[redacted]');
  });

  it('takes no longer than it is long', () => {
    const begun = cpuTimeMs();
    for (const piece of ['\x1b]', '\x9d', '\x1b[', '\r', '\x1b', '\x1b]8;;', '\x9b1;', 'a\r'])
      storableText(piece.repeat(40_000), 100_000);
    expect(cpuTimeMs() - begun).toBeLessThan(1_000);
  });
});
