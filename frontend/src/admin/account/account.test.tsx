import type { OwnSession } from '@job-manager/shared/contract/auth';
import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse } from 'msw';
import { expect, test } from 'vitest';
import { getRecentErrors } from '../../api/errorTracking';
import { ago } from '../../testing/a-run';
import { acceptPost } from '../../testing/administration';
import { callsTo, operator, problem, world } from '../../testing/backend';
import { address, openPanel } from '../../testing/render-app';

async function openAccount() {
  const { user } = await openPanel('/admin/account');
  const write = async (current: string, chosen: string, repeated = chosen) => {
    await user.type(await screen.findByLabelText('Current password'), current);
    await user.type(screen.getByLabelText('New password'), chosen);
    await user.type(screen.getByLabelText('Repeat the new password'), repeated);
    await user.click(screen.getByRole('button', { name: 'Change password' }));
  };
  return { user, write };
}

test('changes the password, says what else ended, and forgets what was typed', async () => {
  const bodies = acceptPost('/api/auth/password', () => HttpResponse.json({ ok: true }));
  const { write } = await openAccount();
  expect(screen.getByText('ada@example.com · Super admin')).toBeVisible();
  await write('old password', 'new password');
  expect(await screen.findByText('Every other session of yours has ended.')).toBeVisible();
  expect(bodies).toEqual([{ currentPassword: 'old password', newPassword: 'new password' }]);
  expect(screen.getByLabelText('Current password')).toHaveValue('');
  expect(screen.getByLabelText('New password')).toHaveValue('');
});

test('checks all three before it asks the server', async () => {
  const { write } = await openAccount();
  await write('old password', 'short', 'shirt');
  expect(screen.getByLabelText('New password')).toHaveAccessibleDescription(
    expect.stringContaining('The new password needs at least 8 characters'),
  );
  expect(screen.getByLabelText('Repeat the new password')).toHaveAccessibleDescription('This is not the same password');
  expect(callsTo('POST')).toBe(0);
});

test('says at the field that the current password is wrong, and keeps the others', async () => {
  acceptPost('/api/auth/password', () =>
    problem(400, { field: 'currentPassword', issues: [{ path: 'currentPassword', message: 'is wrong' }] }),
  );
  const { write } = await openAccount();
  await write('not it at all', 'new password');
  await waitFor(() => expect(screen.getByLabelText('Current password')).toHaveAccessibleDescription('Is wrong'));
  expect(screen.getByLabelText('New password')).toHaveValue('new password');
  expect(getRecentErrors().at(-1)?.context.action).toBe('changePassword');
});

test('says when it was tried too often', async () => {
  acceptPost('/api/auth/password', () => problem(429, { detail: 'Too many wrong passwords; try again in 60 s.' }));
  const { write } = await openAccount();
  await write('not it at all', 'new password');
  expect(await screen.findByRole('alert')).toHaveTextContent('Too many wrong passwords; try again in 60 s.');
});

test('is found in the menu of whoever is signed in, an admin too', async () => {
  world.user = { ...operator, role: 'ADMIN' };
  const { user } = await openPanel('/admin/dashboard');
  await user.click(await screen.findByRole('button', { name: 'Account: ada@example.com' }));
  await user.click(await screen.findByRole('menuitem', { name: 'Change password', hidden: true }));
  expect(await screen.findByRole('heading', { name: 'Your account', level: 1 })).toBeVisible();
  expect(address()).toBe('/admin/account');
});

function aSession(part: Partial<OwnSession> = {}): OwnSession {
  return {
    id: '00000000-0000-4000-8000-000000000001',
    isCurrent: true,
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0',
    ip: '192.0.2.7',
    createdAt: ago(86_400),
    lastUsedAt: ago(70),
    expiresAt: ago(-86_400),
    ...part,
  };
}
const phone = aSession({ id: '00000000-0000-4000-8000-000000000002', isCurrent: false, userAgent: 'curl/8.5.0' });

test('ends a session of one’s own, after asking for the password', async () => {
  world.sessions = [aSession(), phone];
  const bodies = acceptPost(`/api/auth/sessions/${phone.id}/end`, () => HttpResponse.json({ ok: true }));
  const { user } = await openPanel('/admin/account');
  const here = await screen.findByRole('row', { name: /Firefox on Linux/ });
  expect(within(here).getByText('This one')).toBeVisible();
  expect(within(here).queryByRole('button')).toBeNull();
  await user.click(screen.getByRole('button', { name: 'End the session of curl' }));
  const dialog = within(await screen.findByRole('dialog', { name: 'End this session?' }));
  await user.type(dialog.getByLabelText('Your current password'), 'my password');
  world.sessions = [aSession()];
  await user.click(dialog.getByRole('button', { name: 'End' }));
  expect(await screen.findByText('The session has ended.')).toBeVisible();
  expect(bodies).toEqual([{ currentPassword: 'my password' }]);
  await waitFor(() => expect(screen.queryByRole('row', { name: /curl/ })).toBeNull());
  expect(screen.queryByRole('button', { name: 'End all others' })).toBeNull();
});

test('says at the field that the password is wrong, where all others are to end', async () => {
  world.sessions = [aSession(), phone];
  acceptPost('/api/auth/sessions/end-others', () =>
    problem(400, { field: 'currentPassword', issues: [{ path: 'currentPassword', message: 'is wrong' }] }),
  );
  const { user } = await openPanel('/admin/account');
  await user.click(await screen.findByRole('button', { name: 'End all others' }));
  const dialog = within(await screen.findByRole('dialog', { name: 'End all other sessions?' }));
  await user.type(dialog.getByLabelText('Your current password'), 'not it');
  await user.click(dialog.getByRole('button', { name: 'End' }));
  await waitFor(() => expect(dialog.getByLabelText('Your current password')).toHaveAccessibleDescription('Is wrong'));
});

test('shows nothing but the form to somebody whose password another person chose', async () => {
  world.pending = ['changePassword'];
  acceptPost('/api/auth/password', () => {
    world.pending = [];
    return HttpResponse.json({ ok: true });
  });
  const { user } = await openPanel('/admin/users');
  expect(screen.getByRole('heading', { level: 1 })).toHaveTextContent('Choose a new password');
  expect(screen.queryByRole('navigation')).toBeNull();
  expect(screen.getByRole('button', { name: 'Sign out' })).toBeVisible();
  await user.type(screen.getByLabelText('Current password'), 'given to me');
  await user.type(screen.getByLabelText('New password'), 'one of my own');
  await user.type(screen.getByLabelText('Repeat the new password'), 'one of my own');
  await user.click(screen.getByRole('button', { name: 'Change password' }));
  expect(await screen.findByRole('heading', { level: 1, name: 'Users' })).toBeVisible();
  expect(address()).toBe('/admin/users');
});
