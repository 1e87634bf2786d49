import { act, screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test, vi } from 'vitest';
import { aRun } from '../../testing/a-run';
import { aBulkPreview, anOperation, serveBulk } from '../../testing/an-operation';
import { backend, callsTo, live, problem, world } from '../../testing/backend';
import { address, openPanel, untilListTakesKeys } from '../../testing/render-app';

const history = () => within(document.querySelector<HTMLElement>('.job-history') as HTMLElement);
// Without a layout, Mantine takes a dropdown's target for out of sight and hides the dropdown.
const findOption = (name: string) => screen.findByRole('option', { name, hidden: true });
/** Without the heads. */
const rows = () => history().getAllByRole('row').slice(1);
const manyRuns = () => Array.from({ length: 60 }, () => aRun.success());

test('lists what has ended: how, by whom, how long, when, and why it failed', async () => {
  world.history = [
    aRun.success(),
    aRun.failed({ trigger: 'CRON', durationMs: 34_000, triggeredBy: null, triggeredByToken: 'nightly' }),
    aRun.cancelled({ trigger: 'EVENT', durationMs: null, startedAt: null, queueDelayMs: null }),
  ];
  await openPanel('/admin/jobs/history');
  await history().findByText('Showing 1–3 of 3');
  const heads = history()
    .getAllByRole('columnheader')
    .map(({ textContent }) => textContent);
  expect(heads).toEqual(['Run', 'Result', 'Started by', 'Waited', 'Took', 'Finished', 'Details']);
  expect(rows()[0]).toHaveTextContent(/Success.*Manual · ada@example.com.*2.1s.*2m 5s.*1m ago/);
  expect(rows()[1]).toHaveTextContent(/Failed: Database timeout.*Cron · nightly.*2.1s.*34s/);
  expect(rows()[2]).toHaveTextContent(/Cancelled.*Event.*–.*never started/);
});

test('a row opens wherever it is clicked, but for its link, which leads to the run', async () => {
  const run = aRun.success({ progressMessage: 'Scored 20 of 20 users' });
  world.history = [run];
  const { user } = await openPanel('/admin/jobs/history');
  await user.click(await history().findByText('Scored 20 of 20 users'));
  await waitFor(() => expect(address()).toBe(`/admin/jobs/history?run=${run.id}`));
  await screen.findByRole('dialog', { name: /Job Run Details/ });
  await user.keyboard('{Escape}');
  await waitFor(() => expect(address()).toBe('/admin/jobs/history'));
  await user.click(history().getByRole('link', { name: 'match-scores' }));
  await waitFor(() => expect(address()).toBe(`/admin/jobs/${run.id}`));
});

test('turns pages, in the address', async () => {
  world.history = manyRuns();
  world.historyTotal = 1_247;
  const { user } = await openPanel('/admin/jobs/history');
  expect(await history().findByText('Showing 1–50 of 1,247')).toBeVisible();
  expect(history().getByRole('button', { name: 'Prev' })).toBeDisabled();
  await user.click(history().getByRole('button', { name: 'Next' }));
  expect(await history().findByText('Showing 51–100 of 1,247')).toBeVisible();
  expect(address()).toBe('/admin/jobs/history?page=2');
  await user.click(history().getByRole('button', { name: 'Prev' }));
  expect(await history().findByText('Showing 1–50 of 1,247')).toBeVisible();
  expect(address()).toBe('/admin/jobs/history');
});

test('ends on the last page', async () => {
  world.history = manyRuns().slice(0, 47);
  world.historyTotal = 1_247;
  await openPanel('/admin/jobs/history?page=25');
  expect(await history().findByText('Showing 1,201–1,247 of 1,247')).toBeVisible();
  expect(history().getByRole('button', { name: 'Next' })).toBeDisabled();
});

test('leads back from a page past the end', async () => {
  world.historyTotal = 120;
  const { user } = await openPanel('/admin/jobs/history?page=9');
  await user.click(await history().findByRole('button', { name: 'Go to the first page' }));
  await waitFor(() => expect(address()).toBe('/admin/jobs/history'));
});

test('leads back from a page beyond what the server reads', async () => {
  world.historyTotal = 120;
  await openPanel('/admin/jobs/history?page=99999999999999999999');
  expect(await history().findByText('This page is past the end')).toBeVisible();
  expect(world.calls).toContainEqual(expect.stringContaining('page=1000000000&'));
});

