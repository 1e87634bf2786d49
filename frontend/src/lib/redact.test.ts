import { expect, test } from 'vitest';
import { redact } from './redact';

test('takes out values named like a secret, at any depth', () => {
  const given = {
    batchSize: 100,
    apiKey: 'k',
    nested: [{ Password: 'p', ok: true }],
    'Private-Key': 1,
    private_key: { pem: 'x' },
    inputTokens: 5,
    token: '',
  };
  expect(redact(given)).toEqual({
    batchSize: 100,
    apiKey: '[redacted]',
    nested: [{ Password: '[redacted]', ok: true }],
    'Private-Key': 1,
    private_key: { pem: '[redacted]' },
    inputTokens: 5,
    token: '',
  });
});

test('ends where data contains itself', () => {
  const loop: Record<string, unknown> = {};
  loop.again = loop;
  expect(JSON.stringify(redact(loop))).toContain('[too deep]');
});
