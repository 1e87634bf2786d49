import { act, screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { aRun } from '../../testing/a-run';
import { live, world } from '../../testing/backend';
import { address, openPanel } from '../../testing/render-app';

test('leads to the jobs, the monitor and the history', async () => {
  const { user } = await openPanel('/admin/dashboard');
  expect(await screen.findByText('147')).toBeVisible();
  const links = screen.getByRole('navigation', { name: 'Quick links' });
  expect(links).toHaveTextContent(/Run New Job.*Monitor.*History/);
  await user.click(screen.getByRole('link', { name: 'Manage Jobs' }));
  expect(await screen.findByRole('heading', { name: 'Runs', level: 1 })).toBeVisible();
  expect(address()).toBe('/admin/jobs');
});

test('shows the last failures, and new ones as they come', async () => {
  world.history = [aRun.success(), aRun.failed({ error: 'Disk full' })];
  await openPanel('/admin/dashboard');
  expect(await screen.findByText('Disk full')).toBeVisible();
  expect(screen.getByRole('link', { name: 'All failures' })).toHaveAttribute(
    'href',
    '/admin/jobs/history?status=FAILED',
  );
  const failed = aRun.failed({ error: 'Out of memory' });
  world.history = [failed, ...world.history];
  act(() => live.tell(failed));
  expect(await screen.findByText('Out of memory')).toBeVisible();
});

test('failures of one cause are one line, which leads to all of them', async () => {
  world.history = [7, 8, 9].map((id) => aRun.failed({ error: `There is no user with the id ${id}` }));
  await openPanel('/admin/dashboard');
  const row = (await screen.findByText('There is no user with the id …')).closest('tr');
  expect(row).toHaveTextContent(/^match-scores.*3 runs/);
  expect(screen.getByRole('link', { name: 'match-scores' })).toHaveAttribute(
    'href',
    '/admin/jobs/history?job=match-scores&status=FAILED',
  );
});

test('says so when nothing has failed', async () => {
  world.history = [aRun.success()];
  await openPanel('/admin/dashboard');
  expect(await screen.findByText('No failures')).toBeVisible();
});

test('opens the run dialog from the quick links', async () => {
  const { user } = await openPanel('/admin/dashboard');
  await user.click(await screen.findByRole('button', { name: /Run New Job Pick a job/ }));
  expect(await screen.findByRole('dialog', { name: 'Run New Job' })).toBeVisible();
});
