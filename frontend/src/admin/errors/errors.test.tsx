import type { ClientErrorGroup } from '@job-manager/shared/contract/errors';
import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import { ago } from '../../testing/a-run';
import { anErrorGroup, anOccurrence } from '../../testing/administration';
import { backend, callsTo, problem } from '../../testing/backend';
import { address, openPanel } from '../../testing/render-app';

const rateOf = (groups: readonly ClientErrorGroup[]) => [0, 2, groups.length > 0 ? 12 : 0, 0];

function serveErrors(...groups: ClientErrorGroup[]) {
  const requests: Record<string, string>[] = [];
  backend.use(
    http.get('/api/admin/errors', ({ request }) => {
      const query = Object.fromEntries(new URL(request.url).searchParams);
      requests.push(query);
      const shown = groups.filter((group) => group.message.includes(query.search ?? ''));
      const total = shown.reduce((sum, { count }) => sum + count, 0);
      return HttpResponse.json({
        groups: shown,
        total,
        previousTotal: 7,
        rate: shown.length > 0 ? rateOf(shown) : [0, 0, 0, 0],
        bucketMs: 6 * 3_600_000,
        since: ago(86_400),
      });
    }),
  );
  return requests;
}

function serveGroup(group: ClientErrorGroup, occurrences = [anOccurrence()]) {
  const requests: Record<string, string>[] = [];
  backend.use(
    http.get(`/api/admin/errors/${group.fingerprint}`, ({ request }) => {
      requests.push(Object.fromEntries(new URL(request.url).searchParams));
      return HttpResponse.json({ group, occurrences, bucketMs: 6 * 3_600_000, since: ago(86_400) });
    }),
  );
  return requests;
}

test('groups errors: what, how many, whose, how often, since when, where', async () => {
  serveErrors(
    anErrorGroup({ count: 1_247 }),
    anErrorGroup({ message: 'Lost connection', level: 'warning', component: null, action: 'connect', pages: [] }),
  );
  await openPanel('/admin/errors');
  const row = await screen.findByRole('row', { name: /Failed to fetch/ });
  expect(row).toHaveTextContent(/enqueueJob · RunJobModal.*Error.*1,247.*3.*1d ago.*2m ago.*\/admin\/jobs \+1/);
  expect(within(row).getByRole('img', { name: '1,247 occurrences in the last 7 days' })).toBeVisible();
  expect(screen.getByRole('row', { name: /Lost connection/ })).toHaveTextContent(/connectWarning/);
});

test('the kinds are sorted by how often they occur, on request', async () => {
  serveErrors(
    anErrorGroup({ fingerprint: '00000000000000e1', message: 'Rare', count: 2 }),
    anErrorGroup({ fingerprint: '00000000000000e2', message: 'Frequent', count: 90 }),
  );
  const { user } = await openPanel('/admin/errors');
  const messages = () => screen.getAllByRole('link', { name: /^(Rare|Frequent)$/ }).map((link) => link.textContent);
  await screen.findByRole('link', { name: 'Rare' });
  expect(messages()).toEqual(['Rare', 'Frequent']);
  await user.click(screen.getByRole('button', { name: 'Count' }));
  await waitFor(() => expect(messages()).toEqual(['Frequent', 'Rare']));
  expect(address()).toBe('/admin/errors?sort=-count');
});

test('draws the rate over time, and describes it as text', async () => {
  serveErrors(anErrorGroup());
  await openPanel('/admin/errors');
  const label =
    /^Occurrences per 6h over the last 7 days: 14 since \d{4}-\d\d-\d\d \d\d:\d\d \S+, most 12 from \d{4}-\d\d-\d\d \d\d:\d\d /;
  expect(await screen.findByRole('img', { name: label })).toBeVisible();
  expect(screen.getByText('14 occurrences in the last 7 days')).toBeVisible();
});

test('period, level and search are in the address, in the request and in the export', async () => {
  const requests = serveErrors(anErrorGroup());
  const { user } = await openPanel('/admin/errors');
  await user.click(await screen.findByRole('button', { name: 'The last 24 hours' }));
  await user.click(screen.getByRole('combobox', { name: 'Filter by level' }));
  await user.click(await screen.findByRole('option', { name: 'Errors', hidden: true }));
  await user.type(screen.getByRole('textbox', { name: 'Search messages' }), 'fetch');
  await waitFor(() => expect(address()).toBe('/admin/errors?period=24h&level=error&search=fetch'));
  await waitFor(() =>
    expect(requests.at(-1)).toEqual({ period: '24h', level: 'error', search: 'fetch', state: 'OPEN' }),
  );
  expect(screen.getByRole('button', { name: 'The last 24 hours' })).toHaveAttribute('aria-pressed', 'true');
  expect(screen.getByRole('link', { name: 'Export CSV' })).toHaveAttribute(
    'href',
    '/api/admin/errors/export?period=24h&level=error&search=fetch&state=OPEN',
  );
});

test('shows that there are none, in all or by these filters', async () => {
  serveErrors(anErrorGroup());
  const { user } = await openPanel('/admin/errors?search=nonsense');
  expect(await screen.findByText('No errors match these filters')).toBeVisible();
  serveErrors();
  await user.click(screen.getByRole('button', { name: 'Clear filters' }));
  expect(await screen.findByText('No open errors in this period')).toBeVisible();
  expect(screen.queryByRole('region', { name: 'Over time' })).toBeNull();
});

