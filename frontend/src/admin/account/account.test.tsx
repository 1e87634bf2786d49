import type { OwnSession } from '@job-manager/shared/contract/auth';
import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse } from 'msw';
import { describe, expect, test } from 'vitest';
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

test('changes the password, shows what else ended, and clears what was typed', async () => {
  const bodies = acceptPost('/api/auth/password', () => HttpResponse.json({ ok: true }));
  const { write } = await openAccount();
  expect(screen.getByText('ada@example.com · Super admin')).toBeVisible();
  await write('old password', 'new password');
  expect(await screen.findByText('Every other session of yours has ended.')).toBeVisible();
  expect(bodies).toEqual([{ currentPassword: 'old password', newPassword: 'new password' }]);
  expect(screen.getByLabelText('Current password')).toHaveValue('');
  expect(screen.getByLabelText('New password')).toHaveValue('');
});

test('checks all three before it calls the server', async () => {
  const { write } = await openAccount();
  await write('old password', 'short', 'shirt');
  expect(screen.getByLabelText('New password')).toHaveAccessibleDescription(
    expect.stringContaining('The new password needs at least 8 characters'),
  );
  expect(screen.getByLabelText('Repeat the new password')).toHaveAccessibleDescription('This is not the same password');
  expect(callsTo('POST')).toBe(0);
});

test('shows at the field that the current password is wrong, and keeps the others', async () => {
  acceptPost('/api/auth/password', () =>
    problem(400, { field: 'currentPassword', issues: [{ path: 'currentPassword', message: 'is wrong' }] }),
  );
  const { write } = await openAccount();
  await write('not it at all', 'new password');
  await waitFor(() => expect(screen.getByLabelText('Current password')).toHaveAccessibleDescription('Is wrong'));
  expect(screen.getByLabelText('New password')).toHaveValue('new password');
  expect(getRecentErrors().at(-1)?.context.action).toBe('changePassword');
});

test('shows when it was tried too often', async () => {
  acceptPost('/api/auth/password', () => problem(429, { detail: 'Too many wrong passwords; try again in 60 s.' }));
  const { write } = await openAccount();
  await write('not it at all', 'new password');
  expect(await screen.findByRole('alert')).toHaveTextContent('Too many wrong passwords; try again in 60 s.');
});

