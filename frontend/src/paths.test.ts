import { expect, test } from 'vitest';
import { describeAddress } from './auth/describe-address';
import { afterLogin, loginFor } from './paths';

test('leads back to the whole address after signing in', () => {
  const login = new URL(loginFor('/admin/jobs?status=FAILED&page=2'), 'http://localhost');
  expect(login.pathname).toBe('/login');
  expect(afterLogin(login.searchParams.get('next'))).toBe('/admin/jobs?status=FAILED&page=2');
});

test.each([null, '//evil.example', 'https://evil.example', '/\\evil.example', 'javascript:alert(1)', '/administrator'])(
  'goes to the dashboard instead of %s',
  (next) => {
    expect(afterLogin(next)).toBe('/admin/dashboard');
  },
);

test.each([
  ['/admin/jobs?job=trending&new=', 'Run New Job'],
  ['/admin/jobs?rerun=13', 'Re-run Job (#13)'],
  ['/admin/jobs/history?run=13&tab=log', 'run #13'],
  ['/admin/jobs/13', 'run #13'],
  ['/admin/jobs/history?page=2', 'History'],
  ['/admin/errors/0123', 'this page'],
])('describes %s as %s', (address, description) => {
  expect(describeAddress(address)).toBe(description);
});
