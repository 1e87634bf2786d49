import type { JobRun } from '@job-manager/shared/contract/run';
import { permissionsOf } from '@job-manager/shared/permissions';
import { act, screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test, vi } from 'vitest';
import { getRecentErrors } from '../../api/errorTracking';
import { ago, aRun } from '../../testing/a-run';
import { backend, live, operator, problem, world } from '../../testing/backend';
import { openPanel } from '../../testing/render-app';

const bob = { id: 2, email: 'bob@example.com' };

/** A run that was asked to stop so many seconds ago; the pretended server waits for 30. */
function askedToStop(seconds: number): JobRun {
  const run = aRun.running({ cancelRequestedAt: ago(seconds), cancelRequestedBy: bob });
  world.active = [run];
  return run;
}
const list = () => within(document.querySelector<HTMLElement>('.active-jobs') as HTMLElement);
const forceFail = (run: JobRun) => screen.findByRole('button', { name: `Force fail match-scores #${run.id}` });

/** Answers force-fails with what the run is then, and keeps what was asked. */
function answering(run: JobRun): unknown[] {
  const asked: unknown[] = [];
  backend.use(
    http.post('/api/admin/jobs/:id/force-fail', async ({ request }) => {
      asked.push(await request.json());
      return HttpResponse.json({ run: aRun.failed({ id: run.id, rev: 2 }) });
    }),
  );
  return asked;
}

test('offers to force-fail a run that goes on after its grace time', async () => {
  const run = askedToStop(31);
  const asked = answering(run);
  const { user } = await openPanel(`/admin/jobs/${run.id}`);
  await user.click(await forceFail(run));
  const dialog = within(await screen.findByRole('dialog', { name: `Force fail match-scores #${run.id}` }));
  expect(dialog.getByText(/takes it away from its runner/)).toBeVisible();
  await user.type(dialog.getByRole('textbox', { name: 'Reason (optional)' }), ' stuck in a loop ');
  await user.click(dialog.getByRole('button', { name: 'Force fail' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(asked).toEqual([{ reason: 'stuck in a loop' }]);
});

test('asks nothing when given no reason, and does nothing when kept waiting', async () => {
  const run = askedToStop(31);
  const asked = answering(run);
  const { user } = await openPanel(`/admin/jobs/${run.id}`);
  await user.click(await forceFail(run));
  await user.click(await screen.findByRole('button', { name: 'Keep waiting' }));
  expect(asked).toEqual([]);
  await user.click(await forceFail(run));
  await user.click(await screen.findByRole('button', { name: 'Force fail' }));
  await waitFor(() => expect(asked).toEqual([{}]));
});

test('says before when it will be offered', async () => {
  // The clock stands between the looks, however long a busy machine takes.
  const now = Math.floor(Date.now() / 1_000) * 1_000;
  vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'], now });
  const run = askedToStop(10);
  await openPanel(`/admin/jobs/${run.id}`);
  const soon = await screen.findByRole('button', { name: 'Force fail in 20s' });
  expect(soon).toBeDisabled();
  expect(screen.queryByRole('button', { name: /^Force fail match/ })).toBeNull();
  act(() => void vi.advanceTimersByTime(21_000));
  expect(await forceFail(run)).toBeEnabled();
});

test('offers nothing for a run that nobody asked to stop', async () => {
  const run = aRun.running();
  world.active = [run];
  await openPanel(`/admin/jobs/${run.id}`);
  await screen.findByRole('button', { name: /^Cancel match-scores/ });
  expect(screen.queryByRole('button', { name: /Force fail/ })).toBeNull();
});

test('stands on the card of a stuck run, and only there', async () => {
  const stuck = aRun.running({ cancelRequestedAt: ago(60) });
  const stopping = aRun.running({ cancelRequestedAt: ago(5) });
  world.active = [stuck, stopping, aRun.running()];
  await openPanel('/admin/jobs');
  expect(await list().findByRole('button', { name: `Force fail match-scores #${stuck.id}` })).toBeVisible();
  expect(list().getAllByRole('button', { name: /Force fail/ })).toHaveLength(1);
});

test('says why it failed, and offers to try again with the same reason', async () => {
  const run = askedToStop(60);
  backend.use(
    http.post('/api/admin/jobs/:id/force-fail', () => problem(500, { detail: 'The database is away.' }), {
      once: true,
    }),
  );
  const { user } = await openPanel(`/admin/jobs/${run.id}`);
  await user.click(await forceFail(run));
  await user.type(await screen.findByRole('textbox', { name: 'Reason (optional)' }), 'stuck{Enter}');
  expect(await screen.findByText(`match-scores #${run.id} could not be force-failed`)).toBeVisible();
  expect(screen.getByText('The database is away.')).toBeVisible();
  expect(getRecentErrors().at(-1)?.context).toMatchObject({ action: 'forceFail', jobRunId: run.id });
  const asked = answering(run);
  await user.click(screen.getByRole('button', { name: 'Retry' }));
  await waitFor(() => expect(asked).toEqual([{ reason: 'stuck' }]));
});

test('the question goes away when the run ends by itself', async () => {
  const run = askedToStop(60);
  const { user } = await openPanel(`/admin/jobs/${run.id}`);
  await user.click(await forceFail(run));
  await screen.findByRole('dialog');
  world.active = [];
  world.runs = [aRun.cancelled({ id: run.id, rev: 2 })];
  act(() => live.tell(aRun.cancelled({ id: run.id, rev: 2 })));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
});

test('whoever may do less is offered less', async () => {
  vi.spyOn(permissionsOf.ADMIN, 'includes').mockImplementation((permission) => permission === 'view');
  world.user = { ...operator, role: 'ADMIN' };
  const [stuck, finished] = [aRun.running({ cancelRequestedAt: ago(60) }), aRun.success()];
  world.active = [stuck, aRun.running()];
  world.history = [finished];
  const { user } = await openPanel('/admin/jobs');
  await list().findByRole('button', { name: /^Stopping/ });
  expect(list().queryByRole('button', { name: /^(Force fail|Cancel)/ })).toBeNull();
  await user.click(screen.getByRole('button', { name: `Details of match-scores #${finished.id}` }));
  expect(await screen.findByRole('button', { name: 'Copy Run ID' })).toBeVisible();
  expect(screen.queryByRole('button', { name: 'Re-run Job' })).toBeNull();
});
