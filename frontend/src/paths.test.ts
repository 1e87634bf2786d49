import { expect, test } from 'vitest';
import { describeAddress } from './auth/describe-address';
import { afterLogin, canonicalPath, loginFor, paths } from './paths';

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
  ['/admin/jobs/history/', 'History'],
  ['/admin/jobs/runners', 'Runners'],
  ['/admin/errors/0123', 'this page'],
])('describes %s as %s', (address, description) => {
  expect(describeAddress(address)).toBe(description);
});

test.each([
  ['/admin/jobs/', '/admin/jobs'],
  ['/admin//jobs///history/', '/admin/jobs/history'],
  ['/Admin/Jobs/HISTORY', '/admin/jobs/history'],
  ['/ADMIN/jobs/channels/Mail/', '/admin/jobs/channels/Mail'],
  ['/admin/errors/ABC', '/admin/errors/ABC'],
  ['/LOGIN/', '/login'],
  ['/', '/'],
  ['/elsewhere/', '/elsewhere'],
])('takes %s for %s', (address, page) => {
  expect(canonicalPath(address)).toBe(page);
});

test('every page is at the address that links lead to', () => {
  for (const path of Object.values(paths)) if (typeof path === 'string') expect(canonicalPath(path)).toBe(path);
});
