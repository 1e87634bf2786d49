import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import type { PropsWithChildren } from 'react';
import { VirtuosoMockContext } from 'react-virtuoso';
import { expect, test } from 'vitest';
import { setWatched, watchedRuns } from '../../components/notices/watched-runs';
import { ago, aRun } from '../../testing/a-run';
import { aBulkPreview, anOperation, serveBulk } from '../../testing/an-operation';
import { backend, live, world } from '../../testing/backend';
import { openPanel, untilListTakesKeys } from '../../testing/render-app';

const waitDetail = 'Paused by ada@example.com: the relay is down';
const mail = () => aRun.queued({ channel: 'mail', waitReason: 'channelPaused', waitDetail });
const withHeights = ({ children }: PropsWithChildren) => (
  <VirtuosoMockContext.Provider value={{ viewportHeight: 760, itemHeight: 76 }}>
    {children}
  </VirtuosoMockContext.Provider>
);
const names = () => [...document.querySelectorAll('[data-run]')].map((row) => row.getAttribute('data-run'));

test('filters the list by text and shows when nothing matches', async () => {
  const [running, paused] = [aRun.running(), mail()];
  world.active = [running, paused];
  const { user } = await openPanel('/admin/jobs/monitor?q=relay');
  await waitFor(() => expect(names()).toEqual([paused.id]));
  expect(screen.getByText('1 running · 1 pending')).toBeVisible();
  await user.type(screen.getByLabelText('Filter by name, #id, channel or reason'), ' nowhere{Enter}');
  expect(await screen.findByText('No active run matches')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Clear filters' }));
  await waitFor(() => expect(names()).toEqual([running.id, paused.id]));
});

test('groups by channel, where a paused one shows that once', async () => {
  world.active = [aRun.running(), mail(), mail()];
  await openPanel('/admin/jobs/monitor?group=channel');
  const group = await screen.findByRole('region', { name: 'mail' });
  expect(within(group).getByRole('heading', { name: 'mail' }).parentElement).toHaveTextContent(`mail2${waitDetail}`);
  expect(within(group).getAllByRole('listitem')).toHaveLength(2);
});

test('shows the queue beyond the live list on request, as the filters have it', async () => {
  world.active = [aRun.running(), aRun.running({ runnerName: 'eu-2:812' }), aRun.queued({ jobName: 'mailing' })];
  const requests: string[] = [];
  const beyond = [aRun.queued({ jobName: 'trending' }), aRun.queued({ jobName: 'mailing' })];
  backend.use(
    http.get('/api/admin/jobs/queue', ({ request }) => {
      const { search } = new URL(request.url);
      requests.push(search);
      const isFirst = !search.includes('cursor');
      return HttpResponse.json({
        runs: [isFirst ? beyond[0] : beyond[1]],
        cursor: isFirst ? 'abc' : null,
        asOf: new Date().toISOString(),
      });
    }),
  );
  const { user } = await openPanel('/admin/jobs/monitor');
  await waitFor(() => expect(names()).toHaveLength(3));
  live.send('server.admin.jobs_counts', {
    counts: { running: 2, queued: 277 },
    serverTime: new Date().toISOString(),
  });
  expect(await screen.findByText('276 more wait')).toBeVisible();
  expect(screen.getByText('2 running · 1 pending · 276 more wait')).toBeVisible();
  expect(requests).toEqual([]);
  await user.click(screen.getByRole('button', { name: 'Show them' }));
  const list = await screen.findByRole('list', { name: 'Queued runs beyond the live list' });
  expect(within(list).getByRole('link')).toHaveTextContent(`trending #${beyond[0]?.id}`);
  await user.click(screen.getByRole('button', { name: 'Show 50 more' }));
  await waitFor(() => expect(within(list).getAllByRole('link')).toHaveLength(2));
  expect(requests).toEqual(['?skip=1', '?cursor=abc']);
  await user.click(screen.getByLabelText('Filter by job', { selector: 'input' }));
  await user.click(await screen.findByRole('option', { name: 'mailing', hidden: true }));
  await waitFor(() => expect(requests.at(-1)).toBe('?jobName=mailing&skip=1'));
  await user.click(await screen.findByRole('button', { name: 'Show 50 more' }));
  await waitFor(() => expect(requests.at(-1)).toBe('?jobName=mailing&cursor=abc'));
  await user.click(screen.getByLabelText('Filter by runner', { selector: 'input' }));
  await user.click(await screen.findByRole('option', { name: 'vm:29504', hidden: true }));
  await waitFor(() => expect(list).not.toBeInTheDocument());
  expect(screen.queryByText('276 more wait')).toBeNull();
});

test('groups and filters by the runner, which the row names', async () => {
  const [here, there] = [aRun.running(), aRun.running({ runnerName: 'eu-2:812' })];
  world.active = [here, there];
  await openPanel('/admin/jobs/monitor?group=runner&runner=eu-2:812');
  const group = await screen.findByRole('region', { name: 'eu-2:812' });
  expect(within(group).getByRole('link', { name: 'eu-2:812' })).toBeVisible();
  expect(names()).toEqual([there.id]);
});

test('draws of a long list only the rows in view, in one place for the Tab key', async () => {
  world.active = Array.from({ length: 1_000 }, () => aRun.queued());
  const { user } = await openPanel('/admin/jobs/monitor', { wrapper: withHeights });
  await waitFor(() => expect(names().length).toBeGreaterThan(5));
  expect(names().length).toBeLessThan(60);
  expect(screen.getByRole('list', { name: 'Active and queued jobs' })).toBeVisible();
  const stops = () =>
    [...document.querySelectorAll<HTMLElement>('main :is(a, button, input)')].filter(({ tabIndex }) => tabIndex >= 0);
  await waitFor(() => expect(stops().length).toBeLessThan(40));
  await untilListTakesKeys();
  await user.keyboard('ja');
  expect(await screen.findByText('1,000 chosen')).toBeVisible();
  await user.keyboard('{Escape}');
  await waitFor(() => expect(screen.queryByText('1,000 chosen')).toBeNull());
});

test('cancels a whole group, knowing which runs it touches', async () => {
  world.active = [aRun.running(), ...Array.from({ length: 3 }, mail)];
  const first = [mail(), mail()];
  const preview = aBulkPreview({ total: 25, byJob: [{ jobName: 'mailing', runs: 25 }], first });
  const done = { total: 25, done: 23, skipped: 2, problems: [{ reason: 'ended meanwhile', count: 2 }], batchId: null };
  const { sent, handlers } = serveBulk(preview, anOperation({ action: 'cancel', ...done }));
  backend.use(...handlers);
  const { user } = await openPanel('/admin/jobs/monitor?group=channel');
  const group = await screen.findByRole('region', { name: 'mail' });
  await user.click(within(group).getByRole('button', { name: 'Cancel all in group…' }));
  const dialog = within(await screen.findByRole('dialog', { name: 'Cancel all in group' }));
  expect(await dialog.findByRole('list', { name: 'The first of them' })).toHaveTextContent(`#${first[0]?.id}`);
  const confirm = dialog.getByRole('button', { name: 'Cancel 25 runs' });
  await user.click(confirm);
  expect(sent).toHaveLength(1);
  await user.type(dialog.getByLabelText('Type 25 to confirm'), '25');
  await user.click(confirm);
  expect(await screen.findByText('23 runs cancelled or requested to stop; 2 skipped (ended meanwhile)')).toBeVisible();
  expect(sent).toEqual([{ action: 'cancel', filter: { channel: 'mail' } }, { token: preview.token }]);
});

test('a row changes the priority of its run, and announces its end when wanted', async () => {
  const run = mail();
  world.active = [run];
  const sent: unknown[] = [];
  backend.use(
    http.post('/api/admin/jobs/:id/reschedule', async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json({ jobRunId: run.id, run });
    }),
  );
  const { user } = await openPanel('/admin/jobs/monitor');
  const choose = async (role: 'menuitem' | 'menuitemcheckbox', name: string) => {
    await user.click(await screen.findByRole('button', { name: `More for ${run.jobName} #${run.id}` }));
    await user.click(await screen.findByRole(role, { name, hidden: true }));
  };
  await choose('menuitem', 'Priority up, to -1');
  expect(await screen.findByText(`${run.jobName} #${run.id} has priority -1`)).toBeVisible();
  expect(sent).toEqual([{ priority: -1 }]);
  await choose('menuitemcheckbox', 'Notify me when it ends');
  await waitFor(() => expect(watchedRuns()).toContain(run.id));
  setWatched(run.id, false);
});

