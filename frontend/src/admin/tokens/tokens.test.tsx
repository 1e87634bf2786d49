import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import { getRecentErrors } from '../../api/errorTracking';
import { ago } from '../../testing/a-run';
import { acceptPost, aToken } from '../../testing/administration';
import { backend, callsTo, operator, problem, world } from '../../testing/backend';
import { address, openPanel } from '../../testing/render-app';

const by = { id: operator.id, email: operator.email };

function serveTokens(...tokens: ReturnType<typeof aToken>[]) {
  backend.use(http.get('/api/admin/tokens', () => HttpResponse.json({ tokens })));
}

const row = (name: string) => screen.getByRole('row', { name: new RegExp(name) });
const untilClosed = () => waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());

async function openTokens(place = '/admin/tokens') {
  const view = await openPanel(place);
  await screen.findByRole('table', { name: 'API tokens' });
  return view;
}

test('lists tokens: beginning, what each may, by whom, last use, end', async () => {
  serveTokens(
    aToken({ name: 'nightly import', permissions: ['execute'] }),
    aToken({ name: 'forgotten', lastUsedAt: null, lastUsedIp: null, expiresAt: null }),
    aToken({ name: 'past', expiresAt: ago(70) }),
    aToken({ name: 'leaked', revokedAt: ago(130), revokedBy: by }),
  );
  await openTokens();
  expect(row('nightly import')).toHaveTextContent(
    /jm_AbCdEfG….*Active.*execute.*3d ago.*by ada@example.com.*1m ago.*from 192.0.2.7.*in 30d/,
  );
  expect(row('forgotten')).toHaveTextContent(/Active.*Never.*Never.*Revoke/);
  expect(row('past')).toHaveTextContent(/Expired.*1m ago/);
  expect(row('leaked')).toHaveTextContent(/Revoked.*Revoked 2m ago.*by ada@example.com/);
  expect(within(row('leaked')).queryByRole('button')).toBeNull();
});

test('the shown state is in the address', async () => {
  serveTokens(aToken({ name: 'nightly import' }), aToken({ name: 'leaked', revokedAt: ago(120) }));
  const { user } = await openTokens();
  await user.click(screen.getByRole('combobox', { name: 'Filter by state' }));
  await user.click(await screen.findByRole('option', { name: 'Revoked', hidden: true }));
  await waitFor(() => expect(address()).toBe('/admin/tokens?state=revoked'));
  expect(screen.queryByRole('row', { name: /nightly import/ })).toBeNull();
  await user.click(screen.getByRole('combobox', { name: 'Filter by state' }));
  await user.click(await screen.findByRole('option', { name: 'Expired', hidden: true }));
  await user.click(await screen.findByRole('button', { name: 'Show all tokens' }));
  expect(await screen.findByRole('row', { name: /nightly import/ })).toBeVisible();
});

test('draws many tokens a hundred at a time', async () => {
  serveTokens(...Array.from({ length: 250 }, () => aToken()));
  const { user } = await openTokens();
  expect(screen.getAllByRole('row')).toHaveLength(101);
  await user.click(screen.getByRole('button', { name: 'Show 100 more' }));
  await user.click(screen.getByRole('button', { name: 'Show 50 more' }));
  expect(screen.getAllByRole('row')).toHaveLength(251);
});

