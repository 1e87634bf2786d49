import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import { aCause } from '../../testing/a-cause';
import { ago, aRun } from '../../testing/a-run';
import { aBulkPreview, anOperation, serveBulk } from '../../testing/an-operation';
import { backend, operator, problem, world } from '../../testing/backend';
import { address, openPanel } from '../../testing/render-app';

const tile = (name: string) => within(screen.getByRole('region', { name }));
const listOperations = (...operations: ReturnType<typeof anOperation>[]) =>
  http.get('/api/admin/jobs/bulk', () => HttpResponse.json({ operations }));
const noActivity = http.get('/api/admin/audit', () => HttpResponse.json({ events: [], hasMore: false }));

test('a channel is purged after its name was typed', async () => {
  const preview = aBulkPreview({ total: 14, byStatus: [{ status: 'QUEUED', runs: 14 }] });
  const { sent, handlers } = serveBulk(preview, anOperation({ action: 'purge', total: 14, done: 14, batchId: null }));
  backend.use(...handlers, listOperations(), noActivity);
  const { user } = await openPanel('/admin/jobs/manage?channel=mail');
  await user.click(await tile('Purge Channel').findByRole('button', { name: 'Preview…' }));
  const dialog = within(await screen.findByRole('dialog', { name: 'Purge a channel' }));
  const confirm = await dialog.findByRole('button', { name: 'Purge 14 runs' });
  await user.click(confirm);
  expect(sent).toHaveLength(1);
  await user.type(dialog.getByLabelText('Type mail to confirm'), 'mail');
  await user.type(dialog.getByLabelText('Reason (optional)'), 'sent twice ');
  await user.click(confirm);
  expect(await screen.findByText('14 runs cancelled')).toBeVisible();
  expect(sent).toEqual([
    { action: 'purge', filter: { channel: 'mail' } },
    { token: preview.token, reason: 'sent twice' },
  ]);
});

test('automatic clean-up shows what it keeps, did last and will do next', async () => {
  const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000 + 60_000).toISOString();
  const kept = { keepDays: 30, keepRuns: null, due: 0, lastAt: null, lastResult: null, nextAt: null };
  world.automatic = {
    recovery: { stalledAfterMs: 300_000 },
    retention: [
      { ...kept, status: 'SUCCESS', due: 1_240, lastAt: ago(7_300), lastResult: 'Removed 70 runs', nextAt: inHours(1) },
      { ...kept, status: 'FAILED', keepDays: null },
      { ...kept, status: 'CANCELLED', keepDays: 1, keepRuns: 500 },
    ],
    forceFail: {
      jobs: [{ jobName: 'match-scores', afterMs: 120_000 }],
      next: [{ jobRunId: '305', jobName: 'match-scores', requestedAt: ago(10), forceFailAt: inHours(2) }],
    },
  };
  backend.use(listOperations(), noActivity);
  await openPanel('/admin/jobs/manage');
  const automatic = tile('Automatic clean-up');
  const textOf = async (term: string) => (await automatic.findByText(term)).nextElementSibling?.textContent;
  expect(await textOf('Silent runs')).toBe('Recovered after 5 minutes without a heartbeat.');
  expect(await textOf('Successful runs')).toBe(
    'Kept for 30 days. Next removal in 1h: about 1,240 runs. Last 2h ago: Removed 70 runs.',
  );
  expect(await textOf('Failed runs')).toBe('Kept for ever.');
  expect(await textOf('Cancelled runs')).toBe('Kept for 1 day, the newest 500 of each job.');
  expect(await textOf('Ignored cancels')).toBe(
    'Failed by force: match-scores after 2 minutes. Next: match-scores #305 in 2h.',
  );
  expect(automatic.getByRole('link', { name: 'match-scores #305' })).toHaveAttribute('href', '/admin/jobs/305');
});

test('active runs of a filter are cancelled, and failures of a cause are run again', async () => {
  world.failures = [aCause()];
  const { sent, handlers } = serveBulk(aBulkPreview({ total: 2 }), anOperation());
  backend.use(...handlers, listOperations(), noActivity);
  const { user } = await openPanel('/admin/jobs/manage');
  const cancel = tile('Cancel by filter');
  expect(cancel.getByRole('button', { name: 'Preview…' })).toBeDisabled();
  await user.type(cancel.getByLabelText('Channel'), 'mail');
  await user.click(cancel.getByRole('button', { name: 'Preview…' }));
  const question = within(await screen.findByRole('dialog'));
  expect(await question.findByRole('button', { name: 'Cancel 2 runs' })).toBeVisible();
  await user.keyboard('{Escape}');
  expect(sent).toEqual([{ action: 'cancel', filter: { channel: 'mail' } }]);
  await user.click(await tile('Retry failures').findByRole('button', { name: 'Re-run 60 runs of match-scores' }));
  expect(await screen.findByRole('button', { name: 'Re-run 2 runs' })).toBeVisible();
});

