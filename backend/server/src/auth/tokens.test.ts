import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createTokenReader, signToken } from './tokens.js';

const HOUR = 60 * 60 * 1_000;
const secret = new Uint8Array(32).fill(7);
const claims = { sessionId: 'b3d1c2a4-0f5e-4d6c-8b7a-1a2b3c4d5e6f', userId: 5, tokenVersion: 2 };
const soon = () => signToken(secret, claims, new Date(Date.now() + HOUR));

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => vi.useRealTimers());

it('reads what it signed, again and again', async () => {
  const read = createTokenReader(secret);
  const token = await soon();
  expect(await read(token)).toEqual(claims);
  expect(await read(token)).toEqual(claims);
});

it('reads nothing else, whatever it has read before', async () => {
  const read = createTokenReader(secret);
  const token = await soon();
  await read(token);
  const [head, body, signature] = token.split('.');
  const theirs = (await signToken(new Uint8Array(32), claims, new Date())).split('.')[2];
  expect(await read(`${head}.${body}.${theirs}`)).toBeNull();
  expect(await read(`${head}.${body}.`)).toBeNull();
  expect(await read(`${head}.${signature}.${body}`)).toBeNull();
});

it('refuses one that it has read before, once its time is over by more than clocks may differ', async () => {
  const read = createTokenReader(secret);
  const token = await soon();
  await read(token);
  vi.setSystemTime(Date.now() + 24 * HOUR);
  expect(await read(token)).toEqual(claims);
  vi.setSystemTime(Date.now() + 2 * HOUR);
  expect(await read(token)).toBeNull();
});

it.each([
  { userId: 2_147_483_648 },
  { userId: 9_999_999_999 },
  { tokenVersion: 1e12 },
  { tokenVersion: 2 ** 31 },
  { tokenVersion: -1 },
  { tokenVersion: 0.5 },
  { sessionId: 'none' },
])('refuses %j, which no column can hold, with any signature', async (part) => {
  const token = await signToken(secret, { ...claims, ...part }, new Date(Date.now() + HOUR));
  expect(await createTokenReader(secret)(token)).toBeNull();
});
