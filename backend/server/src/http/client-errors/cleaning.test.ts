import { createRedaction } from '@job-manager/engine/queue/redaction';
import { clientErrorReport } from '@job-manager/shared/contract/errors';
import { expect, it } from 'vitest';
import { clean } from './cleaning.js';

const redaction = createRedaction('password,token,api_key');
const cleaned = (report: object) =>
  clean(
    clientErrorReport.parse({ level: 'error', message: 'broken', action: 'load', url: '/admin/jobs', ...report }),
    redaction,
  );

it('keeps the message, the place and the action', () => {
  expect(
    cleaned({ stack: 'Error\n at x', component: 'RunCard', jobName: 'trending', jobRunId: '7', count: 3 }),
  ).toEqual({
    fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
    level: 'error',
    message: 'broken',
    stack: 'Error\n at x',
    action: 'load',
    component: 'RunCard',
    jobName: 'trending',
    jobRunId: '7',
    parameters: null,
    path: '/admin/jobs',
    url: '/admin/jobs',
    count: 3,
  });
});

it.each([
  ['/admin/jobs/12847', '/admin/jobs/:id', '/admin/jobs/12847'],
  [
    'https://jobs.example.com/admin/jobs?status=FAILED&token=abc&token=d',
    '/admin/jobs',
    'https://jobs.example.com/admin/jobs?status&token',
  ],
  ['https://ada:secret@jobs.example.com/login#code=abc', '/login', 'https://jobs.example.com/login'],
  ['/admin/errors/0123456789abcdef', '/admin/errors/:id', '/admin/errors/0123456789abcdef'],
  ['/x/3f0e1c52-0d0c-4f6e-9f37-0d8f2f7c1a11/12a', '/x/:id/12a', '/x/3f0e1c52-0d0c-4f6e-9f37-0d8f2f7c1a11/12a'],
  ['', '/', '/'],
  ['data:text/html,token=abc', '/', ''],
  ['http://[', '/', ''],
])('of the address %j keeps the page %j and no value', (given, path, url) => {
  expect(cleaned({ url: given })).toMatchObject({ path, url });
});

it('keeps no secret, whether in parameters, message or stack', () => {
  const { parameters, message, stack } = cleaned({
    message: 'POST failed: token=abc123',
    stack: 'Error: Bearer abc123\n at x',
    parameters: { batchSize: 5, password: 'abc123', nested: [{ apiKey: 'abc123', note: 'token: abc123' }] },
  });
  expect(JSON.stringify([parameters, message, stack])).not.toContain('abc123');
  expect(parameters).toMatchObject({ batchSize: 5, password: '[redacted]' });
});

it('cuts texts that are too long or that no column can hold', () => {
  const long = '\u{1f600}'.repeat(10_000);
  const { message, stack, action, component, parameters, url, path } = cleaned({
    message: `a\u0000b\ud800${long}`,
    stack: Array.from({ length: 500 }, (_, n) => `at frame${n}`).join('\n'),
    action: long,
    component: long,
    url: `/${long}`,
    parameters: { text: long, '\u0000': '\ud800' },
  });
  expect(message).toMatch(/^ab/);
  expect(message.length).toBeLessThanOrEqual(1_000);
  expect(stack?.split('\n')).toHaveLength(51);
  for (const [text, most] of [
    [action, 100],
    [component, 100],
    [url, 500],
    [path, 300],
  ] as const) {
    expect(text?.length).toBeLessThanOrEqual(most);
    expect(text?.isWellFormed()).toBe(true);
  }
  expect(message.isWellFormed()).toBe(true);
  expect(JSON.stringify(parameters).length).toBeLessThan(4_096);
  expect(parameters).toEqual({ truncated: expect.any(String) });
});
