import type { JobChannel } from '@job-manager/shared/contract/channels';
import type { Issue } from '@job-manager/shared/contract/issues';
import { act, screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test, vi } from 'vitest';
import { ago, aRun, someStats } from '../../testing/a-run';
import { backend, callsTo, live, problem, world } from '../../testing/backend';
import { address, openPanel } from '../../testing/render-app';
import { someHealth } from '../../testing/some-health';
import { type SomeMetrics, serveMetrics } from '../../testing/some-metrics';
import { laneOf } from './pulse';

let values: SomeMetrics;
const requests: Record<string, string>[] = [];

beforeEach(() => {
  localStorage.clear();
  requests.length = 0;
  values = {
    completed: { points: [400, 500, null, 384], total: 1_284, before: 1_189 },
    failed: { points: [1, 58, 0, 1], total: 60, before: 120 },
    depth: { points: [3, 15, null, 9], total: 9, before: 2 },
    running: { points: [1, 2, 3, 4], total: 2, before: 2 },
    failureRate: { points: [null, 0.2, null, null], total: 0.045, before: 0.1 },
  };
  backend.use(
    http.get('/api/admin/jobs/channels', () => HttpResponse.json({ channels: [] })),
    serveMetrics(
      () => values,
      (query) => requests.push(query),
    ),
  );
});

const card = (name: string) => within(screen.getByRole('button', { name: `${name}: open the chart` }));

test('four figures of a day show how they have changed, and what they are now', async () => {
  const since = new Date(Date.now() - 400_000).toISOString();
  world.active = [aRun.running({ startedAt: since }), aRun.running()];
  world.stats = someStats({ active: 6, last24h: { total: 1_340, success: 1_280, failed: 60, cancelled: 0 } });
  const { user } = await openPanel('/admin/jobs/overview');
  // The figures of the dashboard, not those of its steps, which begin with a whole hour.
  expect(await card('Completed').findByText('1,280')).toBeVisible();
  expect(card('Completed').getByText('967 % more than in the period before')).toBeInTheDocument();
  expect(card('Queue depth').getByText('5')).toBeVisible();
  expect(await card('In flight').findByText('6')).toBeVisible();
  expect(await card('In flight').findByText(/^longest 6m /)).toBeVisible();
  expect(card('Failed').getByRole('img', { hidden: true })).toHaveAccessibleName(
    /^Failed: 60 since 2026-11-22[^,]*, most 58 from 2026-11-22/,
  );
  expect(requests).toMatchObject([{ measures: 'completed,failed,running,depth', compare: 'true' }]);
  await user.click(screen.getByRole('button', { name: 'Over the last 7 days' }));
  expect(await card('Completed').findByText('1,284')).toBeVisible();
  expect(card('Completed').getByText('8 % more than in the period before')).toBeInTheDocument();
  expect(card('Failed').getByText('50 % fewer than in the period before')).toBeInTheDocument();
});

test('other figures are remembered by the browser, and go along in the address', async () => {
  const { user, unmount } = await openPanel('/admin/jobs/overview');
  await card('Failed').findByText('5');
  await user.click(screen.getByRole('button', { name: 'Choose the figures' }));
  await user.click(await screen.findByRole('checkbox', { name: 'Failed' }));
  expect(screen.getByRole('checkbox', { name: 'Retries' })).toBeEnabled();
  await user.click(screen.getByRole('checkbox', { name: 'Failure rate' }));
  expect(screen.getByRole('checkbox', { name: 'Retries' })).toBeDisabled();
  expect(await card('Failure rate').findByText('3.4 %')).toBeVisible();
  expect(address()).toContain('kpis=completed,failureRate,inFlight,depth');
  unmount();
  await openPanel('/admin/jobs/overview');
  expect(await screen.findByRole('button', { name: 'Failure rate: open the chart' })).toBeVisible();
});

test('a step is kept in the address, and left to the server where a range has too many of them', async () => {
  const { user } = await openPanel('/admin/jobs/overview?range=24h');
  await card('Failed').findByText('5');
  await user.click(screen.getByRole('button', { name: 'Choose the figures' }));
  await user.click(await screen.findByRole('button', { name: '5 min' }));
  await waitFor(() => expect(requests.at(-1)).toMatchObject({ step: '300000' }));
  expect(address()).toContain('step=5min');
  await user.keyboard('{Escape}');
  await user.click(screen.getByRole('button', { name: 'Over the last 90 days' }));
  await waitFor(() => expect(requests.at(-1)).not.toHaveProperty('step'));
});

