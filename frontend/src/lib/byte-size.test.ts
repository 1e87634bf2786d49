import { expect, it } from 'vitest';
import { formatBytes } from './byte-size';

const KB = 1_024;

it.each([
  [0, '0 B'],
  [512.4, '512 B'],
  [1_023, '1,023 B'],
  [KB, '1 kB'],
  [12.34 * KB, '12.3 kB'],
  [1_023.99 * KB, '1 MB'],
  [64 * KB ** 2, '64 MB'],
  [1.5 * KB ** 3, '1.5 GB'],
  [2_000 * KB ** 4, '2,000 TB'],
])('writes %d bytes as %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});
