import { systemComponents } from '@job-manager/shared/system-components';
import { act, screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { ago, aRun } from '../../testing/a-run';
import { backend, callsTo, live, operator, problem, world } from '../../testing/backend';
import { address, openPanel } from '../../testing/render-app';
import { aRunner, someHealth, troubled } from '../../testing/some-health';
import { aComponent } from '../../testing/some-system';

const PLACE = '/admin/system-status';
const region = (name: string) => within(screen.getByRole('region', { name }));
const verdict = async () => within(await screen.findByRole('region', { name: 'Verdict' }));
const healthCalls = () => callsTo('GET /api/admin/jobs/health');

test('shows OK, when it was checked, and what was measured', async () => {
  await openPanel(PLACE);
  expect((await verdict()).getByText('OK')).toBeVisible();
  expect((await verdict()).getByText('All is well.')).toBeVisible();
  expect(screen.getByText(/^Checked/)).toHaveTextContent(/^Checked (just now|\d+s ago)$/);
  expect(await (await verdict()).findByText('2h 5m')).toBeVisible();
  const matrix = within(await screen.findByRole('table', { name: 'Service Matrix' }));
  const rows = matrix.getAllByRole('row').slice(1);
  expect(rows).toHaveLength(systemComponents.length);
  expect(rows[1]).toHaveTextContent(/^DatabaseOKfigure of database.*100 %–$/);
  // Each leads somewhere.
  for (const row of rows)
    expect(within(row).getAllByRole('link')[0]).toHaveAttribute('href', expect.stringMatching(/\w/));
  expect(within(rows[1] as HTMLElement).getByRole('img')).toHaveAccessibleName(
    'Database: of 90 days 0 days with a critical incident, 0 with a warning, 30 without samples',
  );
});

test('a part with an open incident shows since when, and leads to it', async () => {
  const incident = { id: '12', severity: 'CRITICAL' as const, title: 'No runner is alive', openedAt: ago(570) };
  world.system = {
    components: [
      aComponent('runners', { status: 'CRITICAL', since: ago(570), incidents: [incident], lastIncident: incident }),
    ],
  };
  await openPanel(PLACE);
  const row = (await within(await screen.findByRole('table', { name: 'Service Matrix' })).findAllByRole('row'))[1];
  expect(row).toHaveTextContent(/^RunnersCriticalfor 9m/);
  expect(within(row as HTMLElement).getByRole('link', { name: 'No runner is alive' })).toHaveAttribute(
    'href',
    '/admin/alerts?incident=12',
  );
});

test('the alert feed and the service log list what happened, each with where it leads', async () => {
  world.systemEvents = [
    {
      id: 'opened-12',
      at: ago(60),
      kind: 'incident',
      severity: 'error',
      message: 'mail waits',
      incidentId: '12',
      runnerId: null,
    },
    {
      id: 'runner-3',
      at: ago(90),
      kind: 'runner',
      severity: 'info',
      message: 'jobs-1:17: joined',
      incidentId: null,
      runnerId: 'r1',
    },
  ];
  const { user } = await openPanel(PLACE);
  const feed = within(await screen.findByRole('region', { name: 'Alert feed' }));
  expect(await feed.findByRole('link', { name: 'mail waits' })).toHaveAttribute('href', '/admin/alerts?incident=12');
  await user.click(screen.getByRole('link', { name: 'All events' }));
  await waitFor(() => expect(address()).toBe(`${PLACE}?tab=events`));
  await user.selectOptions(await screen.findByRole('combobox', { name: 'Filter by kind' }), 'Runner');
  await waitFor(() => expect(callsTo('GET /api/admin/system/events?kind=runner')).toBe(1));
  expect(screen.getByRole('link', { name: 'jobs-1:17: joined' })).toHaveAttribute('href', '/admin/jobs/runners/r1');
});

test('reads the matrix again when the socket reports that an incident opened', async () => {
  await openPanel(PLACE);
  await screen.findByRole('table', { name: 'Service Matrix' });
  await waitFor(() => expect(live.connections).toBe(1));
  const before = callsTo('GET /api/admin/system');
  const incident = { id: '12', severity: 'CRITICAL' as const, title: 'mail waits', openedAt: ago(0) };
  act(() => live.alert('opened', { ...incident, closedAt: null, mutedUntil: null }));
  await waitFor(() => expect(callsTo('GET /api/admin/system')).toBeGreaterThan(before));
});

test('explains the reasons, the worst first', async () => {
  world.health = someHealth({
    verdict: 'CRITICAL',
    reasons: [
      { severity: 'CRITICAL', code: 'NO_RUNNER', message: 'No runner is alive' },
      { severity: 'WARNING', code: 'BACKLOG', message: 'A run has waited for 6 minutes' },
    ],
    runners: [],
  });
  await openPanel(PLACE);
  expect((await verdict()).getByText('CRITICAL')).toBeVisible();
  const reasons = within(screen.getByRole('list', { name: 'Reasons' })).getAllByRole('listitem');
  expect(reasons.map((reason) => reason.textContent)).toEqual([
    'CriticalNo runner is alive Start “pnpm worker:jobs”, or set JOBS_RUNNER=on.',
    'WarningA run has waited for 6 minutes',
  ]);
  expect(region('Runners').getByText('No runner is alive')).toBeVisible();
});

test('of many reasons and runners the first are shown, the lost runners first', async () => {
  const message = (n: number) => `The runner on host-${n} has had no heartbeat for 2 min.`;
  world.health = someHealth({
    verdict: 'WARNING',
    reasons: Array.from({ length: 44 }, (_, n) => ({
      severity: 'WARNING',
      code: 'RUNNER_SILENT',
      message: message(n),
    })),
    runners: Array.from({ length: 44 }, (_, n) =>
      aRunner({ id: `r${n}`, host: `host-${n}`, status: n === 43 ? 'LOST' : 'ACTIVE' }),
    ),
  });
  const { user } = await openPanel(PLACE);
  expect(within(await screen.findByRole('list', { name: 'Reasons' })).getAllByRole('listitem')).toHaveLength(6);
  expect((await verdict()).getByText('6 of 44 reasons are shown.')).toBeVisible();
  const rows = () => region('Runners').getAllByRole('row').slice(1);
  expect(rows()).toHaveLength(20);
  expect(rows()[0]).toHaveTextContent('host-43');
  await user.click(region('Runners').getByRole('button', { name: 'Show 20 more' }));
  expect(rows()).toHaveLength(40);
});

test('marks the database where the server reports that it does not reach it', async () => {
  const { user } = await openPanel(PLACE);
  await screen.findByRole('table', { name: 'Service Matrix' });
  const away = () => problem(503, { code: 'UNAVAILABLE', detail: 'The database is away.' });
  backend.use(http.get('/api/admin/jobs/health', away), http.get('/api/admin/system', away));
  await user.click(screen.getByRole('button', { name: 'Refresh' }));
  expect(await screen.findByRole('row', { name: /^Database Critical no answer/ })).toBeVisible();
  expect(screen.getByText(/What stands below was so/)).toBeVisible();
});

test('lists the lost runners before the live, and the stopped on request', async () => {
  world.health = someHealth({
    runners: [
      aRunner({ id: 'c', host: 'gone', status: 'STOPPED' }),
      aRunner({ id: 'b', host: 'lost', status: 'LOST' }),
      aRunner({ id: 'a', host: 'here', pid: 17, kind: 'WORKER', lastClaimAt: null }),
    ],
  });
  const { user } = await openPanel(PLACE);
  await verdict();
  const rows = () => region('Runners').getAllByRole('row').slice(1);
  expect(rows()).toHaveLength(2);
  expect(rows()[0]).toHaveTextContent(/lost:.*Lost.*none/);
  expect(rows()[1]).toHaveTextContent(/here:17Worker · version 0\.1\.0Active3 of 10never.*2ms/);
  expect(region('Runners').getByText('1 alive · 1 lost in the last 24 hours')).toBeVisible();
  await user.click(region('Runners').getByRole('button', { name: 'Show 1 stopped in the last 24 hours' }));
  expect(rows()[2]).toHaveTextContent('gone');
});

test('names stalled and slow runs with their limits, and leads to them', async () => {
  const [silent, slow] = [
    aRun.running({ runnerId: 'runner-1' }),
    aRun.running({ jobName: 'trending', runnerId: 'runner-7' }),
  ];
  world.runs = [silent];
  world.health = someHealth({
    stalled: [troubled(silent, 360_000, 300_000)],
    slow: [troubled(slow, 2_400_000, 1_200_000)],
    runners: [aRunner({ id: 'runner-1' })],
  });
  const { user } = await openPanel(PLACE);
  await verdict();
  const [first, second] = region('Stalled and slow runs').getAllByRole('listitem');
  expect(first).toHaveTextContent(`Stalledmatch-scores #${silent.id}silent for 6m, limit 5 minutesjobs-1:4711`);
  expect(second).toHaveTextContent(
    `Slowtrending #${slow.id}running for 40m, limit 20 minutesa runner that was removed since`,
  );
  await user.click(screen.getByRole('link', { name: `match-scores #${silent.id}` }));
  await waitFor(() => expect(address()).toBe(`/admin/jobs/${silent.id}`));
});

test('shows in one line whether maintenance is on time, and on demand when each task was done, with what result', async () => {
  world.health = someHealth({
    maintenance: [
      { task: 'remove old SUCCESS runs', lastFinishedAt: ago(65), lastResult: 'removed 12 runs', nextAt: ago(-600) },
      { task: 'timeouts', lastFinishedAt: null, lastResult: null, nextAt: ago(-30) },
      { task: 'self-check', lastFinishedAt: null, lastResult: null, nextAt: ago(5) },
      { task: 'sessions', lastFinishedAt: null, lastResult: null, nextAt: ago(190) },
    ],
  });
  const { user } = await openPanel(`${PLACE}?tab=maintenance`);
  await screen.findByRole('region', { name: 'Maintenance' });
  const rows = () => region('Maintenance').getAllByRole('row').slice(1);
  expect(region('Maintenance').getByText(/on time/)).toHaveTextContent('1 overdue, 3 tasks on time · last 1m ago');
  expect(rows()).toHaveLength(1);
  await user.click(region('Maintenance').getByRole('button', { name: 'Show the tasks' }));
  const [first, second, third, fourth] = rows();
  expect(first).toHaveTextContent(/overdue, was due 3m ago$/);
  expect(second).toHaveTextContent(/^Remove old success runs1m agoremoved 12 runsin \d+m$/);
  expect(third).toHaveTextContent(/^Timeoutsnot yetnone yetin \d+s$/);
  expect(fourth).toHaveTextContent(/due now$/);
});

const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));
/** How often health was read once the page is there; the navigation may have read it before. */
async function settledCalls(): Promise<number> {
  await verdict();
  await pass(1_000);
  return healthCalls();
}