test('a card opens its chart, which the address keeps, over another range as well', async () => {
  const { user } = await openPanel('/admin/jobs/overview?range=7d');
  await user.click(await screen.findByRole('button', { name: 'Failed: open the chart' }));
  const dialog = within(await screen.findByRole('dialog', { name: 'Failed' }));
  expect(await dialog.findByRole('img', { name: /^Failed by 1h: 60 since / })).toBeInTheDocument();
  expect(address()).toContain('chart=failed');
  await user.click(dialog.getByRole('button', { name: 'Over the last 30 days' }));
  expect(await dialog.findByRole('button', { name: 'Over the last 30 days', pressed: true })).toBeVisible();
  expect(address()).toContain('range=30d');
});

test('shows since when figures are kept where a chart has none, and why they could not be read', async () => {
  values.failed = { points: [null, null, null, null], total: 0, before: 0 };
  const { unmount } = await openPanel('/admin/jobs/overview?chart=failed');
  expect(await screen.findByText(/^This is kept since 2026-11-22/)).toBeVisible();
  unmount();
  backend.use(http.get('/api/admin/jobs/metrics', () => problem(500, { detail: 'The database is gone' })));
  await openPanel('/admin/jobs/overview');
  expect(await screen.findByText('Figures could not be loaded')).toBeVisible();
});

const beatsEvery = (seconds: number, agoS: readonly number[]) =>
  agoS.map((at) => ({ at: ago(at * seconds), latencyMs: at === 2 ? 180 : 12 }));

test('each runner has its heartbeats, and a cross where one did not come', async () => {
  world.pulse = [
    {
      runnerId: 'r1',
      name: 'vm:1',
      status: 'ACTIVE',
      startedAt: ago(9_000),
      beats: beatsEvery(30, [7, 6, 5, 2, 1, 0.1]),
    },
    { runnerId: 'r2', name: 'vm:2', status: 'LOST', startedAt: ago(9_000), beats: [] },
    { runnerId: 'r3', name: 'vm:3', status: 'STOPPED', startedAt: ago(90_000), beats: [] },
  ];
  await openPanel('/admin/jobs/overview');
  const pulse = within(await screen.findByRole('region', { name: 'Runner pulse' }));
  const described = 'vm:1: 6 heartbeats in 30 minutes, p95 180ms, 2 missed';
  expect(await pulse.findByRole('img', { name: described })).toBeInTheDocument();
  expect(pulse.getByText('Lost')).toBeVisible();
  expect(pulse.queryByText('vm:3')).toBeNull();
  expect(pulse.getByRole('link', { name: 'View Runners' })).toHaveAttribute('href', '/admin/jobs/runners');
});

test('a runner that is silent up to now has missed heartbeats; one that was stopped has not', () => {
  const to = '2026-11-22T12:00:00.000Z';
  const beats = [270, 240, 210].map((s) => ({ at: new Date(Date.parse(to) - s * 1_000).toISOString(), latencyMs: 5 }));
  const missedOf = (status: 'ACTIVE' | 'STOPPED') =>
    laneOf({ status, beats }, { intervalMs: 30_000, to }, 600_000).missed;
  expect([missedOf('ACTIVE'), missedOf('STOPPED')]).toEqual([6, 0]);
});

test('a killed runner has a cross within 90 seconds, however long before the kill it last reported', () => {
  // Up to 30 s are over when it is killed; the page reads every 15 s what the server reads every 10 s.
  const READ_MS = 15_000 + 10_000;
  const last = Date.parse('2026-11-22T12:00:00.000Z');
  const beats = [60_000, 30_000, 0].map((before) => ({ at: new Date(last - before).toISOString(), latencyMs: 5 }));
  const laneAt = (at: number) =>
    laneOf({ status: 'ACTIVE', beats }, { intervalMs: 30_000, to: new Date(at).toISOString() }, 600_000);
  expect(laneAt(last + 59_000).missed).toBe(0);
  expect(laneAt(last + 90_000 - READ_MS)).toMatchObject({ missed: 1 });
});

