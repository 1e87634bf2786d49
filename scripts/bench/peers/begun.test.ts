import { expect, it } from 'vitest';
import { createBegun } from './begun.js';
import { sharedClock } from './engine.js';

it('resolves when so many jobs have begun, now or before the call', async () => {
  const begun = createBegun();
  const second = begun.until(2).then(() => 'second');
  begun.onStart({});
  expect(await Promise.race([second, Promise.resolve('not yet')])).toBe('not yet');
  begun.onStart({});
  expect(await second).toBe('second');
  await begun.until(1);
});

it('returns how long ago the jobs with a time were sent', () => {
  const begun = createBegun();
  begun.onStart({});
  begun.onStart({ sentAt: sharedClock() - 500 });
  const { delaysMs } = begun.report();
  expect(delaysMs).toHaveLength(1);
  expect(delaysMs[0]).toBeGreaterThanOrEqual(500);
});

it('returns when the first began', () => {
  const begun = createBegun();
  expect(begun.report().firstAt).toBeNull();
  const before = sharedClock();
  begun.onStart({});
  const { firstAt } = begun.report();
  begun.onStart({});
  expect(firstAt).toBeGreaterThanOrEqual(before);
  expect(begun.report().firstAt).toBe(firstAt);
});