test.each(['-3', 'abc', '1.5', '0'])('takes ?page=%s as something sensible', async (page) => {
  world.history = [aRun.success()];
  await openPanel(`/admin/jobs/history?page=${page}`);
  expect(await history().findByText('Showing 1–1 of 1')).toBeVisible();
});

test('filters by job and status, in the address, from the first page on', async () => {
  world.history = [aRun.success(), aRun.failed({ jobName: 'trending' })];
  const { user } = await openPanel('/admin/jobs/history?page=2');
  await user.click(await history().findByRole('combobox', { name: 'Filter by job' }));
  await user.click(await findOption('trending'));
  await waitFor(() => expect(address()).toBe('/admin/jobs/history?job=trending'));
  await waitFor(() => expect(rows()).toHaveLength(1));
  await user.click(history().getByRole('combobox', { name: 'Filter by status' }));
  await user.click(await findOption('Success'));
  expect(await history().findByText('No runs match these filters')).toBeVisible();
  expect(history().getByText('Nothing has ended with job trending and status SUCCESS.')).toBeVisible();
  await user.click(history().getByRole('button', { name: 'Clear filters' }));
  expect(await history().findByText('Showing 1–2 of 2')).toBeVisible();
  expect(address()).toBe('/admin/jobs/history');
});

test('keeps to a time that is chosen, or that the address of a chart gives', async () => {
  const old = aRun.failed({ finishedAt: '2026-11-20T11:20:00.000Z' });
  world.history = [aRun.success(), old];
  const { user, unmount } = await openPanel('/admin/jobs/history');
  await user.click(await history().findByRole('combobox', { name: 'Filter by time' }));
  await user.click(await findOption('In the last 24 hours'));
  expect(await history().findByText('Showing 1–1 of 1')).toBeVisible();
  await waitFor(() => expect(address()).toBe('/admin/jobs/history?range=24h'));
  unmount();
  await openPanel('/admin/jobs/history?from=2026-11-20T11:00:00Z&to=2026-11-20T12:00:00Z');
  expect(await history().findByText(`#${old.id}`)).toBeVisible();
  expect(history().getByText('Showing 1–1 of 1')).toBeVisible();
  expect(history().getByRole('combobox', { name: 'Filter by time' })).toHaveValue('From 2026-11-20 11:00 to 12:00');
});

test('offers jobs that only the history has as a filter', async () => {
  world.history = [aRun.success(), aRun.success({ jobName: 'py-import' })];
  const { user } = await openPanel('/admin/jobs/history');
  await user.click(await history().findByRole('combobox', { name: 'Filter by job' }));
  await user.click(await findOption('py-import'));
  await waitFor(() => expect(rows()).toHaveLength(1));
  expect(address()).toBe('/admin/jobs/history?job=py-import');
});

test('starts from the filters in the address', async () => {
  world.history = [aRun.success(), aRun.failed()];
  await openPanel('/admin/jobs/history?status=FAILED');
  expect(await history().findByText('Showing 1–1 of 1')).toBeVisible();
  expect(history().getByRole('combobox', { name: 'Filter by status' })).toHaveValue('Failed');
});

test('the first page follows what ends', async () => {
  await openPanel('/admin/jobs/history');
  await history().findByText('No runs yet');
  const run = aRun.success();
  world.history = [run];
  await waitFor(() => expect(live.connections).toBe(1));
  act(() => live.publish(run));
  expect(await history().findByText(`#${run.id}`)).toBeVisible();
});

test('a hidden tab reads nothing when runs end, and once when it is looked at again', async () => {
  await openPanel('/admin/jobs/history');
  await history().findByText('No runs yet');
  await waitFor(() => expect(live.connections).toBe(1));
  const visibility = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
  const reads = callsTo('GET /api/admin/jobs/history');
  const runs = [aRun.success(), aRun.success()];
  world.history = [...runs];
  for (const run of runs) act(() => live.publish(run));
  // The count beside the tab has the news, so the list had it too.
  const counts = { counts: { running: 0, queued: 3 }, serverTime: new Date().toISOString() };
  act(() => live.send('server.admin.jobs_counts', counts));
  await waitFor(() => expect(screen.getByRole('link', { name: /^Active/ })).toHaveTextContent('3'));
  expect(callsTo('GET /api/admin/jobs/history')).toBe(reads);
  visibility.mockRestore();
  act(() => void document.dispatchEvent(new Event('visibilitychange')));
  expect(await history().findByText(`#${runs[0]?.id}`)).toBeVisible();
  expect(callsTo('GET /api/admin/jobs/history')).toBe(reads + 1);
});