test('the bar of a channel turns red at its target, by the clock alone', async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  try {
    const mail: JobChannel = {
      ...{ name: 'mail', concurrency: null, concurrencyPerRunner: null, rateLimit: null, ratePeriodMs: null },
      ...{ weight: 1, targetWaitMs: 600_000, paused: null, running: 0, queued: 1, due: 1, scheduled: 0, blocked: 0 },
      ...{ history: [], oldestDueAt: ago(480), runners: [], jobs: [], rev: 1, recentStarts: null },
    };
    backend.use(http.get('/api/admin/jobs/channels', () => HttpResponse.json({ channels: [mail] })));
    localStorage.setItem('job-manager: auto-refresh overview', 'off 15');
    await openPanel('/admin/jobs/overview');
    const row = await screen.findByRole('row', { name: /^mail/ });
    const tone = () => [...row.querySelectorAll('[data-tone]')].at(-1)?.getAttribute('data-tone');
    expect(tone()).toBe('warning');
    const readings = callsTo('GET /api/admin/jobs/channels');
    await act(() => vi.advanceTimersByTimeAsync(121_000));
    expect(tone()).toBe('failed');
    expect(callsTo('GET /api/admin/jobs/channels')).toBe(readings);
  } finally {
    vi.useRealTimers();
  }
});

test('what needs an operator stands with its act, and goes once that was done', async () => {
  const paused = { at: ago(3_700), by: 'ada@example.com', reason: 'The provider is down', resumeAt: null };
  const mail: JobChannel = {
    ...{ name: 'mail', concurrency: null, concurrencyPerRunner: null, rateLimit: null, ratePeriodMs: null, weight: 1 },
    ...{ targetWaitMs: null, paused, running: 0, queued: 14, due: 14, scheduled: 0, blocked: 0, history: [] },
    ...{ oldestDueAt: ago(3_700), runners: [], jobs: [], rev: 1, recentStarts: null },
  };
  let channels = [mail];
  backend.use(
    http.get('/api/admin/jobs/channels', () => HttpResponse.json({ channels })),
    http.post('/api/admin/jobs/channels/mail/resume', () => {
      channels = [{ ...mail, paused: null, oldestDueAt: null }];
      return HttpResponse.json({ name: 'mail', channel: null });
    }),
  );
  const issue = (message: string, subject: Issue['subject'], severity: Issue['severity'] = 'critical'): Issue => ({
    ...{ key: message, severity, message, since: ago(600), runs: null, subject, incidentId: null },
  });
  world.issues = [
    issue('match-scores fails', { kind: 'failures', jobName: 'match-scores', fingerprint: '00000000000000f1' }),
    issue('Channel mail is paused', { kind: 'channel', channel: 'mail', isPaused: true }),
    issue('The loop was blocked', { kind: 'service' }, 'warning'),
  ];
  const { user } = await openPanel('/admin/jobs/overview');
  const issues = within(await screen.findByRole('region', { name: 'Hot issues' }));
  await waitFor(() =>
    expect(issues.getAllByRole('listitem').map(({ textContent }) => textContent)).toEqual([
      expect.stringMatching(/^Critical: match-scores fails.*for 10m/),
      expect.stringMatching(/^Critical: Channel mail is paused/),
      expect.stringMatching(/^Warning: The loop was blocked/),
    ]),
  );
  expect(issues.getByRole('link', { name: /^Show: match-scores fails/ })).toHaveAttribute(
    'href',
    '/admin/jobs/history?job=match-scores&status=FAILED&range=1h&cause=00000000000000f1',
  );
  await user.click(await issues.findByRole('button', { name: 'Resume channel mail' }));
  await waitFor(() => expect(issues.getAllByRole('listitem')).toHaveLength(2));
});

