import { expect, it } from 'vitest';
import { createAttempts, network, TooManyAttempts } from './attempts.js';

const tries = async (count: number, attempt: (n: number) => Promise<void>): Promise<boolean[]> => {
  const results: boolean[] = [];
  for (let n = 0; n < count; n++) {
    results.push(
      await attempt(n).then(
        () => true,
        (error) => {
          if (!(error instanceof TooManyAttempts)) throw error;
          return false;
        },
      ),
    );
  }
  return results;
};

it('stops an address that guesses at one account, and nobody else at that account', async () => {
  const attempts = createAttempts();
  const guesses = await tries(12, () => attempts.begin('admin@example.com', '203.0.113.1'));
  expect(guesses).toEqual([...Array(10).fill(true), false, false]);
  await expect(attempts.begin('admin@example.com', '203.0.113.2')).resolves.toBeUndefined();
});

it('stops an address that guesses at many accounts', async () => {
  const attempts = createAttempts();
  const guesses = await tries(101, (n) => attempts.begin(`user${n}@example.com`, '203.0.113.1'));
  expect(guesses).toEqual([...Array(100).fill(true), false]);
});

it('never counts right passwords, so an office can sign in all morning', async () => {
  const attempts = createAttempts();
  const mornings = await tries(300, async (n) => {
    await attempts.begin(`user${n % 3}@example.com`, '203.0.113.1');
    await attempts.succeed(`user${n % 3}@example.com`, '203.0.113.1');
  });
  expect(mornings.every((isIn) => isIn)).toBe(true);
});

it.each([
  ['203.0.113.1', '203.0.113.1'],
  ['::ffff:203.0.113.1', '203.0.113.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:0db8:0001:0002::9', '2001:db8:1:2'],
  ['2001:db8::1', '2001:db8:0:0'],
  ['2001:DB8::', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['not an address', 'unknown'],
  [null, 'unknown'],
])('takes %s for a guest of %s', (ip, expected) => {
  expect(network(ip)).toBe(expected);
});