test('another operator sees how far an operation is, and may stop it', async () => {
  const running = anOperation({
    state: 'RUNNING',
    total: 1_000,
    done: 400,
    finishedAt: null,
    createdBy: 'bob@example.com',
  });
  const aborted = {
    ...running,
    state: 'ABORTED' as const,
    finishedAt: running.startedAt,
    abortedBy: 'ada@example.com',
  };
  backend.use(
    listOperations(running),
    noActivity,
    http.post('/api/admin/jobs/bulk/12/abort', () => {
      backend.use(listOperations(aborted));
      return HttpResponse.json({ operation: aborted });
    }),
  );
  const { user } = await openPanel('/admin/jobs/manage');
  expect(await screen.findByRole('progressbar', { name: 'Progress of operation #12' })).toHaveValue(400);
  await user.click(screen.getByRole('button', { name: 'Abort' }));
  expect(await screen.findByText(/^400 runs queued again; aborted: 600 runs left untouched/)).toBeVisible();
});

test('the address leads to one operation, and to a tile', async () => {
  const operation = anOperation({
    done: 58,
    skipped: 2,
    problems: [{ reason: 'removed meanwhile', count: 2 }],
    reason: 'new disk',
  });
  backend.use(
    listOperations(operation),
    noActivity,
    http.get('/api/admin/jobs/bulk/12', () => HttpResponse.json({ operation })),
  );
  await openPanel('/admin/jobs/manage?operation=12&tile=cancel');
  const facts = within(await screen.findByRole('region', { name: 'Operation #12' }));
  expect(await facts.findByText('2 removed meanwhile')).toBeVisible();
  expect(facts.getByText('jobName match-scores')).toBeVisible();
  expect(facts.getByText('new disk')).toBeVisible();
  await waitFor(() => expect(tile('Cancel by filter').getByLabelText('Job')).toHaveFocus());
});

test('keys open tiles, and the lookup', async () => {
  backend.use(listOperations(), noActivity);
  const { user } = await openPanel('/admin/jobs/manage');
  await screen.findByRole('region', { name: 'Run Test Batch' });
  await user.keyboard('5');
  expect(tile('Purge Channel').getByLabelText('Channel to purge')).toHaveFocus();
  await user.click(screen.getByRole('heading', { level: 1 }));
  await user.keyboard('f');
  expect(screen.getByLabelText('Number, correlation id, key or name')).toHaveFocus();
  await user.click(screen.getByRole('heading', { level: 1 }));
  await user.keyboard('2');
  expect(await screen.findByRole('dialog', { name: 'Run a test batch' })).toBeVisible();
});

test('a test batch is queued, and reports whether the queue works', async () => {
  const sent: unknown[] = [];
  const result = {
    ...{ batchId: '7', state: 'PASSED', total: 10, ended: 10, asExpected: 10, executedAgain: 0 },
    ...{ startP50Ms: 12, startP95Ms: 40, runners: [{ name: 'vm:1', runs: 10 }] },
  };
  backend.use(
    listOperations(),
    noActivity,
    http.post('/api/admin/jobs/self-test', async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json({ batchId: '7' }, { status: 201 });
    }),
    http.get('/api/admin/jobs/self-test/7', () => HttpResponse.json(result)),
  );
  const { user } = await openPanel('/admin/jobs/manage');
  expect(await tile('Run Test Batch').findByText('8 slots free')).toBeVisible();
  await user.click(tile('Run Test Batch').getByRole('button', { name: 'Test the queue…' }));
  const question = within(await screen.findByRole('dialog'));
  expect(question.getByText(/8 slots are free: about 500ms\./)).toBeVisible();
  await user.clear(question.getByLabelText('Runs'));
  await user.type(question.getByLabelText('Runs'), '0');
  await user.click(question.getByRole('button', { name: 'Run' }));
  expect(question.getByText('A whole number from 1 to 1,000')).toBeVisible();
  await user.clear(question.getByLabelText('Runs'));
  await user.type(question.getByLabelText('Runs'), '10');
  await user.click(question.getByRole('button', { name: 'Run 10 runs' }));
  const outcome = within(await screen.findByRole('dialog', { name: 'The queue works' }));
  expect(outcome.getByText('None was executed twice')).toBeVisible();
  expect(outcome.getByText('Half of them started within 12ms, 95 % within 40ms')).toBeVisible();
  expect(sent).toEqual([{ runs: 10, failing: 0 }]);
});

