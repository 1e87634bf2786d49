import { act, screen, waitFor, within } from '@testing-library/react';
import { http } from 'msw';
import { expect, test, vi } from 'vitest';
import { getRecentErrors } from '../../api/errorTracking';
import { aRun, someStats } from '../../testing/a-run';
import { backend, callsTo, live, problem, world } from '../../testing/backend';
import { openPanel } from '../../testing/render-app';

const stats = () => within(document.querySelector<HTMLElement>('.job-stats') as HTMLElement);

test('shows the counts and how old they are', async () => {
  await openPanel('/admin/jobs');
  expect(await stats().findByText('147')).toBeVisible();
  expect(stats().getByText('5 failed')).toBeVisible();
  expect(stats().getByText(/^Updated/)).toHaveTextContent(/^Updated \d+s ago$/);
});

test('reads them again on request', async () => {
  const { user } = await openPanel('/admin/jobs');
  await stats().findByText('147');
  world.stats = someStats({ last24h: { total: 1_500, success: 1_500, failed: 0, cancelled: 0 } });
  await user.click(stats().getByRole('button', { name: 'Refresh' }));
  expect(await stats().findByText('1,500')).toBeVisible();
  expect(callsTo('GET /api/admin/jobs/stats?refresh=true')).toBe(2);
});

test('progress causes no query', async () => {
  const run = aRun.running();
  world.active = [run];
  await openPanel('/admin/jobs');
  await screen.findByText(`#${run.id}`);
  await waitFor(() => expect(callsTo('GET /api/admin/jobs/history')).toBe(1));
  await waitFor(() => expect(callsTo('GET /api/admin/jobs/health')).toBe(1));
  await waitFor(() => expect(callsTo('GET /api/admin/jobs/badges')).toBe(1));
  const calls = world.calls.length;
  for (let percent = 1; percent <= 50; percent++) act(() => live.progress(run, percent, 'Scoring'));
  await screen.findByText('Progress: 50%');
  expect(world.calls.slice(calls).filter((call) => !call.includes('/stats'))).toEqual([]);
});

test('a failure in the statistics leaves the rest of the page alone', async () => {
  backend.use(http.get('/api/admin/jobs/stats', () => problem(400, { detail: 'Counters are broken.' })));
  world.history = [aRun.success()];
  await openPanel('/admin/jobs');
  expect(await stats().findByText('Counters are broken.')).toBeVisible();
  expect(await screen.findByText('Showing 1–1 of 1')).toBeVisible();
  expect(await screen.findByText('No active jobs')).toBeVisible();
});

test('statistics that cannot be drawn leave the other sections usable, and can be tried again', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
  world.stats = someStats({ last24h: null as never });
  const run = aRun.running();
  world.active = [run];
  world.history = [aRun.success()];
  const { user } = await openPanel('/admin/jobs');
  expect(await stats().findByText('Job Statistics could not be shown')).toBeVisible();
  expect(await screen.findByText(`#${run.id}`)).toBeVisible();
  expect(await screen.findByText('Showing 1–1 of 1')).toBeVisible();
  expect(getRecentErrors().at(-1)?.context).toMatchObject({ action: 'render', component: 'Job Statistics' });
  world.stats = someStats();
  await user.click(stats().getByRole('button', { name: 'Refresh' }));
  await user.click(stats().getByRole('button', { name: 'Try again' }));
  expect(await stats().findByText('147')).toBeVisible();
});

test('cleaning up stands in the strip only while something is stalled', async () => {
  const { user } = await openPanel('/admin/jobs');
  await stats().findByText('147');
  expect(stats().queryByRole('button', { name: /Clean Up/ })).toBeNull();
  await user.click(stats().getByRole('button', { name: 'More about the statistics' }));
  expect(await screen.findByRole('button', { name: 'Clean Up Stalled Jobs', hidden: true })).toBeInTheDocument();
  world.stats = someStats({ stalled: 2 });
  await user.click(stats().getByRole('button', { name: 'Refresh' }));
  expect(await stats().findByRole('button', { name: 'Clean Up Stalled Jobs (2)' })).toBeVisible();
});

test('statistics that do not come are still tried for, and a clock that is behind shows no time to come', async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  let answer = () => {};
  const held = new Promise<void>((resolve) => {
    answer = resolve;
  });
  backend.use(
    http.get('/api/admin/jobs/stats', async () => {
      await held;
      return undefined;
    }),
  );
  world.stats = someStats({ updatedAt: new Date(Date.now() + 60_000).toISOString() });
  await openPanel('/admin/jobs');
  await act(() => vi.advanceTimersByTimeAsync(2_000));
  expect(await stats().findByText('Still trying…')).toBeVisible();
  expect(stats().getByRole('button', { name: 'Refresh' })).toHaveTextContent('Refresh');
  answer();
  expect(await stats().findByText(/^Updated/)).toHaveTextContent('Updated just now');
});
