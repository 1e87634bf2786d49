import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readConfig } from '../config.js';
import { cpuTimeMs } from '../testing/cpu-time.js';
import { createRedaction } from './redaction.js';

const redaction = createRedaction(readConfig({}).JOBS_REDACT_KEYS);

it.each([
  ['password', true],
  ['PASSWORD', true],
  ['pass_word', true],
  ['api-key', true],
  ['apiKey', true],
  ['X-API-Key', true],
  ['DB_PASSWORD', true],
  ['accessToken', true],
  ['credentials', true],
  ['set-cookie', true],
  ['AWS_SECRET_ACCESS_KEY', true],
  ['secretKey', true],
  ['SECRET_KEY_BASE', true],
  ['secretkey', true],
  ['accessKey', true],
  ['signing_key', true],
  ['privateKeyPem', true],
  ['pwd', true],
  ['DB-PWD', true],
  ['passphrase', true],
  ['passwordHash', true],
  ['token_value', true],
  ['tokenCount', false],
  ['token-limits', false],
  ['tokenId', false],
  ['secret_name', false],
  ['tokenIdentity', true],
  ['passwordLength', false],
  ['TOKEN_TYPE', false],
  ['maxTokensUsed', false],
  ['secretary', false],
  ['user', false],
  ['', false],
])('takes the key %j as secret: %s', (key, isSecret) => {
  expect(redaction.isSecret(key)).toBe(isSecret);
});

it.each([
  ['password=hunter2', 'password=[redacted]'],
  ['Password: hunter2 for ada', 'Password: [redacted] for ada'],
  ['{"password":"hunter2","user":"ada"}', '{"password":"[redacted]","user":"ada"}'],
  ['{"password": "hun\\"ter2", "n": 1}', '{"password": "[redacted]", "n": 1}'],
  ["{ secret: 'a b c', n: 1 }", "{ secret: '[redacted]', n: 1 }"],
  ['"{\\"token\\":\\"abc\\",\\"n\\":1}"', '"{\\"token\\":\\"[redacted]\\",\\"n\\":1}"'],
  ['{"password":"cut off in the mid', '{"password":"[redacted]"'],
  ['/callback?code=1&access_token=abc&state=x', '/callback?code=1&access_token=[redacted]&state=x'],
  ['Authorization: Bearer abc.def-1', 'Authorization: [redacted]'],
  ['Cookie: a=1; b=2', 'Cookie: [redacted]'],
  ['sent Bearer abc.def== to them', 'sent Bearer [redacted] to them'],
  ['api key = abc', 'api key = [redacted]'],
  ['postgres://jobs:pw@db:5432/x', 'postgres://jobs:[redacted]@db:5432/x'],
  ['token', 'token'],
  ['the secretary: ada', 'the secretary: ada'],
  ['tokens left over: 5', 'tokens left over: 5'],
  ['Used 5 tokens: 12 in, 7 out', 'Used 5 tokens: 12 in, 7 out'],
  ['inputTokens=812 output_tokens=1,095 cookies: 4.', 'inputTokens=812 output_tokens=1,095 cookies: 4.'],
  ['{"totalTokens":907,"tokens":[1,2],"secrets":[]}', '{"totalTokens":907,"tokens":[1,2],"secrets":[]}'],
  ['{"password":null,"token":"","secret":false}', '{"password":null,"token":"","secret":false}'],
  [
    "{ tokens: { input: 5 }, credentials: { user: 'ada', password: 'x' } }",
    "{ tokens: { input: 5 }, credentials: { user: 'ada', password: '[redacted]' } }",
  ],
  ['password=12345 token: 482913', 'password=[redacted] token: [redacted]'],
  ['tokens=a12,b13 tokens: 4f5e', 'tokens=[redacted],b13 tokens: [redacted]'],
  ['https://example.com:8080/path', 'https://example.com:8080/path'],
  ['AWS_SECRET_ACCESS_KEY=abc/def+1 next', 'AWS_SECRET_ACCESS_KEY=[redacted] next'],
  ['{"secretKey":"abc","accessKey": "def"}', '{"secretKey":"[redacted]","accessKey": "[redacted]"}'],
  ['SECRET_KEY=abc pwd: x passphrase = y', 'SECRET_KEY=[redacted] pwd: [redacted] passphrase = [redacted]'],
  ["{ signing_key => 'abc' }", "{ signing_key => '[redacted]' }"],
  ['psql --password hunter2 -h db', 'psql --password [redacted] -h db'],
  [
    'run --api-token=abc --db-password "a b" --verbose',
    'run --api-token=[redacted] --db-password "[redacted]" --verbose',
  ],
  ['run --password 1234 --token --verbose', 'run --password [redacted] --token --verbose'],
  ['got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln-_ from it', 'got [redacted] from it'],
  ['called with jm_0123456789abcdefghij0123456789ABCDEFGHIJ', 'called with [redacted]'],
  ['k: -----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- end', 'k: [redacted] end'],
  ['-----BEGIN PRIVATE KEY-----\nMIIE cut off', '[redacted]'],
  ['https://ada:p@ss@db.example/x?y=a@b', 'https://ada:[redacted]@db.example/x?y=a@b'],
  ['redis://:pw@cache', 'redis://:[redacted]@cache'],
  ['tokenCount: 5, token_limit=abc maxTokens: 5', 'tokenCount: 5, token_limit=abc maxTokens: 5'],
  ['jm_ and eyJ alone -- say nothing', 'jm_ and eyJ alone -- say nothing'],
])('writes %j as %j', (text, redacted) => {
  expect(redaction.text(text)).toBe(redacted);
  expect(redaction.text(redacted)).toBe(redacted);
});

