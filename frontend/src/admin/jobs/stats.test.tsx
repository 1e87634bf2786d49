import { act, screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
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

test('reads them anew when asked', async () => {
  const { user } = await openPanel('/admin/jobs');
  await stats().findByText('147');
  world.stats = someStats({ last24h: { total: 1_500, success: 1_500, failed: 0, cancelled: 0 } });
  await user.click(stats().getByRole('button', { name: 'Refresh' }));
  expect(await stats().findByText('1,500')).toBeVisible();
  expect(world.calls.at(-1)).toBe('GET /api/admin/jobs/stats?refresh=true');
});

test('progress causes no query', async () => {
  const run = aRun.running();
  world.active = [run];
  await openPanel('/admin/jobs');
  await screen.findByText(`#${run.id}`);
  await waitFor(() => expect(callsTo('GET /api/admin/jobs/history')).toBe(1));
  const calls = world.calls.length;
  for (let percent = 1; percent <= 50; percent++) act(() => live.progress(run, percent, 'Scoring'));
  await screen.findByText('Progress: 50%');
  expect(world.calls.slice(calls).filter((call) => !call.includes('/stats'))).toEqual([]);
});

test('says what cleaning up does, then which runs were cleaned', async () => {
  const runs = [aRun.failed(), aRun.queued({ jobName: 'trending' })];
  backend.use(http.post('/api/admin/jobs/cleanup-stalled', () => HttpResponse.json({ cleaned: 2, runs })));
  const { user } = await openPanel('/admin/jobs');
  const button = await screen.findByRole('button', { name: 'Clean Up Stalled Jobs' });
  await user.click(button);
  const dialog = within(await screen.findByRole('dialog', { name: 'Clean Up Stalled Jobs' }));
  expect(dialog.getByText(/no heartbeat for 5 minutes/)).toBeVisible();
  expect(callsTo('POST')).toBe(0);
  await user.click(dialog.getByRole('button', { name: 'Clean Up' }));
  expect(await screen.findByText('Cleaned 2 stalled jobs')).toBeVisible();
  expect(screen.getByText(`match-scores #${runs[0]?.id}, trending #${runs[1]?.id}`)).toBeVisible();
  await waitFor(() => expect(button).toHaveFocus());
});

test('cleans nothing up without a yes', async () => {
  const { user } = await openPanel('/admin/jobs');
  await user.click(await screen.findByRole('button', { name: 'Clean Up Stalled Jobs' }));
  await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Keep' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(callsTo('POST')).toBe(0);
});

test('says when nothing was stalled', async () => {
  backend.use(http.post('/api/admin/jobs/cleanup-stalled', () => HttpResponse.json({ cleaned: 0, runs: [] })));
  const { user } = await openPanel('/admin/jobs');
  await user.click(await screen.findByRole('button', { name: 'Clean Up Stalled Jobs' }));
  await user.click(await screen.findByRole('button', { name: 'Clean Up' }));
  expect(await screen.findByText(/No stalled jobs/)).toBeVisible();
});

test('a failure in the statistics leaves the rest of the page alone', async () => {
  backend.use(http.get('/api/admin/jobs/stats', () => problem(400, { detail: 'Counters are broken.' })));
  world.history = [aRun.success()];
  await openPanel('/admin/jobs');
  expect(await stats().findByText('Counters are broken.')).toBeVisible();
  expect(await screen.findByText('Showing 1–1 of 1')).toBeVisible();
  expect(await screen.findByText('No active jobs')).toBeVisible();
});
