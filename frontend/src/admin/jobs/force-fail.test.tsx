import type { JobRun } from '@job-manager/shared/contract/run';
import { act, screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import { getRecentErrors } from '../../api/errorTracking';
import { ago, aRun } from '../../testing/a-run';
import { backend, live, operator, problem, world } from '../../testing/backend';
import { openPanel } from '../../testing/render-app';

const bob = { id: 2, email: 'bob@example.com' };

/** A run that was requested to stop so many seconds ago; the pretended server waits for 30. */
function stopRequested(seconds: number): JobRun {
  const run = aRun.running({ cancelRequestedAt: ago(seconds), cancelRequestedBy: bob });
  world.active = [run];
  return run;
}
const list = () => within(document.querySelector<HTMLElement>('.active-jobs') as HTMLElement);
const forceFail = (run: JobRun) => screen.findByRole('button', { name: `Force fail match-scores #${run.id}` });

/** Answers force-fails with what the run is then, and keeps the requests. */
function answering(run: JobRun): unknown[] {
  const requests: unknown[] = [];
  backend.use(
    http.post('/api/admin/jobs/:id/force-fail', async ({ request }) => {
      requests.push(await request.json());
      return HttpResponse.json({
        run: aRun.failed({ id: run.id, rev: 2 }),
        forceFailAt: new Date(Date.now() + 30_000).toISOString(),
      });
    }),
  );
  return requests;
}

test('force-fails with one button: the run is requested to stop first, for as long as the dialog sets', async () => {
  const run = aRun.running();
  world.active = [run];
  const requests = answering(run);
  const { user } = await openPanel(`/admin/jobs/${run.id}`);
  await user.click(await forceFail(run));
  const dialog = within(await screen.findByRole('dialog', { name: `Force fail match-scores #${run.id}` }));
  expect(dialog.getByText(/requests the run to stop/)).toBeVisible();
  const seconds = dialog.getByLabelText('Seconds to stop by itself');
  expect(seconds).toHaveValue(30);
  await user.clear(seconds);
  await user.type(seconds, '61{Enter}');
  expect(dialog.getByText('A whole number from 0 to 60')).toBeVisible();
  expect(requests).toEqual([]);
  await user.clear(seconds);
  await user.type(seconds, '5');
  await user.type(dialog.getByRole('textbox', { name: 'Reason (optional)' }), ' stuck in a loop ');
  await user.click(dialog.getByRole('button', { name: 'Force fail' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(requests).toEqual([{ reason: 'stuck in a loop', graceMs: 5_000 }]);
});

test('sends no reason where none is given, and nothing when the run is kept', async () => {
  const run = stopRequested(31);
  const requests = answering(run);
  const { user } = await openPanel(`/admin/jobs/${run.id}`);
  await user.click(await forceFail(run));
  await user.click(await screen.findByRole('button', { name: 'Keep running' }));
  expect(requests).toEqual([]);
  await user.click(await forceFail(run));
  await user.click(await screen.findByRole('button', { name: 'Force fail' }));
  await waitFor(() => expect(requests).toEqual([{ graceMs: 30_000 }]));
  expect(await screen.findByText(/was requested to stop; it is failed in 30s unless it does/)).toBeVisible();
});

test('is on the cards of runs that were requested to stop or need attention', async () => {
  const stopping = aRun.running({ cancelRequestedAt: ago(5) });
  const slow = aRun.running({ startedAt: ago(7_200) });
  world.active = [stopping, slow, aRun.running(), aRun.queued()];
  await openPanel('/admin/jobs');
  expect(await list().findByRole('button', { name: `Force fail match-scores #${stopping.id}` })).toBeVisible();
  expect(list().getByRole('button', { name: `Force fail match-scores #${slow.id}` })).toBeVisible();
  expect(list().getAllByRole('button', { name: /Force fail/ })).toHaveLength(2);
});

test('shows why it failed, and offers to try again with the same reason', async () => {
  const run = stopRequested(60);
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
  const requests = answering(run);
  await user.click(screen.getByRole('button', { name: 'Retry' }));
  await waitFor(() => expect(requests).toEqual([{ reason: 'stuck', graceMs: 30_000 }]));
});

test('the question goes away when the run ends by itself', async () => {
  const run = stopRequested(60);
  const { user } = await openPanel(`/admin/jobs/${run.id}`);
  await user.click(await forceFail(run));
  await screen.findByRole('dialog');
  world.active = [];
  world.runs = [aRun.cancelled({ id: run.id, rev: 2 })];
  act(() => live.publish(aRun.cancelled({ id: run.id, rev: 2 })));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
});

test('a person with fewer permissions is offered less', async () => {
  const permissions = ['view'];
  const signedIn = { user: operator, roleName: 'Onlooker', permissions, jobPatterns: null, pending: [] };
  backend.use(http.get('/api/auth/me', () => HttpResponse.json(signedIn)));
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