test('is in the menu of each person who is signed in, an admin too', async () => {
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

test('ends a session of one’s own, after a question for the password', async () => {
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

test('shows at the field that the password is wrong, where all others are to end', async () => {
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

test('shows nothing but the form to a person whose password another person chose', async () => {
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

describe('two-step sign-in', () => {
  const codes = Array.from({ length: 10 }, (_, n) => `abcd${n}-efgh${n}`);
  const begun = { secret: 'GEZDGNBVGY3TQOJQ', uri: 'otpauth://totp/Job%20Manager:ada?secret=GEZDGNBVGY3TQOJQ' };
  const on = () => {
    world.secondFactor = { since: ago(3_600), recoveryCodes: 9, isDemanded: true };
  };

  test('is set up with the password where it is required, a code of the app, and recovery codes at the end', async () => {
    const beginnings = acceptPost('/api/auth/second-factor/begin', (body) =>
      (body as { currentPassword?: string }).currentPassword === undefined
        ? problem(400, { code: 'PASSWORD_NEEDED', field: 'currentPassword', detail: 'Enter your current password.' })
        : HttpResponse.json(begun),
    );
    const confirmed = acceptPost('/api/auth/second-factor/confirm', (body) => {
      if ((body as { code: string }).code !== '123456')
        return problem(400, { code: 'WRONG_CODE', field: 'code', detail: 'The code is wrong.' });
      on();
      return HttpResponse.json({ recoveryCodes: codes });
    });
    const { user } = await openPanel('/admin/account');
    await user.click(await screen.findByRole('button', { name: 'Set up' }));
    await user.click(await screen.findByRole('button', { name: 'Continue' }));
    const dialog = within(screen.getByRole('dialog', { name: 'Set up two-step sign-in' }));
    await user.type(await dialog.findByLabelText('Current password'), 'old password');
    await user.click(dialog.getByRole('button', { name: 'Continue' }));
    expect(await dialog.findByRole('img', { name: /^QR code with the secret of ada@example.com/ })).toBeVisible();
    expect(dialog.getByText('GEZD GNBV GY3T QOJQ')).toBeVisible();
    const code = dialog.getByLabelText('Code from your app');
    expect([code.getAttribute('inputmode'), code.getAttribute('autocomplete')]).toEqual(['numeric', 'one-time-code']);
    await user.type(code, '000000');
    await user.click(dialog.getByRole('button', { name: 'Turn on' }));
    await waitFor(() => expect(code).toHaveAccessibleDescription(/The code is wrong/));
    await user.clear(code);
    await user.type(code, '123456');
    await user.click(dialog.getByRole('button', { name: 'Turn on' }));
    const shown = within(await dialog.findByRole('list', { name: 'Recovery codes' }));
    expect(shown.getAllByRole('listitem').map((item) => item.textContent)).toEqual(codes);
    await user.keyboard('{Escape}');
    await user.click(dialog.getByRole('button', { name: 'I have kept them' }));
    expect(await screen.findByRole('button', { name: 'Turn off' })).toBeVisible();
    expect(beginnings).toEqual([{}, { currentPassword: 'old password' }]);
    expect(confirmed).toEqual([{ code: '000000' }, { code: '123456' }]);
  });

  test('shows how many recovery codes are left, and replaces them for a code', async () => {
    on();
    acceptPost('/api/auth/second-factor/recovery-codes', () => HttpResponse.json({ recoveryCodes: codes }));
    const { user } = await openPanel('/admin/account');
    expect(await screen.findByText(/one of 9 recovery codes/)).toBeVisible();
    expect(screen.getByText(/This server demands it of your role/)).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'New recovery codes' }));
    await user.type(await screen.findByLabelText('Code from your app, or a recovery code'), '123456');
    await user.click(screen.getByRole('button', { name: 'Make new codes' }));
    expect(await screen.findByRole('list', { name: 'Recovery codes' })).toBeVisible();
  });

  test('is turned off with the password by those who are no super admins', async () => {
    on();
    world.user = { ...operator, role: 'ADMIN' };
    const bodies = acceptPost('/api/auth/second-factor/turn-off', () => HttpResponse.json({ ok: true }));
    const { user } = await openPanel('/admin/account');
    await user.click(await screen.findByRole('button', { name: 'Turn off' }));
    await user.click(await screen.findByRole('button', { name: 'Use my password' }));
    const dialog = within(screen.getByRole('dialog'));
    await user.type(dialog.getByLabelText('Current password'), 'old password');
    await user.click(dialog.getByRole('button', { name: 'Turn off' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(bodies).toEqual([{ currentPassword: 'old password' }]);
  });

  test('must be set up first where it is demanded, and nothing else is read until then', async () => {
    world.pending = ['setUpSecondFactor'];
    acceptPost('/api/auth/second-factor/begin', () => HttpResponse.json(begun));
    acceptPost('/api/auth/second-factor/confirm', () => {
      world.pending = [];
      return HttpResponse.json({ recoveryCodes: codes });
    });
    const { user } = await openPanel('/admin/jobs');
    expect(screen.getByRole('heading', { level: 1 })).toHaveTextContent('Set up two-step sign-in');
    await user.click(screen.getByRole('button', { name: 'Continue' }));
    await user.type(await screen.findByLabelText('Code from your app'), '123456');
    await user.click(screen.getByRole('button', { name: 'Turn on' }));
    await user.click(await screen.findByRole('button', { name: 'I have kept them' }));
    expect(await screen.findByRole('heading', { name: 'Runs', level: 1 })).toBeVisible();
    expect(address()).toBe('/admin/jobs');
  });
});
