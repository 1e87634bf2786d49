import { act, screen, waitFor, within } from '@testing-library/react';
import { delay, HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import { ago, aRun } from '../../testing/a-run';
import { backend, callsTo, live, problem, world } from '../../testing/backend';
import { openPanel } from '../../testing/render-app';

const list = () => within(document.querySelector<HTMLElement>('.active-jobs') as HTMLElement);

test('shows Stopping… from the click on, and sends one request however often it is clicked', async () => {
  const run = aRun.running();
  world.active = [run];
  let answer = (_response: Response) => {};
  backend.use(
    http.post('/api/admin/jobs/:id/cancel', () => new Promise<Response>((resolve) => (answer = resolve)) as never),
  );
  const { user } = await openPanel('/admin/jobs');
  const button = await list().findByRole('button', { name: `Cancel match-scores #${run.id}` });
  for (let click = 0; click < 5; click++) await user.click(button);
  const stopping = list().getByRole('button', { name: `Stopping… match-scores #${run.id}` });
  expect(stopping).toBeDisabled();
  expect(list().getByText('Cancel requested…')).toBeVisible();
  await waitFor(() => expect(callsTo('POST /api/admin/jobs/')).toBe(1));
  const requested = {
    ...run,
    rev: 2,
    cancelRequestedAt: ago(0),
    cancelRequestedBy: { id: 2, email: 'bob@example.com' },
  };
  act(() => answer(HttpResponse.json({ run: requested })));
  act(() => live.publish(requested));
  expect(await list().findByText('bob@example.com')).toBeVisible();
  expect(list().getByText(/^Cancel requested/)).toHaveTextContent(/^Cancel requested by bob@example.com$/);
  act(() => live.publish(aRun.cancelled({ id: run.id, rev: 3 })));
  await list().findByText('Cancelled');
  expect(await list().findByText('No active jobs')).toBeVisible();
});

test('clicks of one moment, before anything is drawn, send one request', async () => {
  const run = aRun.running();
  world.active = [run];
  backend.use(
    http.post('/api/admin/jobs/:id/cancel', () =>
      HttpResponse.json({ run: { ...run, cancelRequestedAt: run.startedAt } }),
    ),
  );
  await openPanel('/admin/jobs');
  const button = await list().findByRole('button', { name: `Cancel match-scores #${run.id}` });
  act(() => {
    for (let click = 0; click < 5; click++) button.click();
  });
  await list().findByRole('button', { name: /^Stopping…/ });
  await waitFor(() => expect(callsTo('POST /api/admin/jobs/')).toBe(1));
});

test('reverts when cancelling fails, shows why, and offers to try again', async () => {
  const run = aRun.running();
  world.active = [run];
  let isBroken = true;
  backend.use(
    http.post('/api/admin/jobs/:id/cancel', () =>
      isBroken ? problem(500, { detail: 'The database is away.' }) : HttpResponse.json({ run }),
    ),
  );
  const { user } = await openPanel('/admin/jobs');
  await user.click(await list().findByRole('button', { name: /^Cancel match-scores/ }));
  expect(await screen.findByText(`Failed to cancel match-scores #${run.id}`)).toBeVisible();
  expect(screen.getByText('The database is away.')).toBeVisible();
  expect(list().getByRole('button', { name: /^Cancel match-scores/ })).toBeEnabled();
  isBroken = false;
  await user.click(screen.getByRole('button', { name: 'Retry' }));
  expect(await list().findByRole('button', { name: /^Stopping…/ })).toBeDisabled();
});

test('a queued run disappears at once', async () => {
  const run = aRun.queued();
  world.active = [run];
  backend.use(
    http.post('/api/admin/jobs/:id/cancel', () =>
      HttpResponse.json({ run: aRun.cancelled({ id: run.id, startedAt: null, rev: 2 }) }),
    ),
  );
  const { user } = await openPanel('/admin/jobs');
  await user.click(await list().findByRole('button', { name: /^Cancel match-scores/ }));
  expect(await list().findByText('No active jobs')).toBeVisible();
});

test('every viewer sees who requested it', async () => {
  world.active = [aRun.running({ cancelRequestedAt: ago(65), cancelRequestedBy: { id: 2, email: 'bob@example.com' } })];
  await openPanel('/admin/jobs');
  expect(await list().findByText('bob@example.com')).toBeVisible();
  expect(list().getByText(/^Cancel requested/)).toHaveTextContent(/^Cancel requested by bob@example.com$/);
  expect(list().getByText('1m ago')).toBeVisible();
  expect(list().getByRole('button', { name: /^Stopping…/ })).toBeDisabled();
});

test('cancels from the details once that is confirmed, with the same state in the list', async () => {
  const run = aRun.running();
  world.active = [run];
  backend.use(
    http.post('/api/admin/jobs/:id/cancel', async () => {
      await delay('infinite');
      return HttpResponse.json({ run });
    }),
  );
  const { user } = await openPanel(`/admin/jobs?run=${run.id}`);
  const dialog = within(await screen.findByRole('dialog'));
  await user.click(await dialog.findByRole('button', { name: /^Cancel match-scores/ }));
  const question = within(await screen.findByRole('dialog', { name: `Cancel match-scores #${run.id}` }));
  expect(question.getByText('It stops at its next check, and ends as cancelled.')).toBeVisible();
  expect(question.queryByRole('button', { name: 'Cancel all connected runs' })).toBeNull();
  await user.click(question.getByRole('button', { name: 'Keep' }));
  await waitFor(() => expect(screen.queryByRole('dialog', { name: /^Cancel/ })).toBeNull());
  expect(dialog.queryByRole('button', { name: /^Stopping…/ })).toBeNull();
  await user.click(dialog.getByRole('button', { name: /^Cancel match-scores/ }));
  await user.click(await screen.findByRole('button', { name: 'Cancel this run' }));
  expect(dialog.getByRole('button', { name: /^Stopping…/ })).toBeDisabled();
  expect(list().getByText('Cancel requested…')).toBeInTheDocument();
});