test('ticked runs that are executed are force-failed together', async () => {
  const [running, other] = [aRun.running(), aRun.running()];
  world.active = [running, other, aRun.queued()];
  const preview = aBulkPreview({ total: 2 });
  const { sent, handlers } = serveBulk(preview, anOperation({ action: 'forceFail', total: 2, done: 2, batchId: null }));
  backend.use(...handlers);
  const { user } = await openPanel('/admin/jobs/monitor');
  await untilListTakesKeys();
  await user.keyboard('ja');
  await user.click(await screen.findByRole('button', { name: 'Force-fail…' }));
  const dialog = within(await screen.findByRole('dialog', { name: 'Force-fail the chosen runs' }));
  await user.click(await dialog.findByRole('button', { name: 'Force-fail 2 runs' }));
  expect(await screen.findByText('2 runs failed or requested to stop')).toBeVisible();
  expect(sent[0]).toMatchObject({ action: 'forceFail', ids: [running.id, other.id] });
});

test('ticked rows of all groups are given a priority, cancelled and, once ended, re-run together', async () => {
  const [waits, others, running] = [aRun.queued(), [mail(), mail()] as const, aRun.running({ jobName: 'trending' })];
  world.active = [running, waits, ...others];
  const changed = { action: 'reschedule', total: 3, done: 2, skipped: 1, batchId: null } as const;
  const problems = [{ reason: 'started or ended meanwhile', count: 1 }];
  const operation = anOperation({ ...changed, problems });
  const preview = aBulkPreview({ total: 2, cannot: [{ reason: 'have ended', count: 2 }] });
  const { sent, handlers } = serveBulk(preview, operation);
  backend.use(...handlers);
  const { user } = await openPanel('/admin/jobs/monitor?group=channel');
  await screen.findByRole('region', { name: 'mail' });
  // From the last row of the first group into the second one.
  await untilListTakesKeys();
  await user.keyboard('jjxj{Shift>}X{/Shift}');
  expect(await screen.findByText('2 chosen')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Select all 4 shown' }));
  expect(await screen.findByText('4 chosen')).toBeVisible();
  // Escape belongs to the dialog, and leaves the ticks.
  await user.click(screen.getByRole('button', { name: 'Priority…' }));
  await screen.findByRole('dialog', { name: 'Set priority of 3 runs' });
  await user.keyboard('{Escape}');
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  await user.click(screen.getByRole('button', { name: 'Priority…' }));
  const priority = within(await screen.findByRole('dialog', { name: 'Set priority of 3 runs' }));
  await user.clear(priority.getByLabelText('Priority'));
  await user.type(priority.getByLabelText('Priority'), '-5');
  await user.click(priority.getByRole('button', { name: 'Set priority of 3 runs' }));
  expect(await screen.findByText('2 runs changed; 1 skipped (started or ended meanwhile)')).toBeVisible();
  const queued = [waits, ...others].map(({ id }) => id);
  expect(sent).toEqual([{ action: 'reschedule', ids: queued, priority: -5 }, { token: preview.token }]);
  await waitFor(() => expect(screen.queryByText('4 chosen')).toBeNull());

  sent.length = 0;
  await user.click(screen.getByRole('checkbox', { name: `Tick ${waits.jobName} #${waits.id}` }));
  await user.keyboard('a');
  expect(await screen.findByText('4 chosen')).toBeVisible();
  live.send('server.admin.job_completed', {
    jobRunId: running.id,
    run: { ...running, ...aRun.failed(), id: running.id },
  });
  expect(await screen.findByRole('button', { name: 'Re-run…' })).toBeVisible();
  Object.assign(operation, { action: 'cancel', total: 2, skipped: 0, problems: [] });
  await user.click(screen.getByRole('button', { name: 'Cancel…' }));
  const dialog = within(await screen.findByRole('dialog', { name: 'Cancel the chosen runs' }));
  expect(await dialog.findByText('Left alone: 2 have ended.')).toBeVisible();
  await user.click(dialog.getByRole('button', { name: 'Cancel 2 runs' }));
  const all = [running.id, ...queued];
  expect(await screen.findByText('2 runs cancelled or requested to stop')).toBeVisible();
  expect(sent).toEqual([
    {
      action: 'cancel',
      ids: expect.toSatisfy((ids: string[]) => ids.toSorted().join() === all.toSorted().join()),
    },
    { token: preview.token },
  ]);
  await waitFor(() => expect(screen.queryByText('4 chosen')).toBeNull());
});

test('n walks the list as it was filtered, also from a run that has ended', async () => {
  const [other, first, second] = [aRun.running(), mail(), mail()];
  world.active = [other, first, second];
  world.runs = [...world.active];
  const { user } = await openPanel('/admin/jobs/monitor?q=relay&group=channel');
  await waitFor(() => expect(names()).toEqual([first.id, second.id]));
  await untilListTakesKeys();
  await user.keyboard('j{Enter}');
  expect(await screen.findByText('1 of 2')).toBeVisible();
  const cancelled = aRun.cancelled({ id: first.id, jobName: first.jobName, rev: first.rev + 1 });
  world.active = [other, second];
  world.runs = [cancelled, second];
  live.send('server.admin.job_completed', { jobRunId: first.id, run: cancelled });
  expect(await screen.findByRole('button', { name: 'Re-run Job' })).toBeVisible();
  expect(await screen.findByText('1 of 2')).toBeVisible();
  await user.keyboard('n');
  expect(await screen.findByRole('heading', { name: `${second.jobName} #${second.id}`, level: 1 })).toBeVisible();
  expect(await screen.findByText('1 of 1')).toBeVisible();
});

test('shows that a run takes longer than 95 % of its job did', async () => {
  world.active = [aRun.running({ startedAt: ago(90) }), aRun.running({ jobName: 'trending', startedAt: ago(90) })];
  backend.use(
    http.get('/api/admin/jobs/definitions/usual', () =>
      HttpResponse.json({
        jobs: [
          { jobName: 'match-scores', p50: 40_000, p95: 80_000, runs: 20 },
          { jobName: 'trending', p50: 40_000, p95: 100_000, runs: 20 },
        ],
      }),
    ),
  );
  await openPanel('/admin/jobs/monitor');
  expect(await screen.findByTitle(/^Longer than usual: of 20 earlier runs half took up to 40s/)).toBeVisible();
  expect(screen.getAllByText(/^usual/)).toHaveLength(1);
});
