import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import pino from 'pino';
import { beforeAll, expect, it } from 'vitest';
import { hidingSecrets, inertLines, inertPrettyLines, mayBeSecret } from './log.js';
import { bundleOf } from './testing/bundle.js';
import { size } from './testing/size.js';

let bundle: string;
beforeAll(async () => {
  bundle = await bundleOf({
    createLog: new URL('./log.ts', import.meta.url).href,
    readConfig: new URL('./config.ts', import.meta.url).href,
  });
});

/** The lines that a program leaves which logs so many, and then ends so. */
function linesOf(count: number, end: string): number[] {
  const input = `${bundle}
    const log = createLog(readConfig({}), 'test');
    for (let line = 0; line < ${count}; line += 1) log.info({ line }, 'said');
    ${end}`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-'], { input, encoding: 'utf8' });
  const lines = stdout.split('\n').filter((text) => text !== '');
  return lines.map((text) => JSON.parse(text).line);
}

it.each(['process.exit()', "throw new Error('unheard')", ''])(
  'has written every line when the process ends by "%s"',
  (end) => {
    expect(linesOf(500, end)).toEqual(Array.from({ length: 500 }, (_, line) => line));
  },
);

/** What a logger with these options makes of a line. */
function written(options: pino.LoggerOptions, line: object): unknown {
  const lines: string[] = [];
  pino({ ...options, base: null, timestamp: false }, { write: (text: string) => lines.push(text) }).info(line, 'said');
  return JSON.parse(lines.join(''));
}

it('hides what pino’s own way would, whatever the line', () => {
  const paths = ['password', '*.password', 'token', '*.token', 'req.headers'];
  const redact = { paths, censor: (value: unknown) => (mayBeSecret(value) ? '[Redacted]' : value) };
  const key = fc.constantFrom('password', 'token', 'req', 'headers', 'err', 'data', 'n');
  const value = fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.array(fc.integer(), { maxLength: 2 }));
  const error = fc.dictionary(key, value).map((fields) => Object.assign(new Error('broken'), fields, { stack: 'at' }));
  const part = fc.oneof(value, error, fc.dictionary(key, fc.oneof(value, fc.dictionary(key, value))));
  fc.assert(
    fc.property(fc.dictionary(key, part), (line) => {
      expect(written(hidingSecrets, line)).toEqual(written({ redact }, line));
    }),
    { numRuns: size(200, 1_000) },
  );
});

it('writes no control character into a line, nor has a readable one any', () => {
  const output = 'a\x1b]52;c;cm0=\x07\x9b2J\r\b\f\\u001b\\\x1b\u202e\tb\nc';
  expect(written({ hooks: inertLines }, { output })).toMatchObject({ output });
  const line = String((written({ hooks: inertPrettyLines }, { output }) as { output: unknown }).output);
  expect(line).not.toMatch(/[^\P{Cc}\t\n]|\u202e/u);
  expect(line.split('\t')).toEqual([String.raw`a\u001b]52;c;cm0=\u0007\u009b2J\r\b\f\u001b\\u001b\u202e`, 'b\nc']);
});
