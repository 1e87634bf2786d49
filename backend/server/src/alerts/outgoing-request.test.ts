import type { lookup } from 'node:dns';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Receiver, startReceiver } from '../testing/receivers-test-kit.js';
import { createDestinationSecrets } from './destination-secrets.js';
import { ForbiddenAddress, post } from './outgoing-request.js';
import { isPrivateAddress } from './private-addresses.js';
import { quietForMs } from './quiet-hours.js';

let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
});
afterAll(() => receiver.close());

/** A resolver that answers these addresses. */
const resolveTo = (...addresses: string[]) =>
  ((_host: string, _options: object, done: (error: null, found: object[]) => void) =>
    done(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    )) as unknown as typeof lookup;

const send = (url: string, resolve?: typeof lookup, mayBePrivate = false) =>
  post({ url, headers: {}, body: '{}', mayBePrivate, resolve });

describe('a request to an address that a person chose', () => {
  it.each([
    'http://127.0.0.1/',
    'http://0x7f000001/',
    'http://2130706433/',
    'http://127.1/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:a9fe:a9fe]/',
    'http://[fe80::1]/',
    'http://[fd00::1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://[2002:7f00:1::]/',
    'http://10.1.2.3/',
    'http://172.31.0.1/',
    'http://192.168.0.1/',
    'http://169.254.169.254/latest/meta-data',
    'http://100.64.0.1/',
    'http://0.0.0.0/',
  ])('is refused where it leads to %s', async (url) => {
    await expect(send(url)).rejects.toThrow(ForbiddenAddress);
  });

  it('is refused where a name resolves to a private address, also beside a public one', async () => {
    const { port } = new URL(receiver.url);
    for (const addresses of [['127.0.0.1'], ['93.184.216.34', '127.0.0.1'], ['::1'], ['::ffff:10.0.0.1'], []]) {
      await expect(send(`http://hook.example:${port}/`, resolveTo(...addresses))).rejects.toThrow(ForbiddenAddress);
    }
    expect(receiver.received).toEqual([]);
  });

  it('goes to private addresses where the setting allows that, and follows no redirect', async () => {
    receiver.answers.push({ status: 307, headers: { location: `${receiver.url}/elsewhere` } });
    expect((await send(`${receiver.url}/hook`, undefined, true)).status).toBe(307);
    expect(receiver.received.map(({ path }) => path)).toEqual(['/hook']);
  });
});

it.each([
  ['8.8.8.8', false],
  ['2606:4700::1111', false],
  ['fe80::1%eth0', true],
  ['no address', true],
  ['2001:db8::1', true],
])('takes %s for private: %s', (address, isPrivate) => {
  expect(isPrivateAddress(address)).toBe(isPrivate);
});

const HOUR_MS = 3_600_000;

it.each([
  ['2026-11-30T22:30:00Z', 8.5],
  ['2026-11-30T21:59:59Z', 0],
  ['2026-11-30T06:59:30Z', 0.5 / 60],
  ['2026-11-30T07:00:00Z', 0],
])('counts quiet hours over midnight, at %s', (now, hours) => {
  const quiet = { from: '22:00', to: '07:00', timeZone: 'UTC' };
  expect(quietForMs(quiet, new Date(now))).toBe(hours * HOUR_MS);
});

it('counts quiet hours in their time zone', () => {
  const quiet = { from: '22:00', to: '07:00', timeZone: 'Asia/Tokyo' };
  expect(quietForMs(quiet, new Date('2026-11-30T21:00:00Z'))).toBe(HOUR_MS);
});

it('binds each secret to its destination, and has no key inside another application without the setting', async () => {
  const own = createDestinationSecrets(
    { ALERTS_SECRET_KEY: 'k'.repeat(32), JWT_SECRET: undefined, DATA_DIR: '/nowhere' },
    { isEmbedded: true },
  );
  const encrypted = await own.encrypt('one', { url: 'https://hook.example/x' });
  expect(await own.decrypt('one', encrypted)).toEqual({ url: 'https://hook.example/x' });
  await expect(own.decrypt('other', encrypted)).rejects.toThrow('does not fit its owner');
  const none = createDestinationSecrets(
    { ALERTS_SECRET_KEY: undefined, JWT_SECRET: undefined, DATA_DIR: '/nowhere' },
    { isEmbedded: true },
  );
  await expect(none.encrypt('one', { url: 'https://hook.example/x' })).rejects.toThrow('Set ALERTS_SECRET_KEY');
});