test('any other page stays as it is and offers the new runs', async () => {
  world.history = manyRuns();
  world.historyTotal = 100;
  const { user } = await openPanel('/admin/jobs/history?page=2');
  await history().findByText('Showing 51–100 of 100');
  const calls = callsTo('GET /api/admin/jobs/history');
  act(() => live.publish(aRun.success()));
  const offer = await history().findByRole('button', { name: 'New runs' });
  expect(callsTo('GET /api/admin/jobs/history')).toBe(calls);
  await user.click(offer);
  await waitFor(() => expect(address()).toBe('/admin/jobs/history'));
  expect(await history().findByText('Showing 1–50 of 100')).toBeVisible();
  expect(history().queryByRole('button', { name: 'New runs' })).toBeNull();
});

test('no row of the first page moves under the pointer: new runs wait until the pointer leaves, or a person requests them', async () => {
  const [first, second, third] = [aRun.success(), aRun.failed(), aRun.failed()];
  world.history = [first];
  const { user } = await openPanel('/admin/jobs/history');
  await user.hover(await history().findByText(`#${first.id}`));
  const reads = callsTo('GET /api/admin/jobs/history');
  world.history = [second, first];
  act(() => live.publish(second));
  expect(await history().findByRole('button', { name: 'New runs' })).toBeVisible();
  expect(callsTo('GET /api/admin/jobs/history')).toBe(reads);
  await user.hover(screen.getByRole('heading', { level: 1 }));
  expect(await history().findByText(`#${second.id}`)).toBeVisible();
  expect(history().queryByRole('button', { name: 'New runs' })).toBeNull();
  await user.hover(history().getByText(`#${second.id}`));
  world.history = [third, second, first];
  act(() => live.publish(third));
  await user.click(await history().findByRole('button', { name: 'New runs' }));
  expect(await history().findByText(`#${third.id}`)).toBeVisible();
});

test('a run that the filters leave out is no news', async () => {
  world.history = manyRuns().map((run) => ({ ...run, status: 'FAILED' as const }));
  world.historyTotal = 100;
  await openPanel('/admin/jobs/history?status=FAILED&page=2');
  await history().findByText('Showing 51–100 of 100');
  act(() => live.publish(aRun.success()));
  const log = screen.getByRole('log', { name: 'Job status changes' });
  await waitFor(() => expect(log).toHaveTextContent('1 job succeeded.'));
  expect(history().queryByRole('button', { name: 'New runs' })).toBeNull();
});

test('shows why it could not be loaded, and tries again', async () => {
  let isBroken = true;
  backend.use(
    http.get('/api/admin/jobs/history', () =>
      isBroken ? problem(503, { detail: 'The database is away.' }) : undefined,
    ),
  );
  world.history = [aRun.success()];
  const { user } = await openPanel('/admin/jobs/history');
  expect(await history().findByText('The database is away.')).toBeVisible();
  isBroken = false;
  await user.click(history().getByRole('button', { name: 'Retry' }));
  expect(await history().findByText('Showing 1–1 of 1')).toBeVisible();
});

test('keeps what it shows when reading again fails, and offers to retry', async () => {
  world.history = [aRun.success()];
  const { user } = await openPanel('/admin/jobs/history');
  await history().findByText('Showing 1–1 of 1');
  let isBroken = true;
  backend.use(
    http.get('/api/admin/jobs/history', () => (isBroken ? problem(400, { title: 'No history today' }) : undefined)),
  );
  act(() => live.publish(aRun.success()));
  expect(await screen.findByText('No history today')).toBeVisible();
  expect(history().getByText('Showing 1–1 of 1')).toBeVisible();
  isBroken = false;
  world.history = [aRun.success(), aRun.success()];
  await user.click(screen.getByRole('button', { name: 'Retry' }));
  expect(await history().findByText('Showing 1–2 of 2')).toBeVisible();
});