it('takes names as they are configured, whatever characters they have', () => {
  const own = createRedaction(' pin , a+b(,, ');
  expect(own.text('pin=1234 a+b(=5 password=x')).toBe('pin=[redacted] a+b(=[redacted] password=x');
  expect(own.isSecret('password')).toBe(false);
});

it('hides only what gives itself away when no name is configured', () => {
  expect(createRedaction('').text('password=x Bearer abc')).toBe('password=x Bearer [redacted]');
  expect(createRedaction('').isSecret('password')).toBe(false);
});

it.each([readConfig({}).JOBS_REDACT_KEYS, 'pin', ''])(
  'finds the same with a quick check first as without: %j',
  (keys) => {
    const own = createRedaction(keys);
    const piece = fc.constantFrom(
      'password',
      'Cookie',
      'pin',
      'bearer',
      'BEARER',
      ':',
      '=',
      ' ',
      '//',
      '@',
      '"',
      '\\',
      'a',
      '\n',
      '--',
      'Key',
      'eyJ',
      '.',
      'jm_0123456789abcdefghij',
      '-----BEGIN PRIVATE KEY-----',
    );
    const text = fc
      .array(fc.oneof({ weight: 4, arbitrary: piece }, fc.string({ maxLength: 3 })))
      .map((parts) => parts.join(''));
    // A line with a colon is never passed over; `.` and `\s*` stay within the line, or take nothing of the one before.
    const searched = (searchedText: string) => own.text(`:\n${searchedText}`).slice(2);
    fc.assert(
      fc.property(text, (searchedText) => void expect(own.text(searchedText)).toBe(searched(searchedText))),
      { numRuns: 2_000 },
    );
  },
);

it.each([
  ...['token', 'tokenA', 'token_', 'a', '"', '\\"', '//', '//a:', 'password=', 'Bearer ', ' ', '--', '--a ', '-'],
  ...[
    'eyJ',
    'eyJ.',
    'eyJ-',
    'eyJa.a.',
    'jm_',
    '-----BEGIN PRIVATE KEY-----',
    '-----BEGIN ',
    'token ',
    'token\\',
    '=',
    ':',
  ],
  ...['secret_access_key_', 'private ', '--token-', '//a@', '(', "'"],
])('takes no longer than a text is long: %j', (piece) => {
  const text = piece.repeat(58_000 / piece.length);
  for (const hostile of [text, `=${text}`, `token${text}`, `PRIVATE KEY eyJ jm_ -- = ${text}`]) {
    const begun = cpuTimeMs();
    redaction.text(hostile);
    redaction.isSecret(hostile);
    // 20 ms on a quiet machine.
    expect(cpuTimeMs() - begun).toBeLessThan(1_000);
  }
});
