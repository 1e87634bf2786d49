import { permissionsOf } from '@job-manager/shared/permissions';
import { act, screen, waitFor } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import { aRun } from '../testing/a-run';
import { backend, live, operator, problem, world } from '../testing/backend';
import { address, openPanel } from '../testing/render-app';

function acceptSignIn() {
  backend.use(
    http.post('/api/auth/login', async ({ request }) => {
      const { email, password } = (await request.json()) as Record<string, string>;
      if (password !== 'secret') return problem(401, { detail: 'Email or password is wrong.', retryable: true });
      world.user = { ...operator, email: String(email) };
      return HttpResponse.json({ user: world.user });
    }),
  );
}

test('leads to sign-in and back to the same address', async () => {
  world.user = null;
  acceptSignIn();
  const { user } = await openPanel('/admin/jobs?status=FAILED&page=2');
  await user.type(await screen.findByLabelText('E-mail'), 'ada@example.com');
  await user.type(screen.getByLabelText('Password'), 'secret{Enter}');
  expect(await screen.findByRole('heading', { name: 'Runs', level: 1 })).toBeVisible();
  expect(address()).toBe('/admin/jobs?status=FAILED&page=2');
  expect(document.title).toBe('Runs · Job Manager');
});

test('a sign-in in another tab wakes the one that waits for it', async () => {
  world.user = null;
  await openPanel('/admin/jobs?status=FAILED');
  await screen.findByLabelText('E-mail');
  world.user = operator;
  // As browsers notify the other tabs of a change in storage.
  window.dispatchEvent(new StorageEvent('storage', { key: 'job-manager: signed in' }));
  expect(await screen.findByRole('heading', { name: 'Runs', level: 1 })).toBeVisible();
  expect(address()).toBe('/admin/jobs?status=FAILED');
});

test('shows why signing in failed and keeps the email', async () => {
  world.user = null;
  acceptSignIn();
  const { user } = await openPanel('/login');
  await user.type(await screen.findByLabelText('E-mail'), 'ada@example.com');
  await user.type(screen.getByLabelText('Password'), 'wrong{Enter}');
  expect(await screen.findByRole('alert')).toHaveTextContent('Email or password is wrong.');
  expect(screen.getByLabelText('E-mail')).toHaveValue('ada@example.com');
  expect(screen.getByLabelText('Password')).toHaveValue('');
});

test('requires a code after the password, takes a recovery code too, and goes back when the wait is over', async () => {
  world.user = null;
  const codes: string[] = [];
  backend.use(
    http.post('/api/auth/login', () =>
      HttpResponse.json({ user: null, codeNeeded: { expiresAt: new Date().toISOString() } }),
    ),
    http.post('/api/auth/login/code', async ({ request }) => {
      const { code } = (await request.json()) as { code: string };
      codes.push(code);
      if (code === '000000') return problem(401, { code: 'SIGN_IN_CODE_WRONG', detail: 'The code is wrong.' });
      if (code === '999999') return problem(401, { code: 'SIGN_IN_ENDED', detail: 'Begin again.' });
      world.user = operator;
      return HttpResponse.json({ user: operator });
    }),
  );
  const { user } = await openPanel('/admin/jobs');
  const typePassword = async () => {
    await user.type(await screen.findByLabelText('E-mail'), 'ada@example.com');
    await user.type(screen.getByLabelText('Password'), 'secret{Enter}');
  };
  await typePassword();
  const field = await screen.findByLabelText('Code from your app');
  expect([field.getAttribute('inputmode'), field.getAttribute('autocomplete')]).toEqual(['numeric', 'one-time-code']);
  expect(field).toHaveFocus();
  await user.type(field, '000000{Enter}');
  expect(await screen.findByRole('alert')).toHaveTextContent('The code is wrong.');
  await user.type(field, '999999{Enter}');
  expect(await screen.findByLabelText('E-mail')).toBeVisible();
  expect(screen.getByRole('alert')).toHaveTextContent('Begin again.');
  await typePassword();
  await user.click(await screen.findByRole('button', { name: 'Use a recovery code' }));
  await user.type(screen.getByLabelText('Recovery code'), 'abcde-fghij{Enter}');
  expect(await screen.findByRole('heading', { name: 'Runs', level: 1 })).toBeVisible();
  expect(codes).toEqual(['000000', '999999', 'abcde-fghij']);
});

