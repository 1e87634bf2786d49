import { expect, it } from 'vitest';
import { type Attempt, type AttemptedAccount, createAttempts, network, TooManyAttempts } from './attempts.js';

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

/** A try of a person; without `account`, at an unknown address. */
const attempt = (ip: string | null, part: Partial<Attempt> = {}): Attempt => ({
  email: 'admin@example.com',
  account: null,
  ...part,
  ip,
});
const account = (part: Partial<AttemptedAccount> = {}): AttemptedAccount => ({
  id: 1,
  attemptsResetAt: null,
  isKnownNetwork: false,
  ...part,
});
const network60 = (n: number) => `203.0.113.${n % 60}`;

it.each([
  ['an account', account()],
  ['an unknown address', null],
])('stops a network that guesses at %s, and no other network', async (_name, at) => {
  const attempts = createAttempts();
  const guesses = await tries(12, () => attempts.begin(attempt('203.0.113.1', { account: at })));
  expect(guesses).toEqual([...Array(10).fill(true), false, false]);
  await expect(attempts.begin(attempt('203.0.113.2', { account: at }))).resolves.toBeUndefined();
});

it.each([
  ['an account', account()],
  ['an unknown address', null],
])('stops strangers who share their guesses at %s, after thirty of them all', async (_name, at) => {
  const attempts = createAttempts();
  const guesses = await tries(180, (n) => attempts.begin(attempt(network60(n), { account: at })));
  expect(guesses.filter((isIn) => isIn)).toHaveLength(30);
});

it('lets strangers lock no person out of where they sign in from', async () => {
  const attempts = createAttempts();
  await tries(180, (n) => attempts.begin(attempt(network60(n), { account: account() })));
  const owner = attempt('198.51.100.7', { account: account({ isKnownNetwork: true }) });
  expect(await tries(12, () => attempts.begin(owner))).toEqual([...Array(10).fill(true), false, false]);
});

it('stops a network that guesses at many accounts', async () => {
  const attempts = createAttempts();
  const guesses = await tries(101, (n) => attempts.begin(attempt('203.0.113.1', { email: `user${n}@example.com` })));
  expect(guesses).toEqual([...Array(100).fill(true), false]);
});

it('counts what one account’s limit refuses against no other account', async () => {
  const attempts = createAttempts();
  await tries(300, () => attempts.begin(attempt('203.0.113.1', { account: account() })));
  await expect(attempts.begin(attempt('203.0.113.1', { email: 'b@example.com' }))).resolves.toBeUndefined();
});

it('restarts for an account that was reset, the limit of its network included', async () => {
  const attempts = createAttempts();
  await tries(100, (n) => attempts.begin(attempt('203.0.113.1', { email: `user${n}@example.com` })));
  await tries(30, (n) => attempts.begin(attempt(`198.51.100.${n}`, { account: account() })));
  const locked = attempt('203.0.113.1', { account: account() });
  await expect(attempts.begin(locked)).rejects.toThrow(TooManyAttempts);
  const reset = attempt('203.0.113.1', { account: account({ attemptsResetAt: new Date() }) });
  await expect(attempts.begin(reset)).resolves.toBeUndefined();
  const longAgo = account({ id: 2, attemptsResetAt: new Date(Date.now() - 20 * 60_000) });
  await expect(attempts.begin(attempt('203.0.113.1', { account: longAgo }))).rejects.toThrow(TooManyAttempts);
});

it('never counts right passwords as wrong, so an office can sign in all morning', async () => {
  const attempts = createAttempts();
  const mornings = await tries(300, async (n) => {
    const person = attempt('203.0.113.1', { account: account({ id: n % 30, isKnownNetwork: n >= 30 }) });
    await attempts.begin(person);
    await attempts.succeed(person);
  });
  expect(mornings.every((isIn) => isIn)).toBe(true);
});

it('stops an account that signs in again and again', async () => {
  const attempts = createAttempts();
  const signIns = await tries(32, async () => {
    const person = attempt('203.0.113.1', { account: account({ isKnownNetwork: true }) });
    await attempts.begin(person);
    await attempts.succeed(person);
  });
  expect(signIns).toEqual([...Array(30).fill(true), false, false]);
});

it('counts guesses at one’s own current password apart', async () => {
  const attempts = createAttempts();
  await tries(12, () => attempts.begin(attempt('203.0.113.1', { account: account() })));
  expect(await tries(12, () => attempts.beginOwn(account()))).toEqual([...Array(10).fill(true), false, false]);
  await expect(attempts.beginOwn(account({ attemptsResetAt: new Date() }))).resolves.toBeUndefined();
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
