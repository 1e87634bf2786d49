import { screen, waitFor, within } from '@testing-library/react';
import { http } from 'msw';
import { expect, test } from 'vitest';
import { aRun } from '../../testing/a-run';
import { backend, problem, world } from '../../testing/backend';
import { address, openPanel } from '../../testing/render-app';
import { compareRuns } from './comparison';

test('facts are compared in pairs, figures with how they differ, values of JSON by their places', () => {
  const a = aRun.failed({
    error: 'No disk',
    durationMs: 154,
    parameters: { userId: 100_059, tags: ['a'], nested: { city: 'Ghent' }, same: 1 },
    metadata: { users: 10 },
  });
  const b = aRun.success({ durationMs: 13_154, parameters: { userId: 8, tags: ['a', 'b'], same: 1 }, metadata: null });
  const rows = compareRuns(a, b).flatMap((group) => group.rows);
  const row = (label: string) => rows.find((each) => each.label === label);
  expect(row('Outcome')).toMatchObject({ a: 'Failed: No disk', isSame: false });
  expect(row('Took')).toMatchObject({ a: '154ms', b: '13s', change: '▲ 13s' });
  expect(row('userId')).toMatchObject({ a: '100059', b: '8', change: '▼ 100051' });
  expect(row('tags[1]')).toMatchObject({ a: '–', b: 'b' });
  expect(row('nested.city')).toMatchObject({ a: 'Ghent', b: '–' });
  expect(row('same')?.isSame).toBe(true);
  expect(row('users')).toMatchObject({ a: '10', b: '–' });
});

test('two runs stand side by side by their address alone, can be swapped, and one that is gone keeps the other', async () => {
  const [a, b] = [aRun.failed({ durationMs: 154 }), aRun.success({ durationMs: 13_000 })];
  world.runs = [a, b];
  const { user } = await openPanel(`/admin/jobs/compare?a=${a.id}&b=${b.id}`);
  const table = within(await screen.findByRole('table', { name: /^How it went/ }));
  expect(table.getByRole('row', { name: /^Took/ })).toHaveTextContent('154ms13s▲ 12s');
  expect(table.queryByRole('row', { name: /^Channel/ })).toBeNull();
  await user.click(screen.getByLabelText('Only differences'));
  expect(await table.findByRole('row', { name: /^Channel/ })).toHaveTextContent('same');
  await user.click(screen.getByRole('button', { name: 'Swap' }));
  await waitFor(() => expect(address()).toBe(`/admin/jobs/compare?a=${b.id}&b=${a.id}&all=true`));
  expect(await screen.findByRole('row', { name: /^Took/ })).toHaveTextContent('13s154ms▼ 12s');
});

test('a run beside itself is the same run, and one that is gone is shown as such', async () => {
  const run = aRun.failed();
  world.runs = [run];
  const { unmount } = await openPanel(`/admin/jobs/compare?a=${run.id}&b=${run.id}`);
  expect(await screen.findByText('The same run.')).toBeVisible();
  unmount();
  const gone = { title: 'No such run', details: 'There is no run #999999.', retryable: false };
  backend.use(http.get('/api/admin/jobs/999999', () => problem(404, gone)));
  await openPanel(`/admin/jobs/compare?a=${run.id}&b=999999`);
  expect(await screen.findByText('There is no run #999999.')).toBeVisible();
  expect(screen.getByRole('link', { name: `match-scores #${run.id}` })).toBeVisible();
});

test('a run that could not be read shows why, and is read again', async () => {
  const [a, b] = [aRun.failed(), aRun.success()];
  world.runs = [a, b];
  let isBroken = true;
  backend.use(
    http.get(`/api/admin/jobs/${b.id}`, () =>
      isBroken ? problem(503, { detail: 'The database is away.' }) : undefined,
    ),
  );
  const { user } = await openPanel(`/admin/jobs/compare?a=${a.id}&b=${b.id}`);
  expect(await screen.findByText('The database is away.')).toBeVisible();
  isBroken = false;
  await user.click(screen.getByRole('button', { name: 'Retry' }));
  expect(await screen.findByRole('table', { name: /^How it went/ })).toBeVisible();
});