test('creates a token, whose text is shown this once, with a call that uses it', async () => {
  serveTokens();
  const bodies = acceptPost('/api/admin/tokens', () =>
    HttpResponse.json(
      { token: 'jm_the-secret', apiToken: aToken({ name: 'nightly import', permissions: ['run'] }) },
      { status: 201 },
    ),
  );
  const { user } = await openPanel('/admin/tokens');
  expect(await screen.findByText('No tokens yet')).toBeVisible();
  const [opener] = screen.getAllByRole('button', { name: 'Create token' });
  await user.click(opener as HTMLElement);
  const dialog = within(await screen.findByRole('dialog', { name: 'Create token' }));
  await user.type(dialog.getByLabelText('Name'), 'nightly import');
  expect(dialog.getByText('Start runs of registered jobs')).toBeVisible();
  await user.click(dialog.getByRole('checkbox', { name: / run$/ }));
  await user.selectOptions(dialog.getByLabelText('Expires'), 'Never');
  await user.click(dialog.getByRole('button', { name: 'Create token' }));
  expect(await screen.findByText('jm_the-secret')).toBeVisible();
  expect(screen.getByText(/^curl -X POST .*\/enqueue \\ -H 'Authorization: Bearer jm_the-secret'/)).toBeVisible();
  expect(bodies).toEqual([{ name: 'nightly import', permissions: ['run'] }]);
  await user.keyboard('{Escape}');
  expect(screen.getByText('jm_the-secret')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Done' }));
  await untilClosed();
  expect(document.body).not.toHaveTextContent('jm_the-secret');
  await waitFor(() => expect(opener).toHaveFocus());
});

test('expires in 90 days by default', async () => {
  serveTokens();
  const bodies = acceptPost('/api/admin/tokens', () =>
    HttpResponse.json({ token: 'jm_the-secret', apiToken: aToken() }, { status: 201 }),
  );
  const { user } = await openPanel('/admin/tokens');
  await user.click((await screen.findAllByRole('button', { name: 'Create token' }))[0] as HTMLElement);
  const dialog = within(await screen.findByRole('dialog'));
  await user.type(dialog.getByLabelText('Name'), 'x');
  await user.click(dialog.getByRole('checkbox', { name: / view$/ }));
  await user.click(dialog.getByRole('button', { name: 'Create token' }));
  await screen.findByText('jm_the-secret');
  expect(bodies).toEqual([{ name: 'x', permissions: ['view'], expiresInDays: 90 }]);
});

test('requires a name, a permission, and what that permission needs, before it calls the server', async () => {
  serveTokens();
  const { user } = await openPanel('/admin/tokens');
  await user.click((await screen.findAllByRole('button', { name: 'Create token' }))[0] as HTMLElement);
  const dialog = within(await screen.findByRole('dialog'));
  await user.click(dialog.getByRole('button', { name: 'Create token' }));
  expect(dialog.getByText('Enter a name')).toBeVisible();
  expect(dialog.getByText('Choose at least one')).toBeVisible();
  await user.click(dialog.getByRole('checkbox', { name: / retry$/ }));
  await user.click(dialog.getByRole('button', { name: 'Create token' }));
  expect(dialog.getByText('“retry” takes “run” as well')).toBeVisible();
  expect(callsTo('POST')).toBe(0);
});

test('shows why a token was not created, and stays open', async () => {
  serveTokens();
  acceptPost('/api/admin/tokens', () => problem(409, { detail: 'There are 200 tokens already.' }));
  const { user } = await openPanel('/admin/tokens');
  await user.click((await screen.findAllByRole('button', { name: 'Create token' }))[0] as HTMLElement);
  const dialog = within(await screen.findByRole('dialog'));
  await user.type(dialog.getByLabelText('Name'), 'x');
  await user.click(dialog.getByRole('checkbox', { name: / view$/ }));
  await user.click(dialog.getByRole('button', { name: 'Create token' }));
  expect(await dialog.findByRole('alert')).toHaveTextContent('There are 200 tokens already.');
  expect(dialog.getByLabelText('Name')).toHaveValue('x');
  expect(getRecentErrors().at(-1)?.context.action).toBe('createToken');
});

test('revokes a token after a confirmation, and reads the list again', async () => {
  const token = aToken({ name: 'leaked' });
  serveTokens(token);
  const revoked = aToken({ ...token, revokedAt: new Date().toISOString() });
  const bodies = acceptPost(`/api/admin/tokens/${token.id}/revoke`, () => {
    serveTokens(revoked);
    return HttpResponse.json({ apiToken: revoked });
  });
  const { user } = await openTokens();
  await user.click(screen.getByRole('button', { name: 'Revoke leaked' }));
  const dialog = within(await screen.findByRole('dialog', { name: 'Revoke token?' }));
  expect(dialog.getByText(/can’t be undone/)).toBeVisible();
  await user.click(dialog.getByRole('button', { name: 'Revoke' }));
  expect(await screen.findByText('The token “leaked” is revoked.')).toBeVisible();
  await untilClosed();
  expect(bodies).toHaveLength(1);
  await waitFor(() => expect(callsTo('GET /api/admin/tokens')).toBe(2));
  // Its button is gone.
  await waitFor(() => expect(screen.getByRole('main')).toHaveFocus());
});

test('shows why a token could not be revoked', async () => {
  const token = aToken({ name: 'leaked' });
  serveTokens(token);
  acceptPost(`/api/admin/tokens/${token.id}/revoke`, () => problem(404, { detail: 'There is no such token.' }));
  const { user } = await openTokens();
  await user.click(screen.getByRole('button', { name: 'Revoke leaked' }));
  const dialog = within(await screen.findByRole('dialog'));
  await user.click(dialog.getByRole('button', { name: 'Revoke' }));
  expect(await dialog.findByRole('alert')).toHaveTextContent('There is no such token.');
  expect(getRecentErrors().at(-1)?.context.action).toBe('revokeToken');
});

test('shows why the list could not be loaded', async () => {
  backend.use(http.get('/api/admin/tokens', () => problem(400, { detail: 'The database is away.' })));
  await openPanel('/admin/tokens');
  expect(await screen.findByText('The database is away.')).toBeVisible();
});

test('is closed to admins', async () => {
  world.user = { ...operator, role: 'ADMIN' };
  await openPanel('/admin/tokens');
  expect(await screen.findByText('No access')).toBeVisible();
  expect(callsTo('GET /api/admin/tokens')).toBe(0);
});