test('runs that go on after a cancel are force-failed, with their grace explained', async () => {
  world.operations.stopping = 2;
  const { sent, handlers } = serveBulk(
    aBulkPreview({ total: 2 }),
    anOperation({ action: 'forceFail', total: 2, done: 2, batchId: null }),
  );
  backend.use(...handlers, listOperations(), noActivity);
  const { user } = await openPanel('/admin/jobs/manage');
  await user.click(await tile('Clear Stuck Jobs').findByRole('button', { name: /^Force-fail 2 / }));
  const dialog = within(await screen.findByRole('dialog'));
  expect(await dialog.findByText(/requested to stop.*recorded as failed/)).toBeVisible();
  expect(dialog.getByRole('combobox', { name: 'Time to stop by itself' })).toHaveValue('30 seconds');
  await user.click(dialog.getByRole('button', { name: 'Force-fail 2 runs' }));
  expect(await screen.findByText('2 runs failed or requested to stop')).toBeVisible();
  expect(sent[0]).toEqual({ action: 'forceFail', filter: { isStopping: true } });
});

test('a run is found by its number, key or correlation id, and a text without result leads on to the history', async () => {
  const run = aRun.failed();
  backend.use(
    listOperations(),
    noActivity,
    http.get('/api/admin/jobs/lookup', ({ request }) => {
      const isKnown = new URL(request.url).searchParams.get('q') === 'order-4711';
      const runs = [run, aRun.success(), aRun.success()];
      const hit = { kind: 'correlation', correlationId: 'order-4711', runs, hasMore: false };
      return HttpResponse.json({ hits: isKnown ? [hit] : [] });
    }),
  );
  const { user } = await openPanel('/admin/jobs/manage');
  const box = await screen.findByLabelText('Number, correlation id, key or name');
  await user.type(box, 'order-4711{Enter}');
  expect(await screen.findAllByText(/^Correlation id/)).toHaveLength(3);
  await user.clear(box);
  await user.type(box, 'nonsense{Enter}');
  expect(await screen.findByRole('link', { name: 'Search the history for it' })).toHaveAttribute(
    'href',
    '/admin/jobs/history?range=7d&text=nonsense',
  );
});

test('a run that is all that was found opens, and closing it leads back to the lookup', async () => {
  const run = aRun.failed();
  world.history = [run];
  const hits = [{ kind: 'run', run }];
  backend.use(
    listOperations(),
    noActivity,
    http.get('/api/admin/jobs/lookup', () => HttpResponse.json({ hits })),
  );
  const { user } = await openPanel('/admin/jobs/manage');
  await user.type(await screen.findByLabelText('Number, correlation id, key or name'), `${run.id}{Enter}`);
  const dialog = await screen.findByRole('dialog', { name: new RegExp(`#${run.id}`) });
  expect(address()).toBe(`/admin/jobs/manage?run=${run.id}`);
  await user.click(within(dialog).getByRole('button', { name: 'Close' }));
  await waitFor(() => expect(address()).toBe('/admin/jobs/manage'));
  expect(screen.getByText(/^Number/, { selector: 'li' })).toBeVisible();
});

test('what could not be read is shown in its tile, and in the lookup', async () => {
  backend.use(
    listOperations(),
    noActivity,
    http.get('/api/admin/jobs/failures', () => problem(400, { detail: 'The disk is full' })),
    http.get('/api/admin/jobs/lookup', () => problem(400, { detail: 'The disk is full' })),
  );
  const { user } = await openPanel('/admin/jobs/manage');
  expect(await tile('Retry failures').findByText('Failures could not be loaded')).toBeVisible();
  await user.type(screen.getByLabelText('Number, correlation id, key or name'), 'order-4711{Enter}');
  expect(await screen.findByText('The result could not be loaded')).toBeVisible();
});

test('the page explains what each act changes, and whether that can be undone', async () => {
  backend.use(listOperations(), noActivity);
  const { user } = await openPanel('/admin/jobs/manage');
  await user.click(await screen.findByRole('button', { name: 'What each act does' }));
  const dialog = within(await screen.findByRole('dialog', { name: 'What each act does' }));
  const described = dialog.getAllByRole('rowheader').map(({ textContent }) => textContent);
  // What the product does by itself is no act of a person.
  const tiles = [...document.querySelectorAll('[data-kind]')].map((each) => each.getAttribute('aria-label'));
  expect(described).toEqual(tiles.filter((title) => title !== 'Automatic clean-up'));
});

test('without a permission a tile names it', async () => {
  world.user = { ...operator, role: 'ADMIN' };
  backend.use(listOperations(), noActivity);
  await openPanel('/admin/jobs/manage');
  expect(await screen.findAllByText(/^Needs the permission “(purge|emergency)”/)).toHaveLength(2);
});
