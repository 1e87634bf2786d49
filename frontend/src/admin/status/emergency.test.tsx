import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import type { AffectedRun } from '../../api/recovery-queries';
import { aRun } from '../../testing/a-run';
import { backend, callsTo, problem, world } from '../../testing/backend';
import { openPanel } from '../../testing/render-app';

const running = (jobName = 'match-scores'): AffectedRun => ({
  run: aRun.running({ jobName }),
  becomes: 'FAILED',
  reason: 'Running on jobs-1:4711',
});

/** Answers as if these had failed, and keeps what was sent. */
function acceptEmergency(failedOf: (runs: AffectedRun[]) => AffectedRun[] = (runs) => runs) {
  const sent: Record<string, unknown>[] = [];
  backend.use(
    http.post('/api/admin/jobs/emergency-cleanup', async ({ request }) => {
      sent.push((await request.json()) as Record<string, unknown>);
      const runs = failedOf(world.emergency).map(({ run }) =>
        aRun.failed({ id: run.id, jobName: run.jobName, error: 'Failed by emergency cleanup' }),
      );
      return HttpResponse.json({ failed: runs.length, runs });
    }),
  );
  return sent;
}

async function openDialog() {
  const { user } = await openPanel('/admin/system-status');
  const button = await screen.findByRole('button', { name: 'Emergency cleanup' });
  await user.click(button);
  const dialog = within(await screen.findByRole('dialog', { name: 'Emergency cleanup' }));
  return { user, button, dialog };
}

const field = (dialog: ReturnType<typeof within>) => dialog.findByLabelText('Type “FAIL ALL RUNNING JOBS” to confirm');

test('shows exactly which runs, requires the confirmation, then shows what it did', async () => {
  world.emergency = [running(), running('trending')];
  const sent = acceptEmergency();
  const { user, button, dialog } = await openDialog();
  expect(await dialog.findByRole('heading', { name: '2 running jobs' })).toBeVisible();
  expect(dialog.getAllByRole('listitem').map((row) => row.textContent)).toEqual(
    world.emergency.map(({ run }) => `${run.jobName} #${run.id}Running on jobs-1:4711Fails`),
  );
  const act = dialog.getByRole('button', { name: 'Fail 2 running jobs' });
  expect(act).toBeDisabled();
  await user.type(await field(dialog), 'fail all running jobs');
  expect(act).toBeDisabled();
  await user.clear(await field(dialog));
  await user.type(await field(dialog), 'FAIL ALL RUNNING JOBS');
  await user.type(dialog.getByLabelText('Reason (optional)'), 'Bad deployment');
  expect(callsTo('POST /api/admin')).toBe(0);
  await user.click(act);
  expect(await dialog.findByText('Failed 2 running jobs.')).toBeVisible();
  expect(dialog.getAllByRole('listitem')[1]).toHaveTextContent(
    `trending #${world.emergency[1]?.run.id}Failed by emergency cleanupFailed`,
  );
  expect(sent).toEqual([
    {
      confirmation: 'FAIL ALL RUNNING JOBS',
      startedBefore: expect.stringMatching(/^\d{4}-/),
      reason: 'Bad deployment',
    },
  ]);
  await user.click(dialog.getByText('Close'));
  await waitFor(() => expect(button).toHaveFocus());
});

test('sends the time of the preview, so that runs which started later are left alone', async () => {
  world.emergency = [running()];
  backend.use(
    http.get('/api/admin/jobs/emergency-cleanup', () =>
      HttpResponse.json({ runs: world.emergency, serverTime: '2030-01-02T03:04:05.000Z' }),
    ),
  );
  const sent = acceptEmergency();
  const { user, dialog } = await openDialog();
  await user.type(await field(dialog), 'FAIL ALL RUNNING JOBS{Enter}');
  await dialog.findByText('Failed 1 running job.');
  expect(sent).toEqual([{ confirmation: 'FAIL ALL RUNNING JOBS', startedBefore: '2030-01-02T03:04:05.000Z' }]);
});

test('shows those that had ended by themselves', async () => {
  world.emergency = [running(), running()];
  acceptEmergency((runs) => runs.slice(0, 1));
  const { user, dialog } = await openDialog();
  await user.type(await field(dialog), 'FAIL ALL RUNNING JOBS{Enter}');
  expect(await dialog.findByText('Failed 1 running job. 1 had ended by itself before.')).toBeVisible();
});

test('Enter without the confirmation does nothing', async () => {
  world.emergency = [running()];
  const { user, dialog } = await openDialog();
  await user.type(await field(dialog), 'FAIL ALL{Enter}');
  expect(callsTo('POST /api/admin')).toBe(0);
});

test('shows when nothing is running, and offers nothing', async () => {
  const { dialog } = await openDialog();
  expect(await dialog.findByText('Nothing is running')).toBeVisible();
  expect(dialog.queryByRole('textbox')).toBeNull();
  expect(dialog.queryByRole('button', { name: /^Fail/ })).toBeNull();
});

test('stays open with the reason and what was typed when it was refused', async () => {
  world.emergency = [running()];
  backend.use(http.post('/api/admin/jobs/emergency-cleanup', () => problem(403, { detail: 'Your role has changed.' })));
  const { user, dialog } = await openDialog();
  await user.type(await field(dialog), 'FAIL ALL RUNNING JOBS{Enter}');
  expect(await dialog.findByRole('alert')).toHaveTextContent('Nothing was failed. Your role has changed.');
  expect(await field(dialog)).toHaveValue('FAIL ALL RUNNING JOBS');
});

test('offers to try again when the preview failed', async () => {
  let isBroken = true;
  backend.use(
    http.get('/api/admin/jobs/emergency-cleanup', () =>
      isBroken
        ? problem(400, { detail: 'Not now.' })
        : HttpResponse.json({ runs: [], serverTime: new Date().toISOString() }),
    ),
  );
  const { user, dialog } = await openDialog();
  expect(await dialog.findByText('Not now.')).toBeVisible();
  isBroken = false;
  await user.click(dialog.getByRole('button', { name: 'Retry' }));
  expect(await dialog.findByText('Nothing is running')).toBeVisible();
});

test('closing forgets what was typed', async () => {
  world.emergency = [running()];
  const { user, button, dialog } = await openDialog();
  await user.type(await field(dialog), 'FAIL ALL RUNNING JOBS');
  await user.click(dialog.getByRole('button', { name: 'Keep them running' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  await user.click(button);
  const again = within(await screen.findByRole('dialog', { name: 'Emergency cleanup' }));
  expect(await field(again)).toHaveValue('');
});