test('below other lists the newest are shown, with the way to all of them', async () => {
  world.history = manyRuns();
  world.historyTotal = 1_247;
  await openPanel('/admin/jobs?status=SUCCESS');
  expect(await history().findByText('Showing 1–50 of 1,247')).toBeVisible();
  expect(history().getByRole('link', { name: /^All history/ })).toHaveAttribute(
    'href',
    '/admin/jobs/history?status=SUCCESS',
  );
  expect(history().queryByRole('button', { name: 'Next' })).toBeNull();
  expect(history().queryByRole('checkbox')).toBeNull();
});

const tick = (run: { id: string }) => screen.getByRole('checkbox', { name: `Tick match-scores #${run.id}` });

test('rows are ticked by x, in a range, and all; the ticks are there after going into a run and back', async () => {
  const runs = [aRun.success(), aRun.failed(), aRun.success(), aRun.success()] as const;
  world.history = [...runs];
  const { user } = await openPanel('/admin/jobs/history');
  await history().findByText('Showing 1–4 of 4');
  await untilListTakesKeys();
  await user.keyboard('jxjj{Shift>}X{/Shift}');
  expect(await screen.findByText('3 chosen')).toBeVisible();
  expect(tick(runs[1])).toBeChecked();
  expect(tick(runs[3])).not.toBeChecked();
  await user.keyboard('{Enter}');
  await screen.findByRole('heading', { name: `match-scores #${runs[2].id}`, level: 1 });
  await user.click(within(screen.getByRole('navigation', { name: 'Breadcrumb' })).getByRole('link', { name: 'Runs' }));
  await waitFor(() => expect(address()).toBe('/admin/jobs/history'));
  expect(await screen.findByText('3 chosen')).toBeVisible();
  expect(tick(runs[0])).toBeChecked();
  await untilListTakesKeys();
  await user.keyboard('ja');
  expect(await screen.findByText('4 chosen')).toBeVisible();
  await user.keyboard('{Escape}');
  await waitFor(() => expect(screen.queryByText('4 chosen')).toBeNull());
  expect(tick(runs[0])).not.toBeChecked();
});

