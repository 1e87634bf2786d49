import { limits } from '@job-manager/shared/limits';
import { expect, it } from 'vitest';
import { createRedaction } from './redaction.js';
import { storableMetadata } from './storable.js';

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
