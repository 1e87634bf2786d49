import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { describe, expect, test } from 'vitest';
import { getRecentErrors } from '../../api/errorTracking';
import { ago } from '../../testing/a-run';
import {
  acceptPost,
  anAccount,
  aRole,
  aToken,
  ownAccount,
  serveAccounts,
  serveRoles,
} from '../../testing/administration';
import { backend, callsTo, operator, problem, world } from '../../testing/backend';
import { address, openPanel } from '../../testing/render-app';

const bob = anAccount({ email: 'bob@example.com' });

const row = (email: string) => screen.getByRole('row', { name: new RegExp(email) });
// Without a layout, Mantine takes a dropdown's target for out of sight and hides the dropdown.
const findItem = (name: string) => screen.findByRole('menuitem', { name, hidden: true });

async function openUsers(place = '/admin/users') {
  const view = await openPanel(place);
  await screen.findByRole('table', { name: 'People' });
  return view;
}

async function choose(email: string, item: string) {
  const { user } = await openUsers();
  await user.click(screen.getByRole('button', { name: `Actions on ${email}` }));
  await user.click(await findItem(item));
  const dialog = within(await screen.findByRole('dialog'));
  return { user, dialog };
}

const untilClosed = () => waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());

test('lists who may sign in: role, state, last sign-in, sessions', async () => {
  serveAccounts(() => [
    ownAccount({ lastSignInAt: ago(90), sessions: 2 }),
    anAccount({ email: 'gone@example.com', disabledAt: ago(60), lastSignInAt: ago(7_500), sessions: 0 }),
    anAccount({ email: 'member@example.com', role: 'USER', canSignIn: false, lastSignInAt: null, sessions: 0 }),
  ]);
  await openUsers();
  expect(row('ada@example.com')).toHaveTextContent(/You.*Super admin.*Active.*1m ago.*2/);
  expect(row('gone@example.com')).toHaveTextContent(/Admin.*Disabled.*2h ago.*0/);
  expect(row('member@example.com')).toHaveTextContent(/User.*No sign-in.*Never.*0/);
});

test('search and role are in the address, and narrow the list', async () => {
  serveAccounts(() => [ownAccount(), bob]);
  const { user } = await openUsers();
  await user.type(screen.getByRole('textbox', { name: 'Search by e-mail' }), 'bob');
  await waitFor(() => expect(address()).toBe('/admin/users?search=bob'));
  await waitFor(() => expect(screen.queryByRole('row', { name: /ada@example.com/ })).toBeNull());
  await user.click(screen.getByRole('combobox', { name: 'Filter by role' }));
  await user.click(await screen.findByRole('option', { name: 'Super admin', hidden: true }));
  await waitFor(() => expect(address()).toBe('/admin/users?search=bob&role=SUPER_ADMIN'));
  await user.click(await screen.findByRole('button', { name: 'Clear filters' }));
  expect(await screen.findByRole('row', { name: /ada@example.com/ })).toBeVisible();
  expect(screen.getByRole('textbox', { name: 'Search by e-mail' })).toHaveValue('');
  await waitFor(() => expect(address()).toBe('/admin/users'));
});

