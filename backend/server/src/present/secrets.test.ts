import { readConfig } from '@job-manager/engine/config';
import { createRedaction } from '@job-manager/shared/redaction';
import { expect, it } from 'vitest';
import { hideSecrets, restoreSecrets } from './secrets.js';

const redaction = createRedaction(readConfig({}).JOBS_REDACT_KEYS);
const kept = {
  password: 'hunter2',
  url: 'postgres://ada:pw@db/x',
  list: [{ apiKey: 'a' }, { apiKey: 'b' }],
  secrets: { deep: ['x', 1, true, null, ''] },
  maxTokens: 5,
};
const shown = hideSecrets(kept, redaction);

it('shows texts under the names of secrets and secrets within texts redacted, and all else as it is', () => {
  expect(shown).toEqual({
    password: '[redacted]',
    url: 'postgres://ada:[redacted]@db/x',
    list: [{ apiKey: '[redacted]' }, { apiKey: '[redacted]' }],
    secrets: { deep: ['[redacted]', 1, true, null, ''] },
    maxTokens: 5,
  });
  expect(hideSecrets(JSON.parse('{"__proto__":{"password":"x"}}'), redaction)).toEqual(
    JSON.parse('{"__proto__":{"password":"[redacted]"}}'),
  );
});

it('puts back what was kept wherever it was left as shown', () => {
  expect(restoreSecrets(shown, kept, redaction)).toEqual(kept);
  expect(restoreSecrets({ ...shown, password: 'new', maxTokens: 6 }, kept, redaction)).toEqual({
    ...kept,
    password: 'new',
    maxTokens: 6,
  });
  expect(restoreSecrets({ list: [{ apiKey: '[redacted]' }, { apiKey: 'c' }] }, kept, redaction)).toEqual({
    list: [{ apiKey: 'a' }, { apiKey: 'c' }],
  });
  expect(restoreSecrets({ note: 'says [redacted]' }, { note: 'says [redacted]' }, redaction)).toEqual({
    note: 'says [redacted]',
  });
});

it.each([
  ['parameters.token', { token: '[redacted]' }],
  ['parameters.url', { url: 'postgres://bob:[redacted]@db/x' }],
  ['parameters.list.0.apiKey', { list: [{ apiKey: '[redacted]' }] }],
  ['parameters.password.value', { password: { value: '[redacted]' } }],
  ['parameters.toString', { toString: '[redacted]' }],
])('refuses %s, where nothing was kept that is shown so', (path, given) => {
  expect(() => restoreSecrets(given, kept, redaction)).toThrow(`${path}: has [redacted]`);
});
