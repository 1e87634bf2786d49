import { act, cleanup, screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import { aDefinition, aRun } from '../../testing/a-run';
import { backend, callsTo, live, operator, problem, world } from '../../testing/backend';
import { address, openPanel } from '../../testing/render-app';

interface Enqueued {
  body: Record<string, unknown>;
  key: string | null;
}

/** Answers enqueues, and keeps what was asked. */
function acceptEnqueues(answer: () => Response = () => accepted()): Enqueued[] {
  const asked: Enqueued[] = [];
  backend.use(
    http.post('/api/admin/jobs/enqueue', async ({ request }) => {
      const body = (await request.json()) as Record<string, unknown>;
      asked.push({ body, key: request.headers.get('Idempotency-Key') });
      return answer() as never;
    }),
  );
  return asked;
}

const accepted = () => HttpResponse.json({ jobRunId: '12850', run: aRun.queued({ id: '12850' }) }, { status: 201 });

async function openDialog(place = '/admin/jobs?new=') {
  const { user } = await openPanel(place);
  const dialog = within(await screen.findByRole('dialog', { name: /Run New Job|Re-run/ }));
  const job = await dialog.findByLabelText<HTMLSelectElement>('Select Job');
  const parameters = dialog.getByLabelText<HTMLTextAreaElement>('Parameters (JSON)');
  const write = async (text: string) => {
    await user.clear(parameters);
    await user.click(parameters);
    await user.paste(text);
  };
  const submit = () => user.click(dialog.getByRole('button', { name: 'Enqueue Job' }));
  return { user, dialog, job, parameters, write, submit };
}

test('queues a job with its defaults, says so, and gives the focus back', async () => {
  const asked = acceptEnqueues();
  const { user } = await openPanel('/admin/jobs');
  const opener = (await screen.findAllByRole('button', { name: 'Run New Job' }))[0] as HTMLElement;
  await user.click(opener);
  const dialog = within(await screen.findByRole('dialog', { name: 'Run New Job' }));
  await user.selectOptions(await dialog.findByLabelText('Select Job'), 'match-scores');
  expect(dialog.getByText('Compute match scores between users')).toBeVisible();
  expect(dialog.getByText(/^tsx scripts\/runJobs\.ts match-scores/)).toBeVisible();
  await user.click(dialog.getByRole('button', { name: 'Enqueue Job' }));
  expect(await screen.findByText('Job enqueued: #12850')).toBeVisible();
  expect(asked[0]?.body).toEqual({ jobName: 'match-scores', parameters: { batchSize: 100, pauseMs: 50 } });
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  await waitFor(() => expect(opener).toHaveFocus());
  expect(address()).toBe('/admin/jobs');
});

test('is in the address, with the job chosen', async () => {
  const { job, dialog, user } = await openDialog('/admin/jobs?new=trending');
  expect(job).toHaveValue('trending');
  await user.click(dialog.getByRole('button', { name: 'Cancel' }));
  await waitFor(() => expect(address()).toBe('/admin/jobs'));
});

test('asks for a job before it asks the server', async () => {
  const { dialog, submit } = await openDialog();
  await submit();
  expect(dialog.getByText('Select a job')).toBeVisible();
  expect(callsTo('POST /api/admin/jobs/enqueue')).toBe(0);
});

test('finds a fault in the JSON, with its place, and does not ask the server', async () => {
  const { dialog, write, submit } = await openDialog('/admin/jobs?new=match-scores');
  await write('{\n  "userId": 8,\n}');
  await submit();
  expect(dialog.getByText('Invalid JSON syntax at line 3, column 1')).toBeVisible();
  expect(callsTo('POST /api/admin/jobs/enqueue')).toBe(0);
});

test('refuses a number that JSON would change, with its path, and does not ask the server', async () => {
  const { dialog, write, submit } = await openDialog('/admin/jobs?new=match-scores');
  await write('{"orders": [{"id": 3544790567247868102}]}');
  await submit();
  expect(dialog.getByText('orders.0.id: too large to be kept exactly; send it as text')).toBeVisible();
  expect(callsTo('POST /api/admin/jobs/enqueue')).toBe(0);
});

test.each(['[1]', '"x"', 'null', '8'])('refuses %s, which is JSON but no object', async (text) => {
  const { dialog, write, submit } = await openDialog('/admin/jobs?new=match-scores');
  await write(text);
  await submit();
  expect(dialog.getByText('Parameters must be a JSON object: { … }')).toBeVisible();
  expect(callsTo('POST /api/admin/jobs/enqueue')).toBe(0);
});

test('shows what the server objects to at the field, and stays open to put it right', async () => {
  let isFirst = true;
  const issues = [{ path: 'parameters.batchSize', message: 'must be greater than 0' }];
  const asked = acceptEnqueues(() => {
    if (!isFirst) return accepted();
    isFirst = false;
    return problem(400, { detail: 'batchSize must be > 0', field: 'parameters', issues });
  });
  const { dialog, parameters, write, submit } = await openDialog('/admin/jobs?new=match-scores');
  await write('{"batchSize": 0}');
  await submit();
  expect(await dialog.findByText('batchSize: must be greater than 0')).toBeVisible();
  expect(parameters).toHaveAttribute('aria-invalid', 'true');
  await write('{"batchSize": 1}');
  await submit();
  expect(await screen.findByText('Job enqueued: #12850')).toBeVisible();
  expect(asked.map(({ key }) => key)).toEqual([asked[0]?.key, asked[0]?.key]);
});

test('closes with a message when the job can never be run', async () => {
  acceptEnqueues(() => problem(400, { detail: 'There is no job of this name.', retryable: false }));
  const { submit } = await openDialog('/admin/jobs?new=match-scores');
  await submit();
  expect(await screen.findByText('Cannot run job')).toBeVisible();
  expect(screen.getByText('There is no job of this name.')).toBeVisible();
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
});

test('stays open when the server cannot be reached', async () => {
  acceptEnqueues(() => HttpResponse.error());
  const { dialog, submit } = await openDialog('/admin/jobs?new=match-scores');
  await submit();
  expect(await dialog.findByText(/the server may be restarting/)).toBeVisible();
});

test('each opening has an idempotency key of its own', async () => {
  const asked = acceptEnqueues();
  const { user, submit } = await openDialog('/admin/jobs?new=match-scores');
  await submit();
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  await user.click((await screen.findAllByRole('button', { name: 'Run New Job' }))[0] as HTMLElement);
  const dialog = within(await screen.findByRole('dialog'));
  await user.selectOptions(await dialog.findByLabelText('Select Job'), 'match-scores');
  await user.click(dialog.getByRole('button', { name: 'Enqueue Job' }));
  await waitFor(() => expect(asked).toHaveLength(2));
  expect(asked[0]?.key).toMatch(/^[\da-f-]{36}$/);
  expect(asked[1]?.key).not.toBe(asked[0]?.key);
});

test('warns, without hindering, while another instance runs', async () => {
  world.active = [aRun.running({ jobName: 'trending' })];
  const { user, dialog, job } = await openDialog();
  await user.selectOptions(job, 'match-scores');
  expect(dialog.queryByText(/Another instance/)).toBeNull();
  await user.selectOptions(job, 'trending');
  expect(await dialog.findByText('Another instance of this job is currently running.')).toBeVisible();
  expect(dialog.getByRole('button', { name: 'Enqueue Job' })).toBeEnabled();
  act(() => live.tell(aRun.success({ id: world.active?.[0]?.id, jobName: 'trending', rev: 2 })));
  await waitFor(() => expect(dialog.queryByText(/Another instance/)).toBeNull());
});

test('repeats a run with its parameters, which can be changed before it starts', async () => {
  const run = aRun.failed({ parameters: { userId: 8, batchSize: 100 } });
  world.runs = [run];
  const asked = acceptEnqueues();
  const { job, parameters, submit } = await openDialog(`/admin/jobs?rerun=${run.id}`);
  expect(job).toHaveValue('match-scores');
  expect(JSON.parse(parameters.value)).toEqual({ userId: 8, batchSize: 100 });
  await submit();
  await waitFor(() => expect(asked).toHaveLength(1));
  expect(asked[0]?.body).toMatchObject({ rerunOfId: run.id, parameters: { userId: 8, batchSize: 100 } });
});

test('loads no defaults where a job has none', async () => {
  world.definitions = [aDefinition({ defaultParams: undefined })];
  const { dialog } = await openDialog('/admin/jobs?new=match-scores');
  expect(dialog.getByRole('button', { name: 'Load Defaults' })).toBeDisabled();
});

test('brings the defaults of the chosen job, but not over what was typed', async () => {
  const { user, dialog, job, parameters, write } = await openDialog();
  await user.selectOptions(job, 'match-scores');
  expect(JSON.parse(parameters.value)).toEqual({ batchSize: 100, pauseMs: 50 });
  await user.selectOptions(job, 'trending');
  expect(parameters).toHaveValue('{}');
  await write('{"mine": 1}');
  await user.selectOptions(job, 'match-scores');
  expect(parameters).toHaveValue('{"mine": 1}');
  await user.click(dialog.getByRole('button', { name: 'Load Defaults' }));
  expect(JSON.parse(parameters.value)).toEqual({ batchSize: 100, pauseMs: 50 });
});

test('keeps what was typed through a click beside it, Escape and a reload, until it is given up', async () => {
  const first = await openDialog('/admin/jobs?new=match-scores');
  await first.write('{"userId": 8}');
  await first.user.click(document.querySelector('.mantine-Modal-overlay') as HTMLElement);
  expect(first.parameters).toHaveValue('{"userId": 8}');
  await first.user.keyboard('{Escape}');
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  cleanup();

  const second = await openDialog();
  expect(second.job).toHaveValue('match-scores');
  expect(second.parameters).toHaveValue('{"userId": 8}');
  await second.user.click(second.dialog.getByRole('button', { name: 'Discard' }));
  expect(second.parameters).toHaveValue('{}');
  expect(second.dialog.queryByText(/^Restored/)).toBeNull();
  expect(Object.keys(sessionStorage).filter((key) => key !== 'jobManagerNotices')).toEqual([]);
});

test('keeps what was typed through the end of the session, for the same person', async () => {
  acceptEnqueues(() => problem(401, { retryable: false }));
  const { user, write, submit } = await openDialog('/admin/jobs?new=match-scores');
  await write('{"userId": 8}');
  world.user = null;
  await submit();
  expect(await screen.findByText('Your session has ended.')).toBeVisible();
  expect(screen.getByText(/return to Run New Job; what you entered/)).toBeVisible();
  backend.use(
    http.post('/api/auth/login', () => {
      world.user = operator;
      return HttpResponse.json({ user: world.user });
    }),
  );
  await user.type(screen.getByLabelText('E-mail'), 'ada@example.com');
  await user.type(screen.getByLabelText('Password'), 'secret{Enter}');
  const dialog = within(await screen.findByRole('dialog', { name: 'Run New Job' }));
  expect(await dialog.findByLabelText('Parameters (JSON)')).toHaveValue('{"userId": 8}');
  expect(address()).toBe('/admin/jobs?new=match-scores');
});

test('has the only select and the only textarea of the page', async () => {
  await openDialog();
  expect(document.querySelectorAll('select')).toHaveLength(1);
  expect(document.querySelectorAll('textarea')).toHaveLength(1);
});