test('turns pages, in the address', async () => {
  serveAccounts(() => Array.from({ length: 60 }, () => anAccount()), 1_000);
  const { user } = await openUsers();
  expect(screen.getByText('Showing 1–50 of 1,000')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Next' }));
  expect(await screen.findByText('Showing 51–100 of 1,000')).toBeVisible();
  expect(address()).toBe('/admin/users?page=2');
});

test('leads back from a page past the end', async () => {
  serveAccounts(() => [], 120);
  const { user } = await openPanel('/admin/users?page=9');
  await user.click(await screen.findByRole('button', { name: 'Go to the first page' }));
  await waitFor(() => expect(address()).toBe('/admin/users'));
});

test('shows why the list could not be loaded, and tries again', async () => {
  let isBroken = true;
  serveAccounts(() => [bob]);
  backend.use(
    http.get('/api/admin/users', () => (isBroken ? problem(503, { detail: 'The database is away.' }) : undefined)),
  );
  const { user } = await openPanel('/admin/users');
  expect(await screen.findByText('The database is away.')).toBeVisible();
  isBroken = false;
  await user.click(screen.getByRole('button', { name: 'Retry' }));
  expect(await screen.findByRole('row', { name: /bob@example.com/ })).toBeVisible();
});

test('is closed to admins, who read what they would have to be allowed', async () => {
  world.user = { ...operator, role: 'ADMIN' };
  await openPanel('/admin/users');
  expect(await screen.findByText('No access')).toBeVisible();
  expect(screen.getByText(/Your role, Admin, doesn't include this: Create people/)).toBeVisible();
  expect(callsTo('GET /api/admin/users')).toBe(0);
});

test('creates a user with a generated password, which is shown this once', async () => {
  serveAccounts(() => [bob]);
  const bodies = acceptPost('/api/admin/users', () =>
    HttpResponse.json(
      { account: anAccount({ email: 'eve@example.com' }), password: 'made-up-secret' },
      { status: 201 },
    ),
  );
  const { user } = await openUsers();
  const opener = screen.getByRole('button', { name: 'Create user' });
  await user.click(opener);
  const dialog = within(await screen.findByRole('dialog', { name: 'Create user' }));
  await user.type(dialog.getByLabelText('E-mail'), 'eve@example.com');
  await user.selectOptions(dialog.getByLabelText('Role'), 'SUPER_ADMIN');
  expect(dialog.getByRole('list', { name: /Super admin may do/ })).toHaveTextContent('Create and revoke API tokens');
  await user.click(dialog.getByRole('button', { name: 'Create user' }));
  expect(await screen.findByText('made-up-secret')).toBeVisible();
  expect(bodies).toEqual([{ email: 'eve@example.com', role: 'SUPER_ADMIN' }]);
  await user.keyboard('{Escape}');
  expect(screen.getByText('made-up-secret')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Done' }));
  await untilClosed();
  expect(document.body).not.toHaveTextContent('made-up-secret');
  await waitFor(() => expect(opener).toHaveFocus());
});

test('creates a user with a chosen password, checked before it is sent', async () => {
  serveAccounts(() => [bob]);
  const bodies = acceptPost('/api/admin/users', () => HttpResponse.json({ account: anAccount(), password: null }));
  const { user } = await openUsers();
  await user.click(screen.getByRole('button', { name: 'Create user' }));
  const dialog = within(await screen.findByRole('dialog'));
  await user.click(dialog.getByRole('checkbox', { name: 'Generate a password' }));
  await user.type(dialog.getByLabelText('Password'), 'short');
  await user.click(dialog.getByRole('button', { name: 'Create user' }));
  expect(dialog.getByText('Enter an e-mail address')).toBeVisible();
  expect(dialog.getByText('The password needs at least 8 characters')).toBeVisible();
  expect(bodies).toEqual([]);
  await user.type(dialog.getByLabelText('E-mail'), 'eve@example.com');
  await user.type(dialog.getByLabelText('Password'), ' but longer');
  // What would be there again after a reload: the address of the dialog, and the text but for the password.
  expect(address()).toBe('/admin/users?create=');
  expect(JSON.stringify({ ...sessionStorage })).toMatch(/eve@example\.com/);
  expect(JSON.stringify({ ...sessionStorage })).not.toMatch(/longer/);
  await user.click(dialog.getByRole('button', { name: 'Create user' }));
  await untilClosed();
  expect(bodies).toEqual([{ email: 'eve@example.com', role: 'ADMIN', password: 'short but longer' }]);
  expect(JSON.stringify({ ...sessionStorage })).not.toMatch(/eve/);
});

test('shows what the server objects to at the field', async () => {
  serveAccounts(() => [bob]);
  const issues = [{ path: 'email', message: 'is not an e-mail address' }];
  acceptPost('/api/admin/users', () => problem(400, { issues }));
  const { user } = await openUsers();
  await user.click(screen.getByRole('button', { name: 'Create user' }));
  const dialog = within(await screen.findByRole('dialog'));
  await user.type(dialog.getByLabelText('E-mail'), 'eve');
  await user.click(dialog.getByRole('button', { name: 'Create user' }));
  await waitFor(() => expect(dialog.getByLabelText('E-mail')).toHaveAccessibleDescription('Is not an e-mail address'));
  expect(getRecentErrors().at(-1)?.context.action).toBe('createUser');
});

test('changes a role, and reads the list again', async () => {
  let role: 'ADMIN' | 'USER' = 'ADMIN';
  serveAccounts(() => [{ ...bob, role }]);
  const bodies = acceptPost(`/api/admin/users/${bob.id}/role`, () => {
    role = 'USER';
    return HttpResponse.json({ account: { ...bob, role } });
  });
  const { user, dialog } = await choose('bob@example.com', 'Change role');
  await user.click(dialog.getByRole('button', { name: 'Change role' }));
  expect(dialog.getByText('This is the role they have')).toBeVisible();
  await user.selectOptions(dialog.getByLabelText('Role'), 'USER');
  expect(dialog.getByText('May sign in, but has no access to the panel.')).toBeVisible();
  await user.click(dialog.getByRole('button', { name: 'Change role' }));
  expect(await screen.findByText('bob@example.com is now User.')).toBeVisible();
  await untilClosed();
  expect(bodies).toEqual([{ role: 'USER' }]);
  await waitFor(() => expect(callsTo('GET /api/admin/users')).toBe(2));
});

test('shows in the dialog that the last super admin stays, and tracks it', async () => {
  serveAccounts(() => [{ ...bob, role: 'SUPER_ADMIN' }]);
  acceptPost(`/api/admin/users/${bob.id}/disable`, () =>
    problem(409, { detail: 'This is the last super admin.', retryable: false }),
  );
  const { user, dialog } = await choose('bob@example.com', 'Disable');
  expect(dialog.getByText(/signed out everywhere at once/)).toBeVisible();
  await user.click(dialog.getByRole('button', { name: 'Disable' }));
  expect(await dialog.findByRole('alert')).toHaveTextContent('This is the last super admin.');
  expect(getRecentErrors().at(-1)?.context.action).toBe('disable');
  await user.click(dialog.getByRole('button', { name: 'Cancel' }));
  await untilClosed();
});

test.each([
  ['Disable', 'disable', 'Disable', 'bob@example.com is disabled and signed out everywhere.'],
  ['Sign out everywhere', 'sign-out', 'Sign out everywhere', 'bob@example.com is signed out everywhere.'],
])('%s: confirms, does it, reports it, returns the focus', async (item, path, confirm, said) => {
  serveAccounts(() => [bob]);
  const bodies = acceptPost(`/api/admin/users/${bob.id}/${path}`, () => HttpResponse.json({ account: bob }));
  const { user, dialog } = await choose('bob@example.com', item);
  expect(bodies).toEqual([]);
  await user.click(dialog.getByRole('button', { name: confirm }));
  expect(await screen.findByText(said)).toBeVisible();
  await untilClosed();
  expect(bodies).toHaveLength(1);
  await waitFor(() => expect(screen.getByRole('button', { name: 'Actions on bob@example.com' })).toHaveFocus());
});

test('names the tokens of a user who is disabled, and revokes them on request', async () => {
  const made = { ...aToken({ name: 'nightly-import' }), createdBy: { id: bob.id, email: bob.email } };
  const others = aToken({ name: 'of-another-user' });
  backend.use(http.get('/api/admin/tokens', () => HttpResponse.json({ tokens: [made, others] })));
  serveAccounts(() => [bob]);
  const bodies = acceptPost(`/api/admin/users/${bob.id}/disable`, () =>
    HttpResponse.json({ account: bob, tokens: [], revokedTokens: [made] }),
  );
  const { user, dialog } = await choose('bob@example.com', 'Disable');
  const box = await dialog.findByRole('checkbox', { name: 'Also revoke the API token they made' });
  expect(box).toHaveAccessibleDescription(/^nightly-import: stays valid otherwise/);
  await user.click(box);
  await user.click(dialog.getByRole('button', { name: 'Disable' }));
  await untilClosed();
  expect(bodies).toEqual([{ revokeTokens: true }]);
});

test('enables a user again', async () => {
  serveAccounts(() => [{ ...bob, disabledAt: ago(60) }]);
  const bodies = acceptPost(`/api/admin/users/${bob.id}/enable`, () => HttpResponse.json({ account: bob }));
  const { user, dialog } = await choose('bob@example.com', 'Enable');
  await user.click(dialog.getByRole('button', { name: 'Enable' }));
  expect(await screen.findByText('bob@example.com may sign in again.')).toBeVisible();
  expect(bodies).toHaveLength(1);
});

test('resets a password, and shows the generated one this once', async () => {
  serveAccounts(() => [bob]);
  const bodies = acceptPost(`/api/admin/users/${bob.id}/reset-password`, () =>
    HttpResponse.json({ account: bob, password: 'made-up-secret' }),
  );
  const { user, dialog } = await choose('bob@example.com', 'Reset password');
  await user.click(dialog.getByRole('button', { name: 'Reset password' }));
  expect(await screen.findByText('made-up-secret')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Done' }));
  await untilClosed();
  expect(document.body).not.toHaveTextContent('made-up-secret');
  expect(bodies).toHaveLength(1);
});

test('offers neither role nor access of one’s own account, and explains why', async () => {
  serveAccounts(() => [ownAccount()]);
  const { user } = await openUsers();
  await user.click(screen.getByRole('button', { name: 'Actions on ada@example.com' }));
  await findItem('Sign out everywhere');
  expect(screen.getByText('Your own role and access are for another super admin to change.')).toBeInTheDocument();
  expect(screen.queryByRole('menuitem', { name: /Change role|Disable|Reset/, hidden: true })).toBeNull();
  await user.click(await findItem('Change password'));
  expect(await screen.findByRole('heading', { name: 'Your account' })).toBeVisible();
});

describe('own roles', () => {
  const team = aRole({ name: 'Media team', permissions: ['view', 'run'], jobPatterns: ['match-*'], people: 2 });

  test('stand with what they allow, on which jobs and for how many', async () => {
    serveRoles(team);
    await openPanel('/admin/users?tab=roles');
    const own = within(await screen.findByRole('table', { name: 'Own roles' }));
    expect(own.getByRole('row', { name: /Media team/ })).toHaveTextContent(/view.*run.*match-\*.*2/);
    expect(own.getByRole('link', { name: '2' })).toHaveAttribute('href', `/admin/users?role=${team.id}`);
    expect(own.queryByRole('button', { name: 'Remove Media team' })).toBeNull();
    const table = within(screen.getByRole('table', { name: 'What each role may do' }));
    const cells = within(table.getByRole('row', { name: /^Start runs of registered jobs/ })).getAllByRole('cell');
    expect(cells.map((cell) => cell.querySelector('[aria-label]')?.getAttribute('aria-label'))).toEqual([
      ...['no', 'yes', 'yes', 'yes'],
    ]);
  });

  test('are created with a limit to jobs, which shows what it includes', async () => {
    serveRoles();
    const bodies = acceptPost('/api/admin/roles', () => HttpResponse.json({ role: team }, { status: 201 }));
    const { user } = await openPanel('/admin/users?tab=roles');
    await user.click(await screen.findByRole('button', { name: 'Create another role' }));
    const dialog = within(await screen.findByRole('dialog'));
    await user.type(dialog.getByLabelText('Name'), 'Media team');
    await user.click(dialog.getByRole('checkbox', { name: /manageChannels/ }));
    await user.type(dialog.getByLabelText('These jobs alone'), 'match-*');
    expect(await dialog.findByText('Now 1 of 2 jobs: match-scores.')).toBeVisible();
    await user.click(dialog.getByRole('button', { name: 'Create role' }));
    expect(dialog.getByText(/Does not go with what reaches beyond jobs: Set limits of channels/)).toBeVisible();
    await user.click(dialog.getByRole('checkbox', { name: /manageChannels/ }));
    await user.click(dialog.getByRole('button', { name: 'Create role' }));
    await untilClosed();
    expect(bodies).toEqual([{ name: 'Media team', permissions: ['view'], jobPatterns: ['match-*'] }]);
  });

  test('begin with one that only views', async () => {
    serveRoles();
    const { user } = await openPanel('/admin/users?tab=roles');
    await user.click(await screen.findByRole('button', { name: 'Create “Viewer”' }));
    const dialog = within(await screen.findByRole('dialog'));
    expect(dialog.getByLabelText('Name')).toHaveValue('Viewer');
    expect(dialog.getAllByRole('checkbox', { checked: true })).toHaveLength(3);
  });

  test('are given to people', async () => {
    serveAccounts(() => [ownAccount(), { ...bob, role: 'USER', accessRole: { id: team.id, name: team.name } }]);
    serveRoles(team, aRole({ name: 'Viewer' }));
    const bodies = acceptPost(`/api/admin/users/${bob.id}/role`, () => HttpResponse.json({ account: bob }));
    const { user, dialog } = await choose('bob@example.com', 'Change role');
    expect(row('bob@example.com')).toHaveTextContent(/Media team/);
    expect(await dialog.findByText('May, acting on match-* alone:')).toBeVisible();
    await user.selectOptions(dialog.getByLabelText('Role'), 'Viewer');
    await user.click(dialog.getByRole('button', { name: 'Change role' }));
    await untilClosed();
    expect(bodies).toEqual([{ role: 'USER', accessRoleId: expect.stringMatching(/^0{8}-/) }]);
  });
});

test('shows the table that the server enforces', async () => {
  serveRoles();
  await openPanel('/admin/users?tab=roles');
  const table = within(await screen.findByRole('table', { name: 'What each role may do' }));
  const cells = within(table.getByRole('row', { name: /^Create and revoke API tokens/ })).getAllByRole('cell');
  expect(cells.map((cell) => cell.querySelector('[aria-label]')?.getAttribute('aria-label'))).toEqual([
    'no',
    'no',
    'yes',
  ]);
});
