import { expect, it, vi } from 'vitest';
import { retryOnContention } from './retry-on-contention.js';

const deadlock = Object.assign(new Error('deadlock detected'), { code: '40P01' });

it('sends again what was stopped in a circle of waits', async () => {
  const send = vi.fn().mockRejectedValueOnce(deadlock).mockRejectedValueOnce(deadlock).mockResolvedValue('done');
  expect(await retryOnContention(send)).toBe('done');
  expect(send).toHaveBeenCalledTimes(3);
});

it('stops retrying in the end, and never retries another error', async () => {
  const inTheWay = vi.fn().mockRejectedValue(deadlock);
  await expect(retryOnContention(inTheWay)).rejects.toBe(deadlock);
  expect(inTheWay).toHaveBeenCalledTimes(8);
  const wrong = vi.fn().mockRejectedValue(new Error('syntax error'));
  await expect(retryOnContention(wrong)).rejects.toThrow('syntax error');
  expect(wrong).toHaveBeenCalledTimes(1);
});
