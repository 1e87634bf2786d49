import { act, screen, waitFor } from '@testing-library/react';
import { http } from 'msw';
import { expect, test, vi } from 'vitest';
import { aRun } from '../testing/a-run';
import { backend, callsTo, live, problem, world } from '../testing/backend';
import { address, openPanel } from '../testing/render-app';
import { someHealth } from '../testing/some-health';

const trouble = someHealth({
  verdict: 'CRITICAL',
  reasons: [
    { severity: 'CRITICAL', code: 'NO_RUNNER', message: 'No runner is alive' },
    { severity: 'WARNING', code: 'BACKLOG', message: 'A run has waited for 6 minutes' },
  ],
});
const healthCalls = () => callsTo('GET /api/admin/jobs/health');

test.each(['/admin/jobs', '/admin/dashboard'])('%s shows the worst problem and leads to all of them', async (place) => {
  world.health = trouble;
  const { user } = await openPanel(place);
  const hint = await screen.findByRole('link', { name: /No runner is alive/ });
  expect(hint).toHaveTextContent(/^Critical: No runner is alive \(and 1 more\)/);
  await user.click(hint);
  expect(await screen.findByRole('heading', { name: 'System status', level: 1 })).toBeVisible();
  expect(address()).toBe('/admin/system-status');
});

test('leaves out what the list of active runs below it shows', async () => {
  const stalled = { severity: 'WARNING', code: 'STALLED_RUNS', message: '1 run stalled' } as const;
  world.health = someHealth({ verdict: 'WARNING', reasons: [stalled] });
  const { unmount } = await openPanel('/admin/dashboard');
  expect(await screen.findByRole('link', { name: /1 run stalled/ })).toBeVisible();
  unmount();
  const calls = healthCalls();
  await openPanel('/admin/jobs');
  await waitFor(() => expect(healthCalls()).toBeGreaterThan(calls));
  await waitFor(() => expect(screen.getByRole('link', { name: /System status\s*Warning/ })).toBeVisible());
  expect(screen.queryByRole('link', { name: /1 run stalled/ })).toBeNull();
});

test('shows nothing while all is well', async () => {
  await openPanel('/admin/jobs');
  await waitFor(() => expect(healthCalls()).toBe(1));
  expect(screen.queryByRole('link', { name: /^(Critical|Warning)/ })).toBeNull();
});

test('shows nothing when health cannot be read', async () => {
  backend.use(http.get('/api/admin/jobs/health', () => problem(400)));
  await openPanel('/admin/jobs');
  await waitFor(() => expect(healthCalls()).toBe(1));
  expect(screen.queryByRole('link', { name: /^(Critical|Warning)/ })).toBeNull();
  expect(screen.queryByRole('alert')).toBeNull();
});

test('reads every half minute while a problem is shown, and no more when it is over', async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  world.health = trouble;
  await openPanel('/admin/jobs');
  expect(await screen.findByText(/No runner is alive/)).toBeVisible();
  world.health = someHealth();
  await act(() => vi.advanceTimersByTimeAsync(30_000));
  await waitFor(() => expect(screen.queryByText(/No runner is alive/)).toBeNull());
  expect(healthCalls()).toBe(2);
  await act(() => vi.advanceTimersByTimeAsync(120_000));
  expect(healthCalls()).toBe(2);
});

test('sends no request while nothing happens, whatever runs or waits for its time, and when a run comes', async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  world.active = [aRun.running(), aRun.queued({ runAt: new Date(Date.now() + 3_600_000).toISOString() })];
  await openPanel('/admin/jobs');
  await waitFor(() => expect(healthCalls()).toBe(1));
  await act(() => vi.advanceTimersByTimeAsync(120_000));
  expect(healthCalls()).toBe(1);
  world.health = trouble;
  act(() => live.publish(aRun.queued({ runAt: new Date(Date.now()).toISOString() })));
  expect(await screen.findByText(/No runner is alive/)).toBeVisible();
});

test('reads when a run that is due does not start', async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  world.active = [aRun.queued({ runAt: new Date(Date.now()).toISOString() })];
  await openPanel('/admin/jobs');
  await waitFor(() => expect(healthCalls()).toBe(1));
  world.health = trouble;
  await act(() => vi.advanceTimersByTimeAsync(40_000));
  expect(await screen.findByText(/No runner is alive/)).toBeVisible();
});
