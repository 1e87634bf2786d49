import { cpuTimeMs } from '@job-manager/engine/testing/cpu-time';
import { expect, it } from 'vitest';
import { fingerprintOf, kindOfMessage, ownFile } from './fingerprint.js';

const error = { level: 'error', action: 'render', message: 'x is undefined' };
const stack = (file: string) => `TypeError: x is undefined\n    at Xe (https://jobs.example.com${file})\n    at main`;

it('is the same for errors that differ in ids, numbers, quoted texts, addresses and builds', () => {
  const one = fingerprintOf({
    ...error,
    message: "Run #12 'a': 3 of 5",
    stack: stack('/assets/RunPage-BxT3kLm_.js:10:2'),
  });
  const two = fingerprintOf({
    ...error,
    message: "Run #13 'b': 10 of 5",
    stack: stack('/assets/RunPage-a1-b2c3d.js:9:77'),
  });
  expect(one).toMatch(/^[0-9a-f]{16}$/);
  expect(two).toBe(one);
});

it('differs by level, action, message and the first file of ours', () => {
  const at = (file: string) => fingerprintOf({ ...error, stack: stack(file) });
  const all = [
    fingerprintOf(error),
    fingerprintOf({ ...error, level: 'warning' }),
    fingerprintOf({ ...error, action: 'load' }),
    fingerprintOf({ ...error, message: 'y is undefined' }),
    at('/assets/RunPage-BxT3kLm_.js:1:1'),
    at('/assets/JobPage-BxT3kLm_.js:1:1'),
  ];
  expect(new Set(all).size).toBe(all.length);
});

it.each([
  ['Request to http://127.0.0.1:3000/api/x?y=1 failed with 503', 'Request to <url> failed with <n>'],
  ['Run 3f0e1c52-0d0c-4f6e-9f37-0d8f2f7c1a11 is gone', 'Run <uuid> is gone'],
  ["Cannot read properties of undefined (reading 'map')", 'Cannot read properties of undefined (reading <text>)'],
  ['Unexpected token "<" in `JSON`', 'Unexpected token <text> in <text>'],
  ["It isn't Ada's, it's 7 o'clock", "It isn't Ada's, it's <n> o'clock"],
  ['took 1,234.5 ms\n  at 0xdeadbeef', 'took <n> ms at <n>'],
  ['lease deadbeef00112233 lost', 'lease <n> lost'],
])('takes %j for %j', (message, kind) => {
  expect(kindOfMessage(message)).toBe(kind);
});

it.each([
  ['Chrome', 'Error: x\n    at a (http://127.0.0.1:3000/assets/index-BxT3kLm_.js:1:2)', '/assets/index.js'],
  ['Firefox', 'a@https://jobs.example.com/assets/index-BxT3kLm_.js:1:2\nb@https://x/y.js:1:1', '/assets/index.js'],
  [
    'a development server',
    'Error\n    at a (http://x:5173/src/admin/RunPage.tsx?t=1712:3:4)',
    '/src/admin/RunPage.tsx',
  ],
  [
    'a library before us',
    'Error\n at r (http://x/node_modules/.vite/deps/react.js?v=1:1:1)\n at o (http://x/src/o.ts:1:1)',
    '/src/o.ts',
  ],
  ['an extension', 'Error\n at chrome-extension://abcdef/content.js:1:1', ''],
  ['nothing of use', 'Error\n    at <anonymous>', ''],
  ['no stack', '', ''],
])('finds the first file of ours in a stack of %s', (_name, text, file) => {
  expect(ownFile(text)).toBe(file);
});

it('takes no longer for a text made to slow it down', () => {
  for (const evil of [
    'a'.repeat(100_000),
    '0'.repeat(100_000),
    "'".repeat(50_001),
    'http://'.repeat(15_000),
    'f-'.repeat(50_000),
  ]) {
    const began = cpuTimeMs();
    fingerprintOf({ ...error, message: evil.slice(0, 1_000), stack: evil });
    expect(cpuTimeMs() - began).toBeLessThan(500);
  }
});
