import type { IncomingMessage } from 'node:http';
import { type EmbeddedSettings, embeddedConfig } from '@job-manager/engine/config';
import { expect, it } from 'vitest';
import { findForeignHost } from './hosts.js';
import { judgeOrigin } from './origin.js';

const MACHINE = 'Box7.corp.example';
const configOf = (settings: EmbeddedSettings) => ({
  ...embeddedConfig('postgresql://localhost/jobs', settings),
  HOSTNAME: MACHINE,
});
const requestFor = (headers: Record<string, string>) =>
  ({ headers, socket: { remoteAddress: '10.0.0.5' } }) as unknown as IncomingMessage;

const judge = (settings: EmbeddedSettings, headers: Record<string, string>) => {
  const foreignHost = findForeignHost(requestFor(headers), configOf(settings));
  return foreignHost ?? judgeOrigin(requestFor(headers), configOf(settings));
};

it.each([
  ...['localhost', 'localhost:3000', 'LOCALHOST.:3000', 'jobs.localhost:3000'],
  ...['127.0.0.1', '10.1.2.3:3000', '[::1]:3000', '[fe80::1]'],
  ...['box7.corp.example', 'BOX7.corp.example:3000', 'box7:3000'],
])('answers for %s without a setting', (host) => {
  expect(judge({}, { host, origin: `http://${host.toLowerCase()}` })).toBe('own');
});

it.each([
  ...['evil.example', 'evil.example:3131', 'localhost.evil.example', '127.0.0.1.evil.example', 'evil.example.'],
  ...['box7.evil.example', 'box', 'corp.example', '[::1].evil.example', 'evil.example:127.0.0.1', ''],
])('does not answer for %j', (host) => {
  const foreign = findForeignHost(requestFor({ host, origin: `http://${host}` }), configOf({}));
  expect(foreign).toBe(host);
});

it('answers for the names in ALLOWED_HOSTS and for no part of them', () => {
  const settings = { ALLOWED_HOSTS: 'jobs.internal, Jobs.example.com' };
  const foreignHostOf = (host: string) => findForeignHost(requestFor({ host }), configOf(settings));
  expect(['jobs.internal:3000', 'JOBS.example.com', 'jobs.internal.'].map(foreignHostOf)).toEqual([null, null, null]);
  const others = ['internal', 'x.jobs.internal', 'jobs.internal.evil.example', 'example.com'];
  expect(others.map(foreignHostOf)).toEqual(others);
});

it.each([
  ['https://jm.example', 'own'],
  ['http://jm.example', 'foreign'],
  ['https://jm.example:8443', 'foreign'],
  ['https://jm.example.evil.example', 'foreign'],
  ['http://127.0.0.1:3000', 'foreign'],
  ['https://127.0.0.1:3000', 'foreign'],
])('takes PUBLIC_URL for the only origin: %s is %s', (origin, wanted) => {
  const settings = { PUBLIC_URL: 'https://jm.example' };
  for (const host of ['127.0.0.1:3000', 'jm.example']) expect(judge(settings, { host, origin })).toBe(wanted);
});

it('requires that origin even where a header marks the page as our own', () => {
  const settings = { PUBLIC_URL: 'https://jm.example' };
  const claim = { host: '127.0.0.1:3000', 'sec-fetch-site': 'same-origin' };
  expect(judge(settings, { ...claim, origin: 'http://127.0.0.1:3000' })).toBe('foreign');
  expect(judge(settings, claim)).toBe('absent');
});

it('answers for no other host where PUBLIC_URL is set', () => {
  const headers = { host: 'evil.example:3131', origin: 'http://evil.example:3131' };
  expect(judge({ PUBLIC_URL: 'https://jm.example' }, headers)).toBe('evil.example:3131');
});

it('reads X-Forwarded-Host from a trusted proxy alone, and never where PUBLIC_URL is set', () => {
  const headers = { host: '10.0.0.9:3000', 'x-forwarded-host': 'jobs.example', origin: 'https://jobs.example' };
  const ALLOWED_HOSTS = 'jobs.example';
  expect(judge({ ALLOWED_HOSTS, TRUST_PROXY: 1 }, headers)).toBe('own');
  expect(judge({ ALLOWED_HOSTS, TRUST_PROXY: '10.0.0.0/8' }, headers)).toBe('own');
  expect(judge({ ALLOWED_HOSTS, TRUST_PROXY: '10.9.0.0/16' }, headers)).toBe('foreign');
  expect(judge({ ALLOWED_HOSTS }, headers)).toBe('foreign');
  expect(judge({ TRUST_PROXY: 1 }, headers)).toBe('jobs.example');
  expect(judge({ ALLOWED_HOSTS, TRUST_PROXY: 1, PUBLIC_URL: 'https://jm.example' }, headers)).toBe('foreign');
  // A page writes this header itself where nothing is in between.
  const rebound = { host: 'evil.example', 'x-forwarded-host': 'localhost' };
  expect(judge({ TRUST_PROXY: 1 }, rebound)).toBe('evil.example');
});