describe('refreshing', () => {
  beforeEach(() => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    return () => localStorage.clear();
  });

  test('reads again every 15 seconds, and on request', async () => {
    const { user } = await openPanel(PLACE);
    await settledCalls();
    world.health = someHealth({ verdict: 'WARNING' });
    await pass(16_000);
    expect(await (await verdict()).findByText('WARNING')).toBeVisible();
    const before = healthCalls();
    world.health = someHealth();
    await user.click(screen.getByRole('button', { name: 'Refresh' }));
    expect(await (await verdict()).findByText('OK')).toBeVisible();
    expect(healthCalls()).toBeGreaterThan(before);
  });

  test('is switched off and set by its menu, its button and a key, and this browser remembers it', async () => {
    const { user, unmount } = await openPanel(PLACE);
    const before = await settledCalls();
    await user.keyboard('.');
    expect(screen.getByRole('button', { name: 'Auto off' })).toHaveAttribute('aria-pressed', 'false');
    await pass(25_000);
    expect(healthCalls()).toBe(before);
    await user.click(screen.getByRole('button', { name: 'Choose the interval' }));
    // Without a layout the menu takes its button for scrolled away, and itself for hidden.
    await user.click(await screen.findByRole('menuitemradio', { name: '60 s', hidden: true }));
    unmount();
    await openPanel(PLACE);
    expect(await screen.findByRole('button', { name: 'Auto 60s' })).toHaveAttribute('aria-pressed', 'true');
  });

  test.each([
    ['the tab is hidden', () => void vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden')],
    ['a text field has the focus', () => document.body.appendChild(document.createElement('textarea')).focus()],
    [
      'a dialog is open',
      () => document.body.appendChild(document.createElement('div')).setAttribute('aria-modal', 'true'),
    ],
  ])('makes no request while %s', async (_name, hold) => {
    await openPanel(PLACE);
    const before = await settledCalls();
    hold();
    await pass(25_000);
    expect(healthCalls()).toBe(before);
    for (const added of document.querySelectorAll('body > textarea, body > [aria-modal]')) added.remove();
    vi.restoreAllMocks();
    await pass(2_000);
    await waitFor(() => expect(healthCalls()).toBe(before + 1));
  });

  test('pauses after ten minutes without input, until a press', async () => {
    world.health = someHealth({ verdict: 'WARNING' });
    const { user } = await openPanel(PLACE);
    await verdict();
    await pass(10 * 60_000);
    const resume = await screen.findByRole('button', { name: /without input/ });
    const before = healthCalls();
    await pass(10 * 60_000);
    expect(healthCalls()).toBe(before);
    await user.click(resume);
    await pass(2_000);
    await waitFor(() => expect(healthCalls()).toBeGreaterThan(before));
    expect(screen.getByRole('button', { name: 'Auto 15s' })).toBeVisible();
  });
});

