import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import type { AffectedRun } from '../api/recovery-queries';
import { ago, aRun, someStats } from '../testing/a-run';
import { backend, callsTo, problem, world } from '../testing/backend';
import { openPanel } from '../testing/render-app';

const affected = (part: Partial<AffectedRun> = {}): AffectedRun => ({
  run: aRun.running({ lastHeartbeatAt: ago(360) }),
  becomes: 'QUEUED',
  reason: 'No heartbeat for 6 minutes; attempt 1 of 3',
  ...part,
});

/** Answers a cleanup with these runs, and keeps the requests. */
function acceptCleanUp(answer: (ids: string[]) => unknown[]) {
  const requests: string[][] = [];
  backend.use(
    http.post('/api/admin/jobs/cleanup-stalled', async ({ request }) => {
      const { jobRunIds } = (await request.json()) as { jobRunIds: string[] };
      requests.push(jobRunIds);
      const runs = answer(jobRunIds);
      return HttpResponse.json({ cleaned: runs.length, runs });
    }),
  );
  return requests;
}

async function openDialog() {
  world.stats = someStats({ stalled: 1 });
  const { user } = await openPanel('/admin/jobs');
  const button = await screen.findByRole('button', { name: 'Clean Up Stalled Jobs (1)' });
  await user.click(button);
  const dialog = within(await screen.findByRole('dialog', { name: 'Clean Up Stalled Jobs' }));
  return { user, button, dialog };
}

test('cleans up those of one channel alone where several have any', async () => {
  const [mail, media] = ['mail', 'media'].map((channel) => affected({ run: aRun.running({ channel }) }));
  if (!mail || !media) throw new Error('Two were made');
  world.stalled = [mail, media];
  const requests = acceptCleanUp((ids) => ids.map((id) => aRun.queued({ id })));
  const { user, dialog } = await openDialog();
  await user.click(await dialog.findByLabelText('Channel', { selector: 'input' }));
  await user.click(await dialog.findByRole('option', { name: 'media', hidden: true }));
  expect(await dialog.findByText('1 stalled job')).toBeVisible();
  await user.click(dialog.getByRole('button', { name: 'Clean Up' }));
  await waitFor(() => expect(requests).toEqual([[media.run.id]]));
});

test('shows which runs it would touch, what each becomes and why, then shows what it did', async () => {
  const [again, over] = [affected(), affected({ becomes: 'FAILED', reason: 'No attempts left' })];
  world.stalled = [again, over];
  const requests = acceptCleanUp(() => [
    aRun.queued({ id: again.run.id }),
    aRun.failed({ id: over.run.id, jobName: 'trending' }),
  ]);
  const { user, button, dialog } = await openDialog();
  expect(await dialog.findByText('2 stalled jobs')).toBeVisible();
  expect(dialog.getByText(/no heartbeat has come for 5 minutes/)).toBeVisible();
  const [first, second] = dialog.getAllByRole('listitem');
  expect(first).toHaveTextContent(`#${again.run.id}`);
  expect(first).toHaveTextContent('Back to the queue');
  expect(first).toHaveTextContent('No heartbeat for 6 minutes; attempt 1 of 3');
  expect(second).toHaveTextContent('Fails');
  expect(callsTo('POST /api/admin')).toBe(0);
  await user.click(dialog.getByRole('button', { name: 'Clean Up' }));
  expect(await screen.findByText('Cleaned 2 stalled jobs')).toBeVisible();
  expect(
    screen.getByText(`Back in the queue: match-scores #${again.run.id}. Failed: trending #${over.run.id}.`),
  ).toBeVisible();
  expect(requests).toEqual([[again.run.id, over.run.id]]);
  await waitFor(() => expect(button).toHaveFocus());
});

test('counts one job as one, and shows those that had recovered by themselves', async () => {
  world.stalled = [affected(), affected()];
  acceptCleanUp(([id]) => [aRun.queued({ id })]);
  const { user, dialog } = await openDialog();
  await user.click(await dialog.findByRole('button', { name: 'Clean Up' }));
  expect(await screen.findByText('Cleaned 1 stalled job')).toBeVisible();
  expect(screen.getByText(/\(1 had recovered by itself\)$/)).toBeVisible();
});

test('shows when all of them had recovered', async () => {
  world.stalled = [affected()];
  acceptCleanUp(() => []);
  const { user, dialog } = await openDialog();
  await user.click(await dialog.findByRole('button', { name: 'Clean Up' }));
  expect(await screen.findByText('Nothing was left to clean up')).toBeVisible();
});

test('cleans nothing up without a yes', async () => {
  world.stalled = [affected()];
  const { user, dialog } = await openDialog();
  await user.click(await dialog.findByRole('button', { name: 'Keep' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(callsTo('POST /api/admin')).toBe(0);
});

test('shows when nothing is stalled, with nothing to confirm', async () => {
  const { dialog } = await openDialog();
  expect(await dialog.findByText('No stalled jobs: every running job has a live heartbeat.')).toBeVisible();
  expect(dialog.queryByRole('button', { name: 'Clean Up' })).toBeNull();
});

test('stays open with the reason when it was refused', async () => {
  world.stalled = [affected()];
  backend.use(http.post('/api/admin/jobs/cleanup-stalled', () => problem(503, { detail: 'The database is busy.' })));
  const { user, dialog } = await openDialog();
  await user.click(await dialog.findByRole('button', { name: 'Clean Up' }));
  expect(await dialog.findByRole('alert')).toHaveTextContent('Nothing was cleaned up. The database is busy.');
});

test('offers to try again when the preview failed', async () => {
  let isBroken = true;
  backend.use(
    http.get('/api/admin/jobs/cleanup-stalled', () =>
      isBroken
        ? problem(400, { detail: 'Not now.' })
        : HttpResponse.json({ jobRunIds: [], runs: [], serverTime: ago(0) }),
    ),
  );
  const { user, dialog } = await openDialog();
  expect(await dialog.findByText('Not now.')).toBeVisible();
  isBroken = false;
  await user.click(dialog.getByRole('button', { name: 'Retry' }));
  expect(await dialog.findByText(/No stalled jobs/)).toBeVisible();
});

test('reads again each time it is opened', async () => {
  world.stalled = [affected()];
  const { user, button, dialog } = await openDialog();
  await user.click(await dialog.findByRole('button', { name: 'Keep' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  world.stalled = [];
  await user.click(button);
  expect(await screen.findByText(/No stalled jobs/)).toBeVisible();
});

test('names a thousand at most in one call, and shows that', async () => {
  world.stalled = Array.from({ length: 1_001 }, () => affected());
  const requests = acceptCleanUp((ids) => ids.map((id) => aRun.queued({ id })));
  const { user, dialog } = await openDialog();
  expect(await dialog.findByText('The first 1,000 stalled jobs of 1,001')).toBeVisible();
  await user.click(dialog.getByRole('button', { name: 'Clean Up' }));
  expect(await screen.findByText('Cleaned 1000 stalled jobs')).toBeVisible();
  expect(requests[0]).toHaveLength(1_000);
  expect(screen.getByText(/And 980 more\.$/)).toBeVisible();
});
