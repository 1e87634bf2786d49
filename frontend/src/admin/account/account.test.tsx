import { screen, waitFor } from '@testing-library/react';
import { HttpResponse } from 'msw';
import { expect, test } from 'vitest';
import { getRecentErrors } from '../../api/errorTracking';
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