test('shows why health could not be checked, and tries again', async () => {
  let isBroken = true;
  backend.use(
    http.get('/api/admin/jobs/health', () =>
      isBroken ? problem(400, { detail: 'The database is away.' }) : HttpResponse.json(world.health),
    ),
  );
  const { user } = await openPanel(PLACE);
  expect(await screen.findByText('The database is away.')).toBeVisible();
  expect(screen.getByRole('region', { name: 'Recovery' })).toBeVisible();
  isBroken = false;
  await user.click(screen.getByRole('button', { name: 'Retry' }));
  expect((await verdict()).getByText('OK')).toBeVisible();
});

test('keeps the last known state, dated, when it can no longer be checked', async () => {
  const { user } = await openPanel(PLACE);
  await verdict();
  backend.use(http.get('/api/admin/jobs/health', () => problem(400, { detail: 'The database is away.' })));
  await user.click(screen.getByRole('button', { name: 'Refresh' }));
  expect(await screen.findByText('Health could not be checked')).toBeVisible();
  expect(screen.getByText(/The database is away\. What stands below was so/)).toBeVisible();
  expect((await verdict()).getByText('OK')).toBeVisible();
  expect(document.querySelector('[data-old]')).not.toBeNull();
});

test('a section that cannot be drawn leaves the others usable', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
  world.health = someHealth({ runners: null as never, stalled: null as never });
  const { user } = await openPanel(PLACE);
  expect(await screen.findByText('Runners could not be shown')).toBeVisible();
  expect(screen.getByText('Stalled and slow runs could not be shown')).toBeVisible();
  expect(await screen.findByRole('table', { name: 'Service Matrix' })).toBeVisible();
  world.health = someHealth();
  await user.click(screen.getByRole('button', { name: 'Refresh' }));
  await waitFor(() => expect(healthCalls()).toBe(2));
  for (const button of screen.getAllByRole('button', { name: 'Try again' })) await user.click(button);
  expect(await region('Runners').findByText(/jobs-1/)).toBeVisible();
});

test('an admin may clean up, but sees no emergency', async () => {
  world.user = { ...operator, role: 'ADMIN' };
  const { user } = await openPanel(PLACE);
  await verdict();
  expect(screen.queryByText(/Emergency/)).toBeNull();
  await user.click(region('Recovery').getByRole('button', { name: 'Clean Up Stalled' }));
  expect(await screen.findByRole('dialog', { name: 'Clean Up Stalled Jobs' })).toBeVisible();
});
