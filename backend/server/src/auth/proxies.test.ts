import type { IncomingMessage } from 'node:http';
import { type EmbeddedSettings, embeddedConfig } from '@job-manager/engine/config';
import { describe, expect, it } from 'vitest';
import {
  addressOf,
  describeUntrustedProxy,
  ForwardedHeaderWatch,
  readAddress,
  type UntrustedProxy,
} from './proxies.js';

const configOf = (TRUST_PROXY: EmbeddedSettings['TRUST_PROXY']) =>
  embeddedConfig('postgresql://localhost/jobs', { TRUST_PROXY });
const requestOf = (remoteAddress: string, headers: Record<string, string> = {}) =>
  ({ headers, socket: { remoteAddress } }) as unknown as IncomingMessage;

describe('the address of a request', () => {
  const forwardedFor = (text: string) => requestOf('::ffff:10.0.0.5', { 'x-forwarded-for': text });

  it.each([
    [0, '203.0.113.7', '::ffff:10.0.0.5'],
    [1, '203.0.113.7', '203.0.113.7'],
    [1, '198.51.100.1, 203.0.113.7', '203.0.113.7'],
    [2, '198.51.100.1, 203.0.113.7', '198.51.100.1'],
    ['10.0.0.5', '198.51.100.1, 203.0.113.7', '203.0.113.7'],
    ['10.0.0.0/8, 203.0.113.0/24', '198.51.100.1, 203.0.113.7', '198.51.100.1'],
    ['loopback', '203.0.113.7', '::ffff:10.0.0.5'],
    ['loopback,uniquelocal', '203.0.113.7', '203.0.113.7'],
    ['fc00::/7', '203.0.113.7', '::ffff:10.0.0.5'],
    // Nothing that is no address is ever kept.
    [1, 'garbage', null],
    [1, '"><script>alert(1)</script>', null],
    [1, '203.0.113.7, unknown', null],
    [1, '203.0.113.7:51234', '203.0.113.7'],
    [1, '[2001:db8::1]:51234', '2001:db8::1'],
  ])('with TRUST_PROXY=%s and X-Forwarded-For: %s is %s', (setting, forwarded, address) => {
    expect(addressOf(forwardedFor(forwarded), configOf(setting))).toBe(address);
  });

  it('is null for a text that only begins like one', () => {
    for (const text of ['1.2.3.4 x', '1.2.3', '1.2.3.4:x', '[1.2.3.4', '', ':80', '1.2.3.4:1234567'])
      expect(readAddress(text), text).toBeNull();
  });
});

it.each(['-1', '11', '1.5', 'all', 'true', '10.0.0.0/33', '10.0.0.5,', 'proxy.internal'])(
  'refuses TRUST_PROXY=%s at start',
  (setting) => {
    expect(() => configOf(setting)).toThrow(/TRUST_PROXY: must be/);
  },
);

describe('headers of a proxy that is not trusted', () => {
  const proxied = requestOf('10.0.0.5', { 'x-forwarded-for': '203.0.113.7' });

  it('are reported once, and shown until 15 minutes after the last', () => {
    let now = 0;
    const reported: UntrustedProxy[] = [];
    const watch = new ForwardedHeaderWatch(
      (proxy) => reported.push(proxy),
      () => now,
    );
    watch.observe(requestOf('10.0.0.5'), configOf(0));
    watch.observe(proxied, configOf(1));
    watch.observe(proxied, configOf('10.0.0.0/8'));
    expect([reported, watch.recent]).toEqual([[], null]);

    watch.observe(proxied, configOf(0));
    watch.observe(requestOf('10.0.0.6', { 'x-forwarded-proto': 'https' }), configOf('10.0.0.5'));
    expect(reported).toEqual([{ address: '10.0.0.5', header: 'x-forwarded-for' }]);
    expect(watch.recent).toEqual({ address: '10.0.0.6', header: 'x-forwarded-proto' });
    now = 15 * 60_000;
    expect(watch.recent).toBeNull();
  });

  it('name the setting', () => {
    expect(describeUntrustedProxy({ address: '10.0.0.5', header: 'x-forwarded-for' })).toContain(
      'set TRUST_PROXY to 10.0.0.5',
    );
  });
});
