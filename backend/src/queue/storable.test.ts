import { limits } from '@job-manager/shared/limits';
import { escapeControls, printableJson } from '@job-manager/shared/terminal-text';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cpuTimeMs } from '../testing/cpu-time.js';
import { createRedaction } from './redaction.js';
import { storableMetadata, storableText } from './storable.js';

const storable = (metadata: Record<string, unknown>) => storableMetadata(metadata, createRedaction('password'));

it('leaves out what is too large, says so, and keeps what came before', () => {
  const large = 'x'.repeat(limits.metadataBytes);
  expect(storable({ small: 1, large, after: 2 })).toEqual({ json: '{"small":1}', truncated: true });
});

it('keeps a value that is only too large with its secrets in it', () => {
  const password = 'x'.repeat(2 * limits.metadataBytes);
  expect(storable({ sent: { password } })).toEqual({ json: '{"sent":{"password":"[redacted]"}}', truncated: false });
});

it.each<[string, (look: () => number) => unknown]>([
  [
    'a list',
    (look) =>
      new Array(3_000_000).fill({
        get item() {
          return look();
        },
      }),
  ],
  ['a list with nothing in it', () => new Array(500_000_000)],
  ['bytes', () => Buffer.alloc(100_000_000)],
  ['numbers', () => new Float64Array(10_000_000)],
  ['text', () => ({ text: 'x'.repeat(100_000_000) })],
])('never puts a hundred megabytes of %s into words', (_what, make) => {
  let looks = 0;
  const value = make(() => ++looks);
  const before = process.cpuUsage();
  expect(storable({ value })).toEqual({ json: '{}', truncated: true });
  const { user } = process.cpuUsage(before);
  expect(looks).toBeLessThan(1_000_000);
  // Put into words each would take the processor seconds, and some of them more memory than there is.
  expect(user / 1_000).toBeLessThan(1_000);
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

  it('says how much of it was left out', () => {
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
