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

test.each(['/admin/jobs', '/admin/dashboard'])('%s tells the worst trouble and leads to all of it', async (place) => {
  world.health = trouble;
  const { user } = await openPanel(place);
  const hint = await screen.findByRole('link', { name: /^Critical: No runner is alive \(and 1 more\)/ });
  await user.click(hint);
  expect(await screen.findByRole('heading', { name: 'System status', level: 1 })).toBeVisible();
  expect(address()).toBe('/admin/system-status');
});

test('says nothing while all is well', async () => {
  await openPanel('/admin/jobs');
  await waitFor(() => expect(healthCalls()).toBe(1));
  expect(screen.queryByRole('link', { name: /System status/ })).toBeNull();
});

test('says nothing when health cannot be read', async () => {
  backend.use(http.get('/api/admin/jobs/health', () => problem(400)));
  await openPanel('/admin/jobs');
  await waitFor(() => expect(healthCalls()).toBe(1));
  expect(screen.queryByRole('link', { name: /System status/ })).toBeNull();
  expect(screen.queryByRole('alert')).toBeNull();
});

test('asks every half minute while there is work', async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  world.active = [aRun.running()];
  await openPanel('/admin/jobs');
  await waitFor(() => expect(healthCalls()).toBe(1));
  world.health = trouble;
  await act(() => vi.advanceTimersByTimeAsync(30_000));
  expect(await screen.findByText(/No runner is alive/)).toBeVisible();
  expect(healthCalls()).toBe(2);
});

test('asks nothing in a quiet system, and at once when work comes', async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  await openPanel('/admin/jobs');
  await waitFor(() => expect(healthCalls()).toBe(1));
  await act(() => vi.advanceTimersByTimeAsync(120_000));
  expect(healthCalls()).toBe(1);
  world.health = trouble;
  act(() =>
    live.send('server.admin.jobs_counts', { counts: { running: 0, queued: 1 }, serverTime: new Date().toISOString() }),
  );
  expect(await screen.findByText(/No runner is alive/)).toBeVisible();
});
