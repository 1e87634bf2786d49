import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import { anAuditEvent } from '../../testing/administration';
import { backend, callsTo, operator, problem, world } from '../../testing/backend';
import { address, openPanel } from '../../testing/render-app';

/** Answers the newest entries, and older ones behind `before`; keeps the filters of the last call. */
function serveAudit(newest: ReturnType<typeof anAuditEvent>[], older: typeof newest = []) {
  const requests: Record<string, string>[] = [];
  backend.use(
    http.get('/api/admin/audit', ({ request }) => {
      const query = Object.fromEntries(new URL(request.url).searchParams);
      requests.push(query);
      const isOlder = 'before' in query;
      return HttpResponse.json({ events: isOlder ? older : newest, hasMore: !isOlder && older.length > 0 });
    }),
  );
  return requests;
}

async function openAudit(place = '/admin/audit') {
  const view = await openPanel(place);
  await screen.findByRole('table', { name: 'Audit log' });
  return view;
}

const rows = () =>
  within(screen.getByRole('table', { name: 'Audit log' }))
    .getAllByRole('row')
    .slice(1);

test('shows as sentences who did what, on what, to which run', async () => {
  serveAudit([
    anAuditEvent(),
    anAuditEvent({ action: 'account.change-role', jobRunId: null, target: 'bob@example.com' }),
    anAuditEvent({ action: 'run.recover', actor: null, actorId: null }),
    anAuditEvent({ action: 'session.refused', actor: null, actorId: null, jobRunId: null, target: 'eve@example.com' }),
    anAuditEvent({ action: 'run.teleport', actor: 'token nightly' }),
  ]);
  await openAudit();
  const [cancel, role, recover, refused, unknown] = rows();
  expect(cancel).toHaveTextContent(/ada@example.com.*Cancelled a run.*#12847/);
  expect(within(cancel as HTMLElement).getByRole('link', { name: '#12847' })).toHaveAttribute(
    'href',
    '/admin/jobs/12847',
  );
  expect(role).toHaveTextContent(/Changed a role.*bob@example.com/);
  expect(recover).toHaveTextContent(/Job Manager.*Recovered a stalled run/);
  expect(refused).toHaveTextContent(/Unknown.*Was refused at sign-in.*eve@example.com/);
  expect(unknown).toHaveTextContent(/token nightly.*run.teleport/);
});

test('is one stop of the Tab key', async () => {
  serveAudit([anAuditEvent(), anAuditEvent()]);
  await openAudit();
  const [first, second] = rows();
  const stops = (row: HTMLElement | undefined) =>
    [...(row?.querySelectorAll<HTMLElement>('a[href], button') ?? [])].map(({ tabIndex }) => tabIndex);
  await waitFor(() => expect(new Set(stops(first))).toEqual(new Set([0])));
  expect(new Set(stops(second))).toEqual(new Set([-1]));
});

test('shows the rest of an entry on request', async () => {
  const event = anAuditEvent();
  serveAudit([event]);
  const { user } = await openAudit();
  expect(screen.queryByText(/no longer needed/)).toBeNull();
  const opener = screen.getByRole('button', { name: `Details of entry ${event.id}` });
  await user.click(opener);
  expect(opener).toHaveAttribute('aria-expanded', 'true');
  expect(screen.getByText(/"reason": "no longer needed"/)).toBeVisible();
  expect(screen.getByText('192.0.2.7')).toBeVisible();
  await user.click(opener);
  expect(screen.queryByText(/no longer needed/)).toBeNull();
});

test('filters are in the address and in the request, days as the reader’s own', async () => {
  const requests = serveAudit([anAuditEvent()]);
  const { user } = await openAudit();
  await user.type(screen.getByRole('textbox', { name: 'Search by actor' }), 'ada');
  await waitFor(() => expect(address()).toBe('/admin/audit?actor=ada'));
  await user.click(screen.getByRole('button', { name: 'Clear the search' }));
  await waitFor(() => expect(address()).toBe('/admin/audit'));
  expect(screen.getByRole('textbox', { name: 'Search by actor' })).toHaveFocus();
  await user.keyboard('ada');
  await waitFor(() => expect(address()).toBe('/admin/audit?actor=ada'));
  await user.click(screen.getByRole('combobox', { name: 'Filter by action' }));
  await user.click(await screen.findByRole('option', { name: 'Cancelled a run', hidden: true }));
  await user.type(screen.getByRole('textbox', { name: 'Run number' }), '12847');
  await waitFor(() => expect(address()).toContain('jobRunId=12847'));
  await user.type(screen.getByLabelText('From'), '2026-11-01');
  await user.type(screen.getByLabelText('To'), '2026-11-22');
  const expected = {
    actor: 'ada',
    action: 'run.cancel',
    jobRunId: '12847',
    from: new Date('2026-11-01T00:00:00.000').toISOString(),
    to: new Date('2026-11-22T23:59:59.999').toISOString(),
  };
  await waitFor(() => expect(requests.at(-1)).toEqual(expected));
  expect(address()).toBe('/admin/audit?actor=ada&action=run.cancel&jobRunId=12847&from=2026-11-01&to=2026-11-22');
  const link = screen.getByRole('link', { name: 'Export CSV' });
  const exported = new URL(link.getAttribute('href') ?? '', 'http://localhost');
  expect(exported.pathname).toBe('/api/admin/audit/export');
  expect(Object.fromEntries(exported.searchParams)).toEqual(expected);
  expect(link).toHaveAttribute('download');
});

test('is narrowed to what was done to one thing, as its page links to it', async () => {
  const requests = serveAudit([anAuditEvent({ action: 'channel.pause', target: 'mail' })]);
  const { user } = await openAudit('/admin/audit?about=channel&target=mail');
  expect(screen.getByRole('textbox', { name: 'Exact name' })).toHaveValue('mail');
  await waitFor(() => expect(requests.at(-1)).toMatchObject({ subject: 'channel', target: 'mail' }));
  await user.click(screen.getByLabelText('Clear the filter by what was acted on'));
  await waitFor(() => expect(requests.at(-1)).not.toHaveProperty('subject'));
});

test('has the acts on many runs and on what executes them in one place', async () => {
  const requests = serveAudit([anAuditEvent({ action: 'bulk.end' })]);
  await openAudit('/admin/audit?about=maintenance');
  await waitFor(() => expect(requests.at(-1)).toMatchObject({ about: 'maintenance' }));
});

test('goes towards the past by the last entry of a page, and back to now', async () => {
  const newest = [anAuditEvent({ id: '900' }), anAuditEvent({ id: '899' })];
  const requests = serveAudit(newest, [anAuditEvent({ id: '898', action: 'session.begin' })]);
  const { user } = await openAudit();
  expect(screen.getByRole('button', { name: 'Newest' })).toBeDisabled();
  await user.click(screen.getByRole('button', { name: 'Older' }));
  expect(await screen.findByRole('cell', { name: 'Signed in' })).toBeVisible();
  expect(address()).toBe('/admin/audit?before=899');
  expect(requests.at(-1)).toEqual({ before: '899', hide: 'sign-ins' });
  expect(screen.getByRole('button', { name: 'Older' })).toBeDisabled();
  await user.click(screen.getByRole('button', { name: 'Newest' }));
  await waitFor(() => expect(address()).toBe('/admin/audit'));
  expect(rows()).toHaveLength(2);
});

test('a changed filter begins with the newest again', async () => {
  serveAudit([anAuditEvent()], [anAuditEvent()]);
  const { user } = await openAudit('/admin/audit?before=899');
  await user.type(screen.getByLabelText('From'), '2026-11-01');
  await waitFor(() => expect(address()).toBe('/admin/audit?from=2026-11-01'));
});

test.each(['jobRunId=abc', 'from=2026-02-31', 'to=yesterday', 'action=run.teleport', 'before=-1'])(
  'takes ?%s for no filter',
  async (query) => {
    const requests = serveAudit([anAuditEvent()]);
    await openAudit(`/admin/audit?${query}`);
    expect(requests).toEqual([{ hide: 'sign-ins' }]);
  },
);

test('hides sign-ins until they are wanted', async () => {
  const requests = serveAudit([anAuditEvent()]);
  const { user } = await openAudit();
  const hide = screen.getByRole('checkbox', { name: 'Hide sign-ins' });
  expect(hide).toBeChecked();
  await user.click(hide);
  await waitFor(() => expect(requests).toEqual([{ hide: 'sign-ins' }, {}]));
  expect(address()).toBe('/admin/audit?signIns=shown');
});

test('shows the sign-ins of a person who is looked for, unless they are unwanted', async () => {
  const requests = serveAudit([anAuditEvent()]);
  const { user } = await openAudit('/admin/audit?actor=ada');
  const hide = screen.getByRole('checkbox', { name: 'Hide sign-ins' });
  expect(hide).not.toBeChecked();
  await user.click(hide);
  await waitFor(() => expect(requests).toEqual([{ actor: 'ada' }, { actor: 'ada', hide: 'sign-ins' }]));
  expect(address()).toBe('/admin/audit?actor=ada&signIns=hidden');
});

test('shows that nothing matches, and leads back to everything', async () => {
  serveAudit([]);
  const { user } = await openPanel('/admin/audit?actor=nobody');
  expect(await screen.findByText('No entries match these filters')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Show all entries' }));
  await waitFor(() => expect(address()).toBe('/admin/audit'));
  expect(await screen.findByText('No entries yet')).toBeVisible();
});

test('shows why it could not be loaded, and tries again', async () => {
  let isBroken = true;
  serveAudit([anAuditEvent()]);
  backend.use(
    http.get('/api/admin/audit', () => (isBroken ? problem(400, { detail: 'The database is away.' }) : undefined)),
  );
  const { user } = await openPanel('/admin/audit');
  expect(await screen.findByText('The database is away.')).toBeVisible();
  isBroken = false;
  await user.click(screen.getByRole('button', { name: 'Retry' }));
  expect(await screen.findByRole('cell', { name: 'Cancelled a run' })).toBeVisible();
});

test('is for admins too, and for no role below', async () => {
  serveAudit([anAuditEvent()]);
  world.user = { ...operator, role: 'ADMIN' };
  await openAudit();
  expect(callsTo('GET /api/admin/audit')).toBe(1);
});
