import { expect, test } from 'vitest';
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