test('requires both fields before it calls the server', async () => {
  world.user = null;
  const { user } = await openPanel('/login');
  await user.click(await screen.findByRole('button', { name: 'Sign in' }));
  expect(screen.getByLabelText('E-mail')).toHaveAccessibleDescription('Enter your e-mail address');
  expect(screen.getByLabelText('Password')).toHaveAccessibleDescription('Enter your password');
});

test('shows a USER that there is no access', async () => {
  world.user = { ...operator, role: 'USER' };
  await openPanel('/admin/jobs');
  expect(await screen.findByRole('heading', { name: 'No access' })).toBeVisible();
  expect(screen.getByText('ada@example.com')).toBeVisible();
  expect(live.connections).toBe(0);
});

test('leads to sign-in when the session ends during a call, and keeps the address', async () => {
  world.history = [aRun.success()];
  const { user } = await openPanel('/admin/jobs?job=match-scores');
  await screen.findByText('Showing 1–1 of 1');
  world.user = null;
  await user.click(screen.getByRole('button', { name: 'Refresh' }));
  expect(await screen.findByRole('button', { name: 'Sign in' })).toBeVisible();
  expect(address()).toBe(`/login?next=${encodeURIComponent('/admin/jobs?job=match-scores')}`);
});

test('leads to sign-in when the server closes the socket because the session ended', async () => {
  await openPanel('/admin/jobs');
  await screen.findByText('No active jobs');
  world.user = null;
  act(() => live.close(4401));
  expect(await screen.findByRole('button', { name: 'Sign in' })).toBeVisible();
});

test('shows that access is gone when the server closes the socket because the role is', async () => {
  await openPanel('/admin/jobs');
  await screen.findByText('No active jobs');
  world.user = { ...operator, role: 'USER' };
  act(() => live.close(4403));
  expect(await screen.findByRole('heading', { name: 'No access' })).toBeVisible();
});

test('signs out', async () => {
  backend.use(
    http.post('/api/auth/logout', () => {
      world.user = null;
      return HttpResponse.json({ ok: true });
    }),
  );
  const { user } = await openPanel('/admin/dashboard');
  await user.click(await screen.findByRole('button', { name: 'Account: ada@example.com' }));
  await user.click(await screen.findByRole('menuitem', { name: 'Sign out', hidden: true }));
  expect(await screen.findByRole('button', { name: 'Sign in' })).toBeVisible();
  expect(address()).toBe('/login');
});

test('offers to try again when the server cannot be reached', async () => {
  let isDown = true;
  const permissions = permissionsOf.SUPER_ADMIN;
  const signedIn = { user: operator, roleName: null, permissions, jobPatterns: null, pending: [] };
  backend.use(http.get('/api/auth/me', () => (isDown ? HttpResponse.error() : HttpResponse.json(signedIn))));
  const { user } = await openPanel('/admin/jobs');
  expect(await screen.findByRole('heading', { name: 'The server cannot be reached' })).toBeVisible();
  isDown = false;
  await user.click(screen.getByRole('button', { name: 'Retry' }));
  expect(await screen.findByRole('heading', { name: 'Runs', level: 1 })).toBeVisible();
});

test.each(['/nowhere', '/admin/nowhere'])('shows that no page is at %s', async (place) => {
  await openPanel(place);
  expect(await screen.findByRole('heading', { name: 'Page not found' })).toBeVisible();
});

test.each(['/', '/admin'])('opens the dashboard at %s', async (place) => {
  await openPanel(place);
  expect(await screen.findByRole('heading', { name: 'Jobs Dashboard', level: 1 })).toBeVisible();
  await waitFor(() => expect(address()).toBe('/admin/dashboard'));
});
