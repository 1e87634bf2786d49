import { act, screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test, vi } from 'vitest';
import { aCause } from '../../testing/a-cause';
import { ago, aRun, someStats } from '../../testing/a-run';
import { aBulkPreview, anOperation, serveBulk } from '../../testing/an-operation';
import { backend, callsTo, live, problem, world } from '../../testing/backend';
import { address, openPanel, untilListTakesKeys } from '../../testing/render-app';
import { aRunner, someHealth } from '../../testing/some-health';
import { serveMetrics } from '../../testing/some-metrics';

beforeEach(() => localStorage.clear());

const section = (name: string | RegExp) => within(screen.getByRole('region', { name }));
test('five counters show how they have changed since yesterday, and lead to their lists', async () => {
  world.stats = someStats({ pending: 12, active: 6, scheduled: 3, slots: 20 });
  world.stats.last24h = { total: 1_350, success: 1_284, failed: 60, cancelled: 6 };
  world.stats.previous = { pending: 8, running: 8, scheduled: 3, completed: 1_200, failed: null };
  world.health = someHealth({
    external: { running: 0, most: 50 },
    backlog: { queued: 12, due: 12, oldestDueAt: ago(3_700), oldestAgeMs: 3_700_000 },
  });
  world.failures = [aCause(), aCause({ fingerprint: 'f2' })];
  world.upcoming = [{ kind: 'run', at: ago(-7_500), jobName: 'affinity', jobRunId: '321', channel: 'mail' }];
  const { user } = await openPanel('/admin/dashboard');
  const counter = (name: string) => section('Counters').getByRole('link', { name: new RegExp(`^${name}`) });
  await waitFor(() => expect(counter('Pending')).toHaveTextContent(/12.*▲ 4.*oldest 1h/));
  expect(counter('Running')).toHaveTextContent(/6.*▼ 2.*of 20 slots/);
  await waitFor(() => expect(counter('Scheduled')).toHaveTextContent(/3.*= 0.*next in 2h/));
  expect(counter('Completed 24h')).toHaveTextContent(/1,284.*▲ 7 %.*95.5 % succeeded/);
  await waitFor(() => expect(counter('Failed 24h')).toHaveTextContent(/^Failed 24h602 causes$/));
  expect(within(counter('Pending')).getByTitle('8 at this time yesterday')).toBeVisible();
  expect(counter('Completed 24h')).toHaveAttribute('href', '/admin/jobs/history?status=SUCCESS&range=24h');
  await user.keyboard('2');
  await waitFor(() => expect(address()).toBe('/admin/jobs/monitor?state=running'));
});

test('ten of the active runs are listed, with the way to all; a row opens its run', async () => {
  world.active = Array.from({ length: 21 }, (_, index) => (index < 6 ? aRun.running() : aRun.queued()));
  const [first] = world.active;
  const { user } = await openPanel('/admin/dashboard');
  await waitFor(() => expect(section('Live Jobs').getAllByRole('row')).toHaveLength(1 + 10));
  expect(section('Live Jobs').getByRole('link', { name: 'Active: 21' })).toHaveAttribute('href', '/admin/jobs/monitor');
  await user.click(section('Live Jobs').getAllByText('Running')[0] as HTMLElement);
  await waitFor(() => expect(address()).toContain(`?run=${first?.id}`));
});

test('a queued run shows that its channel is paused, as soon as the server reports it', async () => {
  const run = aRun.queued({ channel: 'mail' });
  world.active = [run];
  await openPanel('/admin/dashboard');
  expect(await section('Live Jobs').findByText('Waiting to start…')).toBeVisible();
  act(() =>
    live.publish({
      ...run,
      rev: 2,
      waitReason: 'channelPaused',
      waitDetail: 'Paused by ada@example.com',
      waitSince: ago(5),
    }),
  );
  expect(await section('Live Jobs').findByText('Paused by ada@example.com')).toBeVisible();
});

