import { act, cleanup, screen, waitFor, within } from '@testing-library/react';
import { delay, HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import { aDefinition, ago, aRun } from '../../testing/a-run';
import { backend, callsTo, live, operator, problem, world } from '../../testing/backend';
import { address, openPanel } from '../../testing/render-app';

interface Enqueued {
  body: Record<string, unknown>;
  key: string | null;
}

/** Answers enqueues, and keeps the requests. */
function acceptEnqueues(answer: () => Response = () => accepted()): Enqueued[] {
  const requests: Enqueued[] = [];
  backend.use(
    http.post('/api/admin/jobs/enqueue', async ({ request }) => {
      const body = (await request.json()) as Record<string, unknown>;
      requests.push({ body, key: request.headers.get('Idempotency-Key') });
      return answer() as never;
    }),
  );
  return requests;
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

test('queues a job with its defaults, confirms it, and returns the focus', async () => {
  const requests = acceptEnqueues();
  const { user } = await openPanel('/admin/jobs');
  const opener = (await screen.findAllByRole('button', { name: 'Run New Job' }))[0] as HTMLElement;
  await user.click(opener);
  const dialog = within(await screen.findByRole('dialog', { name: 'Run New Job' }));
  await user.selectOptions(await dialog.findByLabelText('Select Job'), 'match-scores');
  expect(dialog.getByText('Compute match scores between users')).toBeVisible();
  expect(dialog.getByText(/^tsx scripts\/runJobs\.ts match-scores/)).toBeVisible();
  await user.click(dialog.getByRole('button', { name: 'Enqueue Job' }));
  expect(await screen.findByText('Job enqueued: #12850')).toBeVisible();
  expect(requests[0]?.body).toEqual({ jobName: 'match-scores', parameters: { batchSize: 100, pauseMs: 50 } });
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  await waitFor(() => expect(opener).toHaveFocus());
  expect(address()).toBe('/admin/jobs');
  act(() => live.publish(aRun.queued({ id: '12850' })));
  await waitFor(() => expect(document.querySelector('[data-run="12850"]')).toHaveAttribute('data-new'));
});

test('is in the address, with the job chosen', async () => {
  const { job, dialog, user } = await openDialog('/admin/jobs?new=trending');
  expect(job).toHaveValue('trending');
  await user.click(dialog.getByRole('button', { name: 'Cancel' }));
  await waitFor(() => expect(address()).toBe('/admin/jobs'));
});

test('requires a job before it calls the server', async () => {
  const { dialog, submit } = await openDialog();
  await submit();
  expect(dialog.getByText('Select a job')).toBeVisible();
  expect(callsTo('POST /api/admin/jobs/enqueue')).toBe(0);
});

test('finds an error in the JSON, with its position, and does not call the server', async () => {
  const { dialog, write, submit } = await openDialog('/admin/jobs?new=match-scores');
  await write('{\n  "userId": 8,\n}');
  await submit();
  expect(dialog.getByText('Invalid JSON syntax at line 3, column 1')).toBeVisible();
  expect(callsTo('POST /api/admin/jobs/enqueue')).toBe(0);
});

test('refuses a number that JSON would change, with its path, and does not call the server', async () => {
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
  const requests = acceptEnqueues(() => {
    if (!isFirst) return accepted();
    isFirst = false;
    return problem(400, { detail: 'batchSize must be > 0', field: 'parameters', issues });
  });
  const { user, dialog, parameters, write, submit } = await openDialog('/admin/jobs?new=match-scores');
  await write('{"batchSize": 0}');
  await submit();
  expect(await dialog.findByText('batchSize: must be greater than 0')).toBeVisible();
  expect(parameters).toHaveAttribute('aria-invalid', 'true');
  await user.click(dialog.getByRole('button', { name: 'Fix and retry (1 problem)' }));
  expect(document.activeElement).toHaveAttribute('aria-invalid', 'true');
  await write('{"batchSize": 1}');
  await submit();
  expect(await screen.findByText('Job enqueued: #12850')).toBeVisible();
  expect(requests.map(({ key }) => key)).toEqual([requests[0]?.key, requests[0]?.key]);
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
  const requests = acceptEnqueues();
  const { user, submit } = await openDialog('/admin/jobs?new=match-scores');
  await submit();
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  await user.click((await screen.findAllByRole('button', { name: 'Run New Job' }))[0] as HTMLElement);
  const dialog = within(await screen.findByRole('dialog'));
  await user.selectOptions(await dialog.findByLabelText('Select Job'), 'match-scores');
  await user.click(dialog.getByRole('button', { name: 'Enqueue Job' }));
  await waitFor(() => expect(requests).toHaveLength(2));
  expect(requests[0]?.key).toMatch(/^[\da-f-]{36}$/);
  expect(requests[1]?.key).not.toBe(requests[0]?.key);
});

test('warns, without hindering, while another instance runs', async () => {
  world.active = [aRun.running({ jobName: 'trending' })];
  const { user, dialog, job } = await openDialog();
  await user.selectOptions(job, 'match-scores');
  expect(dialog.queryByText(/Another instance/)).toBeNull();
  await user.selectOptions(job, 'trending');
  expect(await dialog.findByText('Another instance of this job is currently running.')).toBeVisible();
  expect(dialog.getByRole('button', { name: 'Enqueue Job' })).toBeEnabled();
  act(() => live.publish(aRun.success({ id: world.active?.[0]?.id, jobName: 'trending', rev: 2 })));
  await waitFor(() => expect(dialog.queryByText(/Another instance/)).toBeNull());
});

test('repeats a run with its parameters, which can be changed before it starts', async () => {
  const run = aRun.failed({ parameters: { userId: 8, batchSize: 100 } });
  world.runs = [run];
  const requests = acceptEnqueues();
  const { job, parameters, submit } = await openDialog(`/admin/jobs?rerun=${run.id}`);
  expect(job).toHaveValue('match-scores');
  expect(JSON.parse(parameters.value)).toEqual({ userId: 8, batchSize: 100 });
  await submit();
  await waitFor(() => expect(requests).toHaveLength(1));
  expect(requests[0]?.body).toMatchObject({ rerunOfId: run.id, parameters: { userId: 8, batchSize: 100 } });
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

const richSchema = {
  required: ['userId'],
  properties: {
    userId: { type: 'integer', minimum: 1 },
    tags: { type: 'array', items: { type: 'string' } },
    note: { anyOf: [{ type: 'string' }, { type: 'null' }] },
    window: { type: 'object', properties: { from: { type: 'string', format: 'date' } } },
    pairs: { type: 'array', items: { type: 'array' } },
  },
};

/** In the wording of the server. */
function issuesOf({ userId }: { userId?: unknown }) {
  const issue = (message: string) => [{ path: 'parameters.userId', message }];
  if (userId === undefined) return issue('is missing');
  if (typeof userId !== 'number') return issue('must be a number, not a text');
  return userId < 1 ? issue('must be at least 1') : [];
}

async function openRich(place = '/admin/jobs?new=match-scores') {
  world.definitions = [
    aDefinition({ parametersSchema: richSchema, defaultParams: { pairs: [[1]] } }),
    aDefinition({ name: 'trending', description: 'Update trending', channel: 'night', defaultParams: {} }),
  ];
  backend.use(
    http.post('/api/admin/jobs/definitions/:jobName/check', async ({ request }) => {
      const { parameters: given } = (await request.json()) as { parameters: { userId?: unknown } };
      return HttpResponse.json({ issues: issuesOf(given), underWay: [], waiting: 'It is next in channel default.' });
    }),
  );
  const opened = await openDialog(place);
  const { dialog, user, parameters } = opened;
  const field = (name: string) => dialog.findByRole<HTMLInputElement>('textbox', { name });
  await field('userId');
  const type = async (name: string, text: string) => user.type(await field(name), text);
  const json = (): unknown => JSON.parse(parameters.value);
  return { ...opened, field, type, json };
}

test('shows an error at the field and in the JSON at once, without an answer, and counts it at the button', async () => {
  const requests = acceptEnqueues();
  const { dialog, field, type, json, submit, user } = await openRich();
  backend.use(http.post('/api/admin/jobs/definitions/:jobName/check', () => delay('infinite'), { once: true }));
  await type('userId', 'eight');
  // With the last key: nothing is waited for.
  expect(dialog.getByText('Must be a number')).toBeVisible();
  expect(dialog.getByText('userId: must be a number')).toBeVisible();
  expect(json()).toEqual({ pairs: [[1]], userId: 'eight' });
  expect(dialog.getByRole('button', { name: '1 problem' })).toBeVisible();
  await submit();
  expect(requests).toHaveLength(0);
  await waitFor(async () => expect(await field('userId')).toHaveFocus());
  await user.clear(await field('userId'));
  expect(await dialog.findByRole('button', { name: 'Fix and retry (1 to fill in)' })).toBeVisible();
  expect(await dialog.findByText('Is missing')).toBeVisible();
  await type('userId', '8');
  await submit();
  await waitFor(() => expect(requests).toHaveLength(1));
  expect(requests[0]?.body.parameters).toEqual({ pairs: [[1]], userId: 8 });
});

test('a field writes what was typed, digit by digit, and never another number', async () => {
  const { dialog, field, type, json } = await openRich();
  await type('userId', '9007199254740993');
  expect(await dialog.findByText(/^Too large to be kept exactly/)).toBeVisible();
  expect(json()).toMatchObject({ userId: '9007199254740993' });
  expect(await field('userId')).toHaveValue('9007199254740993');
});

test('draws lists, objects and null, and keeps an empty list and a null', async () => {
  const { dialog, type, json, user, parameters, write } = await openRich();
  await type('from', '2026-12-24');
  const tags = dialog.getByRole('combobox', { name: 'tags' });
  await user.type(tags, 'a, b{Enter}');
  expect(json()).toEqual({ pairs: [[1]], window: { from: '2026-12-24' }, tags: ['a, b'] });
  await user.type(tags, '{Backspace}');
  expect(json()).toEqual({ pairs: [[1]], window: { from: '2026-12-24' }, tags: [] });
  await user.click(dialog.getByRole('button', { name: 'Set note to null' }));
  expect(json()).toMatchObject({ tags: [], note: null });
  await user.clear(dialog.getByRole('textbox', { name: 'from' }));
  await user.click(dialog.getByRole('button', { name: 'Leave tags out' }));
  expect(json()).toEqual({ pairs: [[1]], note: null });
  await user.click(dialog.getByRole('button', { name: 'Edit pairs in the JSON' }));
  await waitFor(() => expect(parameters).toHaveFocus());
  expect(parameters.value.slice(parameters.selectionStart, parameters.selectionEnd).replace(/\s/g, '')).toBe('[[1]]');
  await write('{\n  "userId": 8,\n}');
  expect(dialog.getByText('Fix line 3 of the JSON first.')).toBeVisible();
  expect(dialog.getByRole('textbox', { name: 'userId' })).toBeDisabled();
});

test('Enter in a field sends nothing, Ctrl and Enter do, and twice sends once', async () => {
  const requests = acceptEnqueues();
  const { user, type } = await openRich();
  await type('userId', '8{Enter}');
  expect(callsTo('POST /api/admin/jobs/enqueue')).toBe(0);
  await user.keyboard('{Control>}{Enter}{Enter}{/Control}');
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(requests).toHaveLength(1);
});

test('finds a job by what it does, without the mouse', async () => {
  const { user, dialog, job } = await openRich();
  await user.click(dialog.getByRole('button', { name: 'Find…' }));
  await user.type(await dialog.findByRole('combobox', { name: 'Find a job' }), 'night update');
  await waitFor(() => expect(dialog.getAllByRole('option', { name: /never run/ })).toHaveLength(1));
  await user.keyboard('{Enter}');
  await waitFor(() => expect(job).toHaveValue('trending'));
  expect(job).toHaveFocus();
});

test('leads to the run that is under way in a tab of its own', async () => {
  const running = aRun.running({ progressPercent: 19.4 });
  world.active = [running];
  const { dialog } = await openRich();
  expect(await dialog.findByText(`#${running.id}`)).toBeVisible();
  expect(dialog.getByText(/19 %, since/)).toBeVisible();
  const link = dialog.getByRole('link', { name: `Open run #${running.id} in a new tab` });
  expect(link).toHaveAttribute('target', '_blank');
});

test('marks what differs from the run that is repeated', async () => {
  world.runs = [aRun.failed({ parameters: { userId: 8 } })];
  const { field, type, dialog } = await openRich(`/admin/jobs?rerun=${world.runs[0]?.id}`);
  expect(dialog.queryByText(/^was/)).toBeNull();
  await type('userId', '1');
  expect(await field('userId')).toHaveAccessibleDescription(/^was 8 in #/);
  expect(dialog.getByText(/^Differs from #\d+: userId$/)).toBeVisible();
});

test('queues a chain as one batch, each run after the one before unless it is changed', async () => {
  const requests: unknown[] = [];
  backend.use(
    http.post('/api/admin/jobs/batches', async ({ request }) => {
      requests.push(await request.json());
      return HttpResponse.json({ batchId: '7', jobRunIds: ['1', '2', '3'] }, { status: 201 });
    }),
    http.get('/api/admin/jobs/batches/7', () => problem(404, { detail: 'There is no batch 7.' })),
  );
  const { user, dialog, type } = await openRich();
  await type('userId', '8');
  const then = dialog.getByRole('button', { name: 'Then…' });
  await user.click(then);
  await user.click(await dialog.findByRole('button', { name: 'Remove run 2 of the chain' }));
  expect(then).toHaveFocus();
  for (const number of [2, 3]) {
    await user.click(then);
    await waitFor(() => expect(dialog.getByRole('combobox', { name: `Job ${number}` })).toHaveFocus());
    if (number === 2) {
      await user.click(dialog.getByRole('button', { name: 'Enqueue 2 Jobs' }));
      expect(await dialog.findByText('Select a job')).toBeVisible();
    }
    await user.click(await dialog.findByRole('combobox', { name: `Job ${number}` }));
    const list = await dialog.findByRole('listbox', { name: `Job ${number}`, hidden: true });
    if (number === 2) await user.click(within(list).getByRole('option', { name: 'trending', hidden: true }));
    else await user.keyboard('tren{Enter}');
  }
  expect(dialog.getByRole('region', { name: 'Preview of the chain' })).toHaveTextContent('after 2');
  await user.click(then);
  await user.click(await dialog.findByRole('button', { name: 'Remove run 4 of the chain' }));
  expect(dialog.getByRole('combobox', { name: 'Job 3' })).toHaveFocus();
  await user.click(dialog.getByRole('button', { name: 'Enqueue 3 Jobs' }));
  expect(await screen.findByText('Jobs enqueued: #1, #2, #3, as batch 7')).toBeVisible();
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  await user.click(screen.getByRole('button', { name: 'Show' }));
  await waitFor(() => expect(address()).toBe('/admin/jobs/batches/7'));
  expect(requests).toEqual([
    {
      name: 'match-scores, then trending, then trending',
      runs: [
        { ref: 'first', jobName: 'match-scores', parameters: { pairs: [[1]], userId: 8 } },
        { ref: '2', jobName: 'trending', parameters: {}, after: ['first'], when: 'succeeded' },
        { ref: '3', jobName: 'trending', parameters: {}, after: ['2'], when: 'succeeded' },
      ],
    },
  ]);
});

test('waits for other runs, or goes to a schedule with what was set up', async () => {
  world.active = [aRun.running({ id: '12700', jobName: 'trending' })];
  const requests = acceptEnqueues();
  backend.use(
    http.get('/api/admin/jobs/schedules', () => HttpResponse.json({ schedules: [] })),
    http.get('/api/admin/jobs/schedules/preview', () =>
      HttpResponse.json({ timing: 'At 03:00', times: [], warnings: [] }),
    ),
  );
  const { user, dialog, type, submit } = await openRich();
  await type('userId', '8');
  await user.click(dialog.getByRole('radio', { name: 'After other runs…' }));
  await submit();
  expect(await dialog.findByText('Choose the runs to wait for')).toBeVisible();
  await user.click(dialog.getByRole('combobox', { name: 'Runs to wait for' }));
  await user.click(await dialog.findByRole('option', { name: '#12700 trending', hidden: true }));
  await user.click(dialog.getByRole('radio', { name: 'when they have ended, however' }));
  await user.click(dialog.getByRole('button', { name: 'On a schedule…' }));
  const editor = within(await screen.findByRole('dialog', { name: 'New schedule' }));
  expect(await editor.findByLabelText('Job')).toHaveValue('match-scores');
  expect(JSON.parse(editor.getByLabelText<HTMLTextAreaElement>('Parameters (JSON)').value)).toMatchObject({
    userId: 8,
  });
  cleanup();

  const again = await openDialog('/admin/jobs?new=match-scores');
  await again.submit();
  await waitFor(() => expect(requests).toHaveLength(1));
  expect(requests[0]?.body).toMatchObject({ after: ['12700'], when: 'finished', parameters: { userId: 8 } });
});

test('a preset is marked until it is changed, and one that the job refuses is put right and saved', async () => {
  const saved = { id: 'a3b8c1d2-0000-4000-8000-000000000001', jobName: 'match-scores', isMine: true, isShared: false };
  const preset = {
    ...saved,
    name: 'user zero',
    options: { channel: 'night' },
    owner: 'ada@example.com',
    rev: 3,
    updatedAt: new Date().toISOString(),
  };
  const changes: unknown[] = [];
  backend.use(
    http.get('/api/admin/jobs/presets', () =>
      HttpResponse.json({ presets: [{ ...preset, parameters: { userId: 0 }, problem: 'userId must be at least 1.' }] }),
    ),
    http.put('/api/admin/jobs/presets/:id', async ({ request }) => {
      changes.push(await request.json());
      return HttpResponse.json({ preset: { ...preset, parameters: { userId: 10 }, problem: null } });
    }),
  );
  backend.use(
    http.get('/api/admin/jobs/definitions/:jobName/recent', () =>
      HttpResponse.json({
        recent: [{ jobRunId: '77', status: 'SUCCESS', finishedAt: ago(60), parameters: { userId: 8, topN: 3 } }],
      }),
    ),
  );
  const { user, dialog, field, type } = await openRich();
  await user.click(await dialog.findByRole('button', { name: 'Presets' }));
  expect(await dialog.findByRole('menuitem', { name: /^#77\s+userId 8, topN 3$/, hidden: true })).toBeInTheDocument();
  await user.click(await dialog.findByRole('menuitem', { name: /^user zero/, hidden: true }));
  expect(
    await dialog.findByText(/The job refuses the preset “user zero” now: userId must be at least 1/),
  ).toBeVisible();
  expect(await field('userId')).toHaveAccessibleDescription(/from user zero/);
  await user.click(dialog.getByText('Options (set)'));
  expect(await dialog.findByLabelText('Channel')).toHaveValue('night');
  await user.clear(await field('userId'));
  await type('userId', '10');
  expect(await field('userId')).not.toHaveAccessibleDescription(/from user zero/);
  await user.click(await dialog.findByRole('button', { name: 'Save it so' }));
  await waitFor(() =>
    expect(changes).toEqual([
      { name: 'user zero', options: { channel: 'night' }, isShared: false, rev: 3, parameters: { userId: 10 } },
    ]),
  );
});