test('failures of an issue are run again, and an issue is muted for a while', async () => {
  const subject = { kind: 'failures', jobName: 'match-scores', fingerprint: null } as const;
  world.issues = [
    {
      ...{ key: 'failing match-scores', severity: 'critical', message: 'match-scores fails', since: null, runs: 60 },
      ...{ subject, incidentId: '12' },
    },
    {
      ...{ key: 'incident 13', severity: 'warning', message: 'nap is slow', since: ago(60), runs: 2 },
      ...{ subject: { kind: 'incident' }, incidentId: '13' },
    },
  ];
  let previewed: unknown;
  backend.use(
    http.post('/api/admin/jobs/bulk/preview', async ({ request }) => {
      previewed = await request.json();
      return problem(500, { detail: 'Not now' });
    }),
  );
  const { user } = await openPanel('/admin/jobs/overview');
  const issues = within(await screen.findByRole('region', { name: 'Hot issues' }));
  await user.click(await issues.findByRole('button', { name: 'Re-run 60 of match-scores' }));
  await waitFor(() =>
    expect(previewed).toEqual({
      action: 'rerun',
      filter: { jobName: 'match-scores', status: 'FAILED', from: expect.stringMatching(/Z$/) },
    }),
  );
  await user.keyboard('{Escape}');
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(issues.getByRole('link', { name: 'Show: nap is slow' })).toHaveAttribute('href', '/admin/alerts?incident=13');
  await user.click(issues.getByRole('button', { name: 'More for: match-scores fails' }));
  // Without a layout the menu takes its button for scrolled away, and itself for hidden.
  const item = (name: string) => issues.findByRole('menuitem', { name, hidden: true });
  expect(await item('Open the incident')).toHaveAttribute('href', '/admin/alerts?incident=12');
  await user.click(await item('Mute for 8 hours'));
  expect(await issues.findByRole('button', { name: '1 muted' })).toHaveAttribute('aria-expanded', 'false');
  expect(issues.getAllByRole('listitem')).toHaveLength(1);
  expect(Date.parse(world.mutes['failing match-scores'] ?? '') - Date.now()).toBeGreaterThan(7.9 * 3_600_000);
  await user.click(issues.getByRole('button', { name: '1 muted' }));
  await user.click(issues.getByRole('button', { name: 'Unmute: match-scores fails' }));
  expect(await issues.findByRole('button', { name: 'Re-run 60 of match-scores' })).toBeVisible();
});

const callsNow = () => world.calls.map((call) => call.replace(/\?.*/, ''));

test('opens with six calls besides who is signed in, and a hidden tab makes none', async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  try {
    await openPanel('/admin/jobs/overview');
    const six = ['badges', 'channels', 'health', 'metrics', 'overview', 'stats'];
    const wanted = six.map((call) => `GET /api/admin/jobs/${call}`);
    await waitFor(() => expect(new Set(callsNow())).toEqual(new Set(['GET /api/auth/me', ...wanted])));
    expect(await screen.findByText('Nothing needs you')).toBeVisible();
    await act(() => vi.advanceTimersByTimeAsync(2_000));
    expect(callsNow().sort()).toEqual(['GET /api/auth/me', ...wanted].sort());
    vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
    const before = world.calls.length;
    for (let run = 0; run < 5; run++) act(() => live.publish(aRun.failed()));
    await act(() => vi.advanceTimersByTimeAsync(60_000));
    expect(world.calls.slice(before)).toEqual([]);
  } finally {
    vi.restoreAllMocks();
    vi.useRealTimers();
  }
});

test('a figure that is kept for less than its range shows since when', async () => {
  values.completed = { points: [null, 500, 20, 384], total: 904, since: '2026-11-22T10:06:00.000Z' };
  await openPanel('/admin/jobs/overview?range=7d');
  expect(await card('Completed').findByText('collecting since 2026-11-22 10:06')).toBeVisible();
  expect(card('Failed').queryByText(/collecting/)).toBeNull();
});

test('the small figures of today stand below, and nothing needs anyone on a good day', async () => {
  world.active = [aRun.running({ jobName: 'trending', startedAt: ago(4_000) }), aRun.running({ startedAt: ago(60) })];
  const lastResult = 'All 19 rules hold for 2,000 runs';
  world.health = someHealth({
    maintenance: [{ task: 'self-check', lastFinishedAt: ago(60), lastResult, nextAt: ago(-240) }],
  });
  await openPanel('/admin/jobs/overview');
  expect(await screen.findByText('Nothing needs you')).toBeVisible();
  const snapshots = within(screen.getByRole('region', { name: 'Snapshots' }));
  expect(await snapshots.findByText(/left of 38/)).toHaveTextContent('14 left of 38');
  expect(await snapshots.findByText('12, of 3 jobs')).toBeVisible();
  expect(await snapshots.findByRole('link', { name: /^trending #/ })).toBeVisible();
  const health = within(screen.getByRole('region', { name: 'Job Service Health' }));
  expect(await health.findByText(lastResult)).toBeVisible();
  expect(snapshots.getByText('eu-west').closest('li')).toHaveTextContent('eu-west812');
});