test('failures of one cause are one line, which leads to all of them and can be queued again', async () => {
  world.failures = [aCause(), aCause({ fingerprint: 'f2', runs: 1, error: 'Disk full', jobRunIds: ['301'] })];
  const bulk = serveBulk(aBulkPreview(), anOperation());
  backend.use(...bulk.handlers);
  const { user } = await openPanel('/admin/dashboard');
  const failures = section('Recent Failures');
  const row = (await failures.findByText('There is no user with the id #')).closest('tr');
  expect(row).toHaveTextContent(/^match-scores.*last #300 in default .*60 runs.*Re-run 60…/);
  expect(within(row as HTMLElement).getByRole('link', { name: 'match-scores' })).toHaveAttribute(
    'href',
    '/admin/jobs/history?job=match-scores&status=FAILED&range=24h&cause=00000000000000f1',
  );
  expect(failures.getByText('Disk full')).toBeVisible();
  await user.click(failures.getByRole('button', { name: 'Re-run 60 runs of match-scores' }));
  await user.click(await screen.findByRole('button', { name: 'Re-run 60 runs' }));
  expect(await screen.findByText('60 runs queued again')).toBeVisible();
  const filter = { jobName: 'match-scores', cause: '00000000000000f1', from: expect.any(String) };
  expect(bulk.sent).toEqual([{ action: 'rerun', filter }, { token: aBulkPreview().token }]);
});

test('a cause is muted for a while, and listed again on request', async () => {
  world.failures = [aCause(), aCause({ fingerprint: 'f2', cause: 'Disk full' })];
  const { user } = await openPanel('/admin/dashboard');
  const failures = section('Recent Failures');
  await user.click(await failures.findByRole('button', { name: 'More for failures of match-scores: Disk full' }));
  await user.click(await screen.findByRole('menuitem', { name: 'Mute for 8 hours' }));
  expect(await screen.findByText('Muted. The cause is not listed until then.')).toBeVisible();
  await waitFor(() => expect(failures.queryByText('Disk full')).toBeNull());
  expect(failures.getByText('There is no user with the id #')).toBeVisible();
  expect(Date.parse(world.mutes['cause f2'] ?? '') - Date.now()).toBeGreaterThan(7.5 * 3_600_000);
  await user.click(failures.getByRole('button', { name: '1 muted' }));
  expect(failures.getByRole('list', { name: 'Muted causes' })).toHaveTextContent(
    /Disk full.*muted by ada@example.com, listed again in/,
  );
  await user.click(failures.getByRole('button', { name: 'Unmute failures of match-scores: Disk full' }));
  await waitFor(() => expect(failures.queryByRole('button', { name: '1 muted' })).toBeNull());
  expect(failures.getByText('Disk full')).toBeVisible();
});

test('what failed since this browser last showed the list is counted, of each cause and of all', async () => {
  world.failures = [aCause({ runs: 2, jobRunIds: ['300', '299'] }), aCause({ fingerprint: 'f2', cause: 'Disk full' })];
  const { unmount } = await openPanel('/admin/dashboard');
  expect(await section('Recent Failures').findByText('Disk full')).toBeVisible();
  expect(section('Recent Failures').queryByText(/new/)).toBeNull();
  unmount();
  const lastAt = ago(-60);
  world.failures = [
    aCause({ runs: 5, jobRunIds: ['303', '302', '301', '300', '299'], lastAt }),
    aCause({ fingerprint: 'f2', cause: 'Disk full' }),
    aCause({ fingerprint: 'f3', cause: 'Out of memory', runs: 4, jobRunIds: ['310', '309', '308', '307'], lastAt }),
  ];
  await openPanel('/admin/dashboard');
  const failures = section('Recent Failures');
  expect(await failures.findByText(/^7 new since you looked/)).toBeVisible();
  const rowOf = (cause: string) => failures.getByText(cause).closest('tr');
  expect(rowOf('There is no user with the id #')).toHaveTextContent('5 runs3 new');
  expect(rowOf('Out of memory')).toHaveTextContent('4 runs4 new');
  expect(rowOf('Disk full')).not.toHaveTextContent('new');
});

test('a failure that comes in is read', async () => {
  const run = aRun.running();
  world.active = [run];
  await openPanel('/admin/dashboard');
  expect(await section('Recent Failures').findByText('No failures in 24 hours')).toBeVisible();
  await section('Live Jobs').findByRole('link', { name: 'match-scores' });
  world.failures = [aCause({ runs: 1, error: 'Out of memory' })];
  act(() => live.publish(aRun.failed({ id: run.id, rev: 2, error: 'Out of memory' })));
  expect(await section('Recent Failures').findByText('Out of memory')).toBeVisible();
});

test('what comes next is a schedule or a delayed run, each with its way', async () => {
  world.upcoming = [
    { kind: 'schedule', at: ago(-1_245), jobName: 'affinity', scheduleId: 's1', name: 'hourly-affinity' },
    { kind: 'run', at: ago(-3_900), jobName: 'affinity', jobRunId: '321', channel: 'mail' },
  ];
  await openPanel('/admin/dashboard');
  const next = section('Scheduled (next 10)');
  expect(await next.findByRole('link', { name: 'hourly-affinity' })).toHaveAttribute(
    'href',
    '/admin/jobs/schedules/s1',
  );
  expect(next.getByRole('link', { name: '#321 (delayed)' })).toHaveAttribute('href', '/admin/jobs/321');
  expect(next.getAllByRole('row')[2]).toHaveTextContent(/mail.*in 1h/);
});

test('a runner opens its drawer, which the address keeps', async () => {
  world.health = someHealth({ runners: [aRunner({ id: 'r1' }), aRunner({ id: 'r2', pid: 5, status: 'LOST' })] });
  world.active = [aRun.running({ runnerId: 'r1', jobName: 'trending' })];
  const { user, unmount } = await openPanel('/admin/dashboard');
  const link = section('Job Runners').getByRole('link', { name: 'View Runners' });
  expect(link).toHaveAttribute('href', '/admin/jobs/runners');
  await user.click(await section('Job Runners').findByRole('button', { name: 'jobs-1:4711' }));
  const drawer = within(await screen.findByRole('dialog', { name: 'jobs-1:4711' }));
  expect(drawer.getByText('3 of 10')).toBeVisible();
  expect(await drawer.findByRole('link', { name: /^trending #/ })).toBeVisible();
  expect(address()).toContain('?runner=jobs-1:4711');
  unmount();
  await openPanel('/admin/dashboard?runner=jobs-1:5');
  expect(await screen.findByRole('dialog', { name: 'jobs-1:5' })).toHaveTextContent('Lost');
});

test('the chart opens large, over a range that the address keeps, and as a table that leads to the runs', async () => {
  backend.use(serveMetrics(() => ({ published: { points: [400, 500, null, 444], total: 1_344, before: 1_244 } })));
  const { user } = await openPanel('/admin/dashboard');
  expect(await section('Jobs Published').findByText(/1,344 in the last 24 hours/)).toBeVisible();
  await user.click(section('Jobs Published').getByRole('button', { name: 'Jobs Published: open the chart' }));
  const dialog = within(await screen.findByRole('dialog', { name: 'Jobs Published' }));
  await user.click(dialog.getByRole('button', { name: 'Over the last 7 days' }));
  await waitFor(() => expect(address()).toBe('/admin/dashboard?chart=published&range=7d'));
  await user.click(await dialog.findByRole('button', { name: 'Jobs Published as table' }));
  expect(dialog.getByRole('link', { name: /^2026-11-22 12:00/ })).toHaveAttribute(
    'href',
    '/admin/jobs/history?from=2026-11-22T12:00:00.000Z&to=2026-11-22T13:00:00.000Z',
  );
});

test('where figures have just begun, the last hour is shown, and since when they are kept', async () => {
  const requests: number[] = [];
  const values = () => ({ published: { points: [null, null, null, 4], total: 4, before: 0 } });
  const hoursSince = (from = '') => Math.round((Date.now() - Date.parse(from)) / 3_600_000);
  backend.use(serveMetrics(values, ({ from }) => requests.push(hoursSince(from))));
  await openPanel('/admin/dashboard');
  await waitFor(() => expect(requests).toEqual([24, 1]));
  expect(await section('Jobs Published').findByText(/4 in the last hour/)).toBeVisible();
  expect(section('Jobs Published').getByRole('button', { name: 'Over the last hour', pressed: true })).toBeVisible();
});

test('a new installation explains for each list what will be there', async () => {
  world.health = someHealth({ runners: [] });
  const { user } = await openPanel('/admin/dashboard');
  for (const text of ['No active jobs', 'No failures in 24 hours', 'Nothing scheduled', 'No runner is alive'])
    expect(await screen.findByText(text)).toBeVisible();
  expect(screen.getByRole('link', { name: 'Create a schedule' })).toHaveAttribute(
    'href',
    '/admin/jobs/schedules?edit=new',
  );
  await user.click(section('Operations').getByRole('button', { name: 'Run Simple Job' }));
  expect(await screen.findByRole('dialog', { name: 'Run New Job' })).toBeVisible();
});

test('stalled runs are counted, and shown before they are recovered', async () => {
  world.stats = someStats({ stalled: 2 });
  const { user } = await openPanel('/admin/dashboard');
  await user.click(await section('Operations').findByRole('button', { name: 'Clear Stuck (2)' }));
  expect(await screen.findByRole('dialog', { name: 'Clean Up Stalled Jobs' })).toBeVisible();
});

test('each part that can not be read shows that, and the others stay', async () => {
  backend.use(
    http.get('/api/admin/jobs/failures', () => problem(400, { detail: 'The disk is full' })),
    http.get('/api/admin/jobs/stats', () => problem(400)),
    http.get('/api/admin/jobs/metrics', () => problem(400)),
    http.get('/api/admin/jobs/upcoming', () => HttpResponse.json({ upcoming: [], asOf: ago(0) })),
  );
  await openPanel('/admin/dashboard');
  for (const text of ['Failures could not be loaded', 'Statistics could not be loaded', 'Figures could not be loaded'])
    expect(await screen.findByText(text)).toBeVisible();
  expect(await screen.findByText('Nothing scheduled')).toBeVisible();
});

test('all of it is read again by Refresh, and the rows of a list take keys', async () => {
  const run = aRun.running();
  world.active = [run];
  const { user } = await openPanel('/admin/dashboard');
  await section('Live Jobs').findByRole('link', { name: 'match-scores' });
  await untilListTakesKeys();
  await user.keyboard('j');
  await user.keyboard('l');
  await waitFor(() => expect(address()).toContain(`?run=${run.id}&tab=log`));
  await user.keyboard('{Escape}');
  await waitFor(() => expect(address()).toBe('/admin/dashboard'));
  const reads = ['failures', 'upcoming', 'health', 'metrics', 'stats'].map((call) => `GET /api/admin/jobs/${call}`);
  const before = reads.map(callsTo);
  await user.click(screen.getByRole('button', { name: /^Refresh/ }));
  await waitFor(() =>
    expect(reads.map(callsTo).map((count, index) => count > (before[index] ?? 0))).toEqual(reads.map(() => true)),
  );
});

test('a hidden tab sends no request, whatever runs do', async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  try {
    await openPanel('/admin/dashboard');
    expect(await screen.findByText('No failures in 24 hours')).toBeVisible();
    await act(() => vi.advanceTimersByTimeAsync(20_000));
    vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
    const before = world.calls.length;
    for (let run = 0; run < 5; run++) {
      act(() => live.publish(aRun.failed()));
      await act(() => vi.advanceTimersByTimeAsync(12_000));
    }
    expect(world.calls.slice(before)).toEqual([]);
    vi.restoreAllMocks();
    act(() => void document.dispatchEvent(new Event('visibilitychange')));
    await waitFor(() => expect(world.calls.length).toBeGreaterThan(before));
  } finally {
    vi.restoreAllMocks();
    vi.useRealTimers();
  }
});
