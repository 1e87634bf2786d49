import { withinJobs } from '@job-manager/engine/database/job-scope';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createKeyedCache } from './keyed-cache.js';

let now = 0;
beforeEach(() => {
  now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => {
  vi.restoreAllMocks();
});

const trial = () => {
  let readings = 0;
  const cached = createKeyedCache();
  return (key = 'a', ms = 10_000) => cached(key, ms, async () => ++readings);
};

it('reads once for all calls within its time, and again afterwards', async () => {
  const read = trial();
  expect(await Promise.all([read(), read(), read()])).toEqual([1, 1, 1]);
  now = 9_999;
  expect(await read()).toBe(1);
  now = 10_000;
  expect(await read()).toBe(2);
});

it('keeps each key for its own time', async () => {
  const read = trial();
  expect([await read('day', 10_000), await read('month', 60_000)]).toEqual([1, 2]);
  now = 59_999;
  expect([await read('day', 10_000), await read('month', 60_000)]).toEqual([3, 2]);
});

it('answers no caller what was read within the limit of another', async () => {
  const read = trial();
  expect([await read(), await withinJobs(['mail-*'], () => read()), await read()]).toEqual([1, 2, 1]);
});

it('keeps no failure, and no more than 200 answers', async () => {
  const cached = createKeyedCache();
  const failing = () => cached('a', 10_000, () => Promise.reject(new Error('gone')));
  await expect(failing()).rejects.toThrow('gone');
  expect(await cached('a', 10_000, async () => 'back')).toBe('back');
  const read = trial();
  for (let key = 0; key <= 200; key++) await read(String(key));
  expect([await read('200'), await read('0')]).toEqual([201, 202]);
});
