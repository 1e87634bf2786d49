import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import { readLocalInput } from '../../lib/read-time';
import { aRun } from '../../testing/a-run';
import { backend, problem } from '../../testing/backend';
import { openPanel } from '../../testing/render-app';

function answerEnqueues(...answers: (() => Response)[]): Record<string, unknown>[] {
  const bodies: Record<string, unknown>[] = [];
  backend.use(
    http.post('/api/admin/jobs/enqueue', async ({ request }) => {
      bodies.push((await request.json()) as Record<string, unknown>);
      return (answers.shift() ?? accepted)() as never;
    }),
  );
  return bodies;
}

const answer = (isNew: boolean) =>
  HttpResponse.json({ jobRunId: '12850', run: aRun.queued({ id: '12850' }), isNew }, { status: 201 });
const accepted = () => answer(true);

async function openOptions() {
  const { user } = await openPanel('/admin/jobs?new=match-scores');
  const dialog = within(await screen.findByRole('dialog', { name: 'Run New Job' }));
  await user.click(await dialog.findByText('Options'));
  await dialog.findByLabelText('Priority');
  const fill = (label: string, text: string) => user.type(dialog.getByLabelText(label), text);
  const choose = async (label: string, option: string) => {
    await user.click(dialog.getByRole('combobox', { name: label }));
    await user.click(await dialog.findByRole('option', { name: option, hidden: true }));
  };
  const submit = () => user.click(dialog.getByRole('button', { name: 'Enqueue Job' }));
  return { user, dialog, fill, choose, submit };
}

test('queues a run with the options', async () => {
  const bodies = answerEnqueues();
  const { user, dialog, fill, choose, submit } = await openOptions();
  await user.click(dialog.getByRole('radio', { name: 'Later…' }));
  await submit();
  expect(await dialog.findByText('Choose a date and a time')).toBeVisible();
  expect(bodies).toEqual([]);
  await fill('Not before', '2027-05-06 07:08');
  await fill('Priority', '-5');
  await fill('Channel', 'mail');
  await fill('Attempts', '1');
  await fill('Unique key', 'user-8');
  await choose('The key is taken', 'for some time');
  await choose('Where it is taken', 'run after it');
  await submit();
  await waitFor(() => expect(bodies).toHaveLength(1));
  expect(bodies[0]).toEqual({
    jobName: 'match-scores',
    parameters: { batchSize: 100, pauseMs: 50 },
    runAt: readLocalInput('2027-05-06 07:08'),
    priority: -5,
    channel: 'mail',
    maxAttempts: 1,
    unique: { key: 'user-8', scope: 'period', periodMs: 3_600_000, onConflict: 'after' },
  });
});

test('sends none of the options that are left empty', async () => {
  const bodies = answerEnqueues();
  const { submit } = await openOptions();
  await submit();
  await waitFor(() => expect(bodies).toHaveLength(1));
  expect(bodies[0]).toEqual({ jobName: 'match-scores', parameters: { batchSize: 100, pauseMs: 50 } });
});

test('keeps the only select and the only textarea of the page', async () => {
  const { fill } = await openOptions();
  await fill('Unique key', 'user-8');
  expect(document.querySelectorAll('select')).toHaveLength(1);
  expect(document.querySelectorAll('textarea')).toHaveLength(1);
});

test('shows what the server objects to at the option, unfolded', async () => {
  const issues = [{ path: 'channel', message: 'must begin with a lower case letter' }];
  answerEnqueues(() => problem(400, { field: 'channel', issues }));
  const { user, dialog, fill, submit } = await openOptions();
  await fill('Channel', 'Mail');
  await user.click(dialog.getByText('Options (set)'));
  await waitFor(() => expect(dialog.queryByLabelText('Channel')).toBeNull());
  await submit();
  expect(await dialog.findByText('Must begin with a lower case letter')).toBeVisible();
  expect(dialog.getByLabelText('Channel')).toHaveAttribute('aria-invalid', 'true');
});

test('shows at the key that it is taken', async () => {
  answerEnqueues(() => problem(409, { detail: 'Run #7 has the key "user-8".', retryable: false }));
  const { dialog, fill, submit } = await openOptions();
  await fill('Unique key', 'user-8');
  await submit();
  expect(await dialog.findByText('Run #7 has the key "user-8".')).toBeVisible();
});

test('shows which run has the key already', async () => {
  answerEnqueues(() => answer(false));
  const { fill, submit } = await openOptions();
  await fill('Unique key', 'user-8');
  await submit();
  expect(await screen.findByText('Run #12850 has this key already')).toBeVisible();
});
