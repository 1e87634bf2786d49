import { expect, test } from 'vitest';
import { exampleCall } from './example-call';

test('reads instead of changes, where the token may', () => {
  expect(exampleCall('jm_secret', ['run', 'view'], 'https://jobs.example')).toBe(
    "curl https://jobs.example/api/admin/jobs/active \\\n  -H 'Authorization: Bearer jm_secret'",
  );
});

test('makes a call that the token allows', () => {
  expect(exampleCall('jm_secret', ['run'], 'https://jobs.example')).toBe(
    [
      'curl -X POST https://jobs.example/api/admin/jobs/enqueue',
      "-H 'Authorization: Bearer jm_secret'",
      "-H 'Content-Type: application/json'",
      `-d '{"jobName": "trending"}'`,
    ].join(' \\\n  '),
  );
});
