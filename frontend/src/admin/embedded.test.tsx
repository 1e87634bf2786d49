import { screen, waitFor } from '@testing-library/react';
import { http, ws } from 'msw';
import { beforeEach, expect, test, vi } from 'vitest';
import { serveRoles } from '../testing/administration';
import { backend, operator, world } from '../testing/backend';
import { address, openPanel } from '../testing/render-app';

// As the server writes it onto the page where an application has mounted the panel and keeps the people.
vi.hoisted(() => {
  Object.assign(document.documentElement.dataset, {
    mount: '/ops/jobs',
    accounts: 'host',
    signInUrl: '/login?back={next}',
  });
});

const opened = vi.fn();

beforeEach(() => {
  const mounted = '/ops/jobs';
  backend.use(
    http.all(`${mounted}/api/*`, ({ request }) => {
      const url = new URL(request.url);
      url.pathname = url.pathname.slice(mounted.length);
      return fetch(new Request(url, request));
    }),
    // No call of the panel may go to the application's own addresses.
    ws.link(`ws://localhost:3000${mounted}/ws`).addEventListener('connection', opened),
  );
});

test('the panel lives under the path that it is mounted at', async () => {
  const { user } = await openPanel('/ops/jobs/admin/jobs');
  await waitFor(() => expect(opened).toHaveBeenCalled());
  await user.click(await screen.findByRole('link', { name: 'History' }));
  await waitFor(() => expect(address()).toBe('/ops/jobs/admin/jobs/history'));
  expect(await screen.findByRole('link', { name: /^Active/ })).toHaveAttribute('href', '/ops/jobs/admin/jobs/monitor');
  expect(screen.getByRole('link', { name: 'Dashboard' })).toHaveAttribute('href', '/ops/jobs/admin/dashboard');
});

test('downloads and documents are found there', async () => {
  await openPanel('/ops/jobs/admin/audit');
  expect(await screen.findByRole('link', { name: /export/i })).toHaveAttribute(
    'href',
    expect.stringMatching(/^\/ops\/jobs\/api\/admin\/audit/),
  );
});

test('the panel shows who is signed in, and offers no way to sign out, to change a password or to manage people', async () => {
  const { user } = await openPanel('/ops/jobs/admin/dashboard');
  await user.click(screen.getByRole('button', { name: `Account: ${operator.email}` }));
  expect(await screen.findByText('Super admin')).toBeInTheDocument();
  const items = screen.getAllByRole('menuitem', { hidden: true }).map(({ textContent }) => textContent);
  expect(items).toEqual(['Notices…', 'Keyboard shortcuts?']);
  await user.click(screen.getByRole('button', { name: 'Administration' }));
  expect(await screen.findByRole('link', { name: 'API tokens' })).toBeInTheDocument();
  expect(screen.queryByRole('link', { name: 'Users' })).not.toBeInTheDocument();
});

test('roles are made there for the application to name, without a list of its people', async () => {
  serveRoles();
  const { user } = await openPanel('/ops/jobs/admin/dashboard');
  await user.click(screen.getByRole('button', { name: 'Administration' }));
  await user.click(await screen.findByRole('link', { name: 'Roles' }));
  expect(await screen.findByRole('heading', { level: 1, name: 'Roles' })).toBeInTheDocument();
  expect(await screen.findByText('No own roles yet')).toBeInTheDocument();
  expect(screen.queryByRole('link', { name: 'People' })).not.toBeInTheDocument();
});

test('there is no page for an account', async () => {
  await openPanel('/ops/jobs/admin/account');
  expect(screen.getByRole('heading', { name: 'Page not found' })).toBeInTheDocument();
});

test('an unknown person is led to where the application signs people in, and back', async () => {
  world.user = null;
  await openPanel('/ops/jobs/admin/jobs?page=2');
  expect(screen.getByRole('heading', { name: 'You are not signed in' })).toBeInTheDocument();
  expect(screen.getByRole('link', { name: 'Sign in' })).toHaveAttribute(
    'href',
    `/login?back=${encodeURIComponent('/ops/jobs/admin/jobs?page=2')}`,
  );
});

test('the panel shows a person who is no operator that, without a sign-in as another person', async () => {
  world.user = { ...operator, role: 'USER' };
  await openPanel('/ops/jobs/admin/jobs');
  expect(screen.getByRole('heading', { name: 'No access' })).toBeInTheDocument();
  expect(screen.queryByRole('button')).not.toBeInTheDocument();
});