test('shows why they could not be loaded, and tries again', async () => {
  let isBroken = true;
  serveErrors(anErrorGroup());
  backend.use(
    http.get('/api/admin/errors', () => (isBroken ? problem(400, { detail: 'The database is away.' }) : undefined)),
  );
  const { user } = await openPanel('/admin/errors');
  expect(await screen.findByText('The database is away.')).toBeVisible();
  isBroken = false;
  await user.click(screen.getByRole('button', { name: 'Retry' }));
  expect(await screen.findByRole('row', { name: /Failed to fetch/ })).toBeVisible();
});

test('opens a kind with its pages and latest occurrences, in the same period', async () => {
  const group = anErrorGroup();
  serveErrors(group);
  const requests = serveGroup(group, [anOccurrence(), anOccurrence({ user: null, stack: null, count: 40 })]);
  const { user } = await openPanel('/admin/errors?period=30d');
  await user.click(await screen.findByRole('link', { name: 'Failed to fetch' }));
  expect(await screen.findByRole('heading', { name: 'What happened' })).toBeVisible();
  expect(address()).toBe(`/admin/errors/${group.fingerprint}?period=30d`);
  expect(requests).toEqual([{ period: '30d' }]);
  const pages = within(screen.getByRole('region', { name: 'Affected pages' }));
  expect(pages.getAllByRole('listitem').map((item) => item.textContent)).toEqual([
    '/admin/jobs12 occurrences',
    '/admin/dashboard2 occurrences',
  ]);
  const [latest, other] = within(screen.getByRole('region', { name: 'Latest occurrences' })).getAllByRole('listitem');
  expect(latest).toHaveTextContent(/at enqueue \(panel.js:1:2\)/);
  expect(latest).toHaveTextContent(/https:\/\/jobs.example\/admin\/jobs.*Mozilla\/5.0.*match-scores/);
  expect(latest).toHaveTextContent(/"batchSize": 100/);
  expect(within(latest as HTMLElement).getByRole('link', { name: '#12847' })).toBeVisible();
  expect(other).toHaveTextContent(/not signed in · 40 times/);
  await user.click(screen.getByRole('link', { name: 'All errors' }));
  expect(await screen.findByRole('row', { name: /Failed to fetch/ })).toBeVisible();
  expect(address()).toBe('/admin/errors?period=30d');
});

test('makes no link of what a browser reported', async () => {
  const group = anErrorGroup();
  serveGroup(group, [anOccurrence({ url: 'javascript:alert(1)', jobRunId: '../../evil' })]);
  await openPanel(`/admin/errors/${group.fingerprint}`);
  const occurrences = within(await screen.findByRole('region', { name: 'Latest occurrences' }));
  expect(occurrences.getByText('javascript:alert(1)')).toBeVisible();
  expect(occurrences.getByText('../../evil')).toBeVisible();
  expect(occurrences.queryByRole('link')).toBeNull();
});

test('a kind that is not kept leads back to all errors', async () => {
  backend.use(http.get('/api/admin/errors/:fingerprint', () => problem(404)));
  await openPanel('/admin/errors/0123456789abcdef');
  expect(await screen.findByText('Nothing of this kind in this period')).toBeVisible();
});

test('sends no request about an address that is no fingerprint', async () => {
  await openPanel('/admin/errors/nonsense');
  expect(await screen.findByText('Nothing of this kind in this period')).toBeVisible();
  expect(callsTo('GET /api/admin/errors')).toBe(0);
});

test('compares each kind with the period before, and shows what became of it', async () => {
  const ignored = { state: 'IGNORED' as const, stateBy: 'bob@example.com' };
  serveErrors(anErrorGroup(), anErrorGroup({ message: 'An extension', previousCount: null, ...ignored }));
  await openPanel('/admin/errors?state=all');
  const row = await screen.findByRole('row', { name: /Failed to fetch/ });
  expect(within(row).getByText('100 % more than in the period before')).toBeInTheDocument();
  expect(within(row).getByRole('button', { name: 'Resolve: Failed to fetch' })).toBeVisible();
  const other = screen.getByRole('row', { name: /An extension/ });
  expect(other).toHaveTextContent(/Ignored.*by bob@example.com/);
  expect(within(other).getByRole('button', { name: 'Reopen: An extension' })).toBeVisible();
});

test('resolves a kind, and offers to undo it', async () => {
  const group = anErrorGroup();
  serveErrors(group);
  const bodies: unknown[] = [];
  backend.use(
    http.put(`/api/admin/errors/${group.fingerprint}`, async ({ request }) => {
      bodies.push(await request.json());
      return HttpResponse.json({ group });
    }),
  );
  const { user } = await openPanel('/admin/errors');
  await user.click(await screen.findByRole('button', { name: 'Resolve: Failed to fetch' }));
  expect(await screen.findByText('The error is resolved now.')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Undo' }));
  await waitFor(() => expect(bodies).toEqual([{ state: 'RESOLVED' }, { state: 'OPEN' }]));
});
