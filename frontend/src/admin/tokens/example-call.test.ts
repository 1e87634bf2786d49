import { expect, test } from 'vitest';
import { exampleCall } from './example-call';

test('looks rather than does, where the token may', () => {
  expect(exampleCall('jm_secret', ['run', 'view'], 'https://jobs.example')).toBe(
    "curl -H 'Authorization: Bearer jm_secret' https://jobs.example/api/admin/jobs/active",
  );
});

test('makes a call that the token allows', () => {
  expect(exampleCall('jm_secret', ['run'], 'https://jobs.example')).toBe(
    `curl -X POST -H 'Authorization: Bearer jm_secret' -H 'Content-Type: application/json' -d '{"jobName": "trending"}' https://jobs.example/api/admin/jobs/enqueue`,
  );
});