test('ticked runs are queued again together, but for those that can not be, and that is undone', async () => {
  const runs = [aRun.failed(), aRun.failed(), aRun.failed()];
  world.history = runs;
  const preview = aBulkPreview({
    total: 2,
    first: runs.slice(0, 2),
    cannot: [{ reason: 'no code of match-scores', count: 1 }],
  });
  const { sent, handlers } = serveBulk(preview, anOperation({ total: 2, done: 2 }));
  backend.use(
    ...handlers,
    http.post('/api/admin/jobs/batches/7/cancel', () =>
      HttpResponse.json({ batchId: '7', cancelled: 2, requested: 0 }),
    ),
  );
  const { user } = await openPanel('/admin/jobs/history');
  await history().findByText('Showing 1–3 of 3');
  await untilListTakesKeys();
  await user.keyboard('ja');
  await user.click(await screen.findByRole('button', { name: 'Re-run…' }));
  expect(await screen.findByText('Left alone: 1 no code of match-scores.')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Re-run 2 runs' }));
  expect(await screen.findByText('2 runs queued again')).toBeVisible();
  expect(sent).toEqual([{ action: 'rerun', ids: runs.map(({ id }) => id) }, { token: preview.token }]);
  await waitFor(() => expect(screen.queryByText('3 chosen')).toBeNull());
  await user.click(screen.getByRole('button', { name: 'Undo' }));
  expect(await screen.findByText('2 runs cancelled, 0 runs requested to stop')).toBeVisible();
});

test('all runs that match are chosen at once, on whatever page they are', async () => {
  world.history = [aRun.failed(), aRun.failed()];
  world.historyTotal = 1_247;
  const { sent, handlers } = serveBulk(
    aBulkPreview({ total: 1_247 }),
    anOperation({ total: 1_247, state: 'RUNNING', done: 500 }),
  );
  backend.use(...handlers);
  const { user } = await openPanel('/admin/jobs/history?status=FAILED');
  await history().findByText('Showing 1–2 of 1,247');
  await untilListTakesKeys();
  await user.keyboard('jx');
  await user.click(await screen.findByRole('button', { name: 'Select all 1,247 that match' }));
  expect(await screen.findByText('All 1,247 that match')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Re-run…' }));
  await user.click(await screen.findByRole('button', { name: 'Re-run 1,247 runs' }));
  expect(await screen.findByRole('progressbar', { name: 'Progress of Re-run 1,247 runs' })).toHaveValue(500);
  // What fails from now on is not among them.
  expect(sent[0]).toEqual({ action: 'rerun', filter: { status: 'FAILED', to: expect.any(String) } });
  expect(screen.getByRole('button', { name: 'Abort' })).toBeVisible();
});

test('lists the runs of one cause, as its link selects, until that is cleared', async () => {
  world.history = manyRuns();
  const requests: (string | null)[] = [];
  backend.use(
    http.get('/api/admin/jobs/history', ({ request }) => {
      requests.push(new URL(request.url).searchParams.get('cause'));
      return undefined;
    }),
  );
  const { user } = await openPanel('/admin/jobs/history?status=FAILED&cause=0123456789abcdef');
  await waitFor(() => expect(requests).toEqual(['0123456789abcdef']));
  await user.click(await history().findByRole('button', { name: 'Of one cause: clear' }));
  await waitFor(() => expect(requests).toEqual(['0123456789abcdef', null]));
  await waitFor(() => expect(address()).toBe('/admin/jobs/history?status=FAILED'));
  expect(history().queryByRole('button', { name: 'Of one cause: clear' })).toBeNull();
});

test('keeps filters as a view, and leads back to them', async () => {
  world.history = manyRuns();
  const { user } = await openPanel('/admin/jobs/history?status=FAILED&page=2');
  await user.click(await history().findByRole('button', { name: 'Views' }));
  await user.click(await screen.findByRole('menuitem', { name: 'Save view…', hidden: true }));
  const dialog = await screen.findByRole('dialog', { name: 'Save view' });
  await user.type(within(dialog).getByLabelText('Name'), 'Failed lately');
  await user.click(within(dialog).getByRole('button', { name: 'Save' }));
  await waitFor(() =>
    expect(world.views).toMatchObject([{ page: 'history', query: 'status=FAILED', isShared: false }]),
  );

  await user.click(history().getByRole('combobox', { name: 'Filter by status' }));
  await user.click(await findOption('Success'));
  await waitFor(() => expect(address()).toBe('/admin/jobs/history?status=SUCCESS'));
  await user.click(await history().findByRole('button', { name: 'Views' }));
  await user.click(await screen.findByRole('menuitem', { name: /^Failed lately/, hidden: true }));
  await waitFor(() => expect(address()).toBe('/admin/jobs/history?status=FAILED'));

  backend.use(
    http.delete('/api/admin/jobs/views/:id', () => {
      world.views = [];
      return HttpResponse.json({ removed: true });
    }),
  );
  await user.click(await history().findByRole('button', { name: 'Views' }));
  await user.click(await screen.findByRole('menuitem', { name: 'Remove “Failed lately”', hidden: true }));
  const toast = (await screen.findByText('The view “Failed lately” is removed.')).closest<HTMLElement>(
    '[role="alert"]',
  );
  expect(world.views).toEqual([]);
  await user.click(within(toast as HTMLElement).getByRole('button', { name: 'Undo' }));
  expect(await screen.findByText('The view “Failed lately” is back.')).toBeVisible();
  expect(world.views).toMatchObject([{ page: 'history', name: 'Failed lately', query: 'status=FAILED' }]);
});

test('conditions beyond job, status and time are added and removed, and show how far the search went', async () => {
  const requests: string[] = [];
  backend.use(
    http.get('/api/admin/jobs/history', ({ request }) => {
      const query = new URL(request.url).searchParams;
      if (!query.has('channel')) return undefined;
      requests.push(`${query.get('channel')} ${query.get('not')} ${query.get('cursor')}`);
      return HttpResponse.json({
        ...{ runs: [aRun.failed()], total: 1, totalIsExact: false, page: 1, pageSize: 50 },
        ...{ searchedBackTo: '2026-11-29T09:40:00.000Z', cursor: 'older' },
      });
    }),
  );
  const { user } = await openPanel('/admin/jobs/history');
  await user.click(await history().findByRole('button', { name: 'Filter' }));
  await user.click(await screen.findByRole('menuitem', { name: 'Channel', hidden: true }));
  const dialog = within(await screen.findByRole('dialog', { name: 'Filter by channel' }));
  await user.type(dialog.getByLabelText('Channel'), 'mail');
  await user.click(dialog.getByLabelText('Is not'));
  await user.click(dialog.getByRole('button', { name: 'Filter' }));
  expect(await history().findByText(/^1 found back to 2026-11-29/)).toBeVisible();
  expect(address()).toBe('/admin/jobs/history?channel=mail&not=channel&range=7d');
  await user.click(history().getByRole('button', { name: 'Search further back' }));
  await waitFor(() => expect(requests).toEqual(['mail channel null', 'mail channel older']));
  await user.click(await history().findByRole('button', { name: 'Channel: not mail: clear' }));
  await waitFor(() => expect(address()).toBe('/admin/jobs/history?range=7d'));
});

test('several jobs and statuses are chosen at once, or all but these', async () => {
  world.history = [aRun.failed(), aRun.success({ jobName: 'trending' })];
  const { user } = await openPanel('/admin/jobs/history');
  await user.click(await history().findByRole('button', { name: 'Filter' }));
  await user.click(await screen.findByRole('menuitem', { name: 'Statuses', hidden: true }));
  const statuses = within(await screen.findByRole('dialog', { name: 'Filter by status' }));
  await user.click(statuses.getByLabelText('Failed'));
  await user.click(statuses.getByLabelText('Cancelled'));
  await user.click(statuses.getByRole('button', { name: 'Filter' }));
  await waitFor(() => expect(address()).toBe('/admin/jobs/history?status=FAILED,CANCELLED'));
  expect(history().getByRole('combobox', { name: 'Filter by status' })).toHaveValue('Failed, Cancelled');
  await user.click(history().getByRole('button', { name: 'Filter' }));
  await user.click(await screen.findByRole('menuitem', { name: 'Jobs', hidden: true }));
  const jobs = within(await screen.findByRole('dialog', { name: 'Filter by job' }));
  await user.click(jobs.getByRole('combobox', { name: 'Jobs' }));
  // The filter of the bar has it as well.
  const options = await screen.findAllByRole('option', { name: 'trending', hidden: true });
  await user.click(options.find((option) => option.closest('[data-portal]')) as HTMLElement);
  await user.click(jobs.getByLabelText('Is not'));
  await user.click(jobs.getByRole('button', { name: 'Filter' }));
  await waitFor(() =>
    expect(address()).toBe('/admin/jobs/history?status=FAILED,CANCELLED&not=jobName&job=trending&range=7d'),
  );
  await user.click(await history().findByRole('button', { name: 'Jobs: not trending: clear' }));
  await waitFor(() => expect(address()).toBe('/admin/jobs/history?status=FAILED,CANCELLED&range=7d'));
});

test('runs that were looked for are chosen all at once, and the others behind them next', async () => {
  backend.use(
    http.get('/api/admin/jobs/history', () =>
      HttpResponse.json({
        ...{ runs: [aRun.failed()], total: 1, totalIsExact: false, page: 1, pageSize: 50 },
        ...{ searchedBackTo: '2026-11-29T09:40:00.000Z', cursor: 'older' },
      }),
    ),
  );
  const to = '2026-11-29T09:40:00.000Z';
  const preview = aBulkPreview({ total: 12, searchedBackTo: to, rest: { to } });
  const { sent, handlers } = serveBulk(preview, anOperation({ total: 12 }));
  backend.use(...handlers);
  const { user } = await openPanel('/admin/jobs/history?channel=mail');
  await screen.findByText(/found back to/);
  await untilListTakesKeys();
  await user.keyboard('jx');
  await user.click(await screen.findByRole('button', { name: 'Select all that match' }));
  await user.click(screen.getByRole('button', { name: 'Re-run…' }));
  const dialog = within(await screen.findByRole('dialog'));
  expect(await dialog.findByText(/^These were found back to/)).toBeVisible();
  await user.click(dialog.getByRole('button', { name: 'Re-run 12 runs' }));
  await waitFor(() =>
    expect(sent).toEqual([
      { action: 'rerun', filter: { channel: 'mail', to: expect.any(String) } },
      { token: preview.token },
      { action: 'rerun', filter: { channel: 'mail', to } },
    ]),
  );
});

test('the export has the filters of the list', async () => {
  world.history = [aRun.failed()];
  const { user } = await openPanel('/admin/jobs/history?status=FAILED&took=60000');
  await user.click(await history().findByRole('button', { name: 'Export' }));
  expect(await screen.findByRole('menuitem', { name: /^CSV/, hidden: true })).toHaveAttribute(
    'href',
    expect.stringMatching(/\/api\/admin\/jobs\/history\/export\?status=FAILED&tookMinMs=60000&format=csv$/),
  );
});
