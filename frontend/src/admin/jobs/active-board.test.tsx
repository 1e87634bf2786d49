import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import type { PropsWithChildren } from 'react';
import { VirtuosoMockContext } from 'react-virtuoso';
import { expect, test } from 'vitest';
import { setWatched, watchedRuns } from '../../components/notices/watched-runs';
import { ago, aRun } from '../../testing/a-run';
import { backend, live, world } from '../../testing/backend';
import { openPanel } from '../../testing/render-app';

const waitDetail = 'Channel mail is paused by ada@example.com: the relay is down';
const mail = () => aRun.queued({ channel: 'mail', waitReason: 'channelPaused', waitDetail });
const withHeights = ({ children }: PropsWithChildren) => (
  <VirtuosoMockContext.Provider value={{ viewportHeight: 760, itemHeight: 76 }}>
    {children}
  </VirtuosoMockContext.Provider>
);
const names = () => [...document.querySelectorAll('[data-run]')].map((row) => row.getAttribute('data-run'));

test('filters the list by text and says when nothing matches', async () => {
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

test('groups by channel, where a paused one says so once', async () => {
  world.active = [aRun.running(), mail(), mail()];
  await openPanel('/admin/jobs/monitor?group=channel');
  const group = await screen.findByRole('region', { name: 'mail' });
  expect(within(group).getByRole('heading', { name: 'mail' }).parentElement).toHaveTextContent(`mail2${waitDetail}`);
  expect(within(group).getAllByRole('listitem')).toHaveLength(2);
});

test('shows the queue beyond the live list when it is asked for', async () => {
  world.active = [aRun.queued()];
  const asked: string[] = [];
  const beyond = [aRun.queued({ jobName: 'trending' }), aRun.queued({ jobName: 'mailing' })];
  backend.use(
    http.get('/api/admin/jobs/queue', ({ request }) => {
      const { search } = new URL(request.url);
      asked.push(search);
      const isFirst = !search.includes('cursor');
      return HttpResponse.json({
        runs: [isFirst ? beyond[0] : beyond[1]],
        cursor: isFirst ? 'abc' : null,
        asOf: new Date().toISOString(),
      });
    }),
  );
  const { user } = await openPanel('/admin/jobs/monitor');
  await waitFor(() => expect(names()).toHaveLength(1));
  live.send('server.admin.jobs_counts', {
    counts: { running: 0, queued: 277 },
    serverTime: new Date().toISOString(),
  });
  expect(await screen.findByText('276 more wait')).toBeVisible();
  expect(asked).toEqual([]);
  await user.click(screen.getByRole('button', { name: 'Show them' }));
  const list = await screen.findByRole('list', { name: 'Queued runs beyond the live list' });
  expect(within(list).getByRole('link')).toHaveTextContent(`trending #${beyond[0]?.id}`);
  await user.click(screen.getByRole('button', { name: 'Show 50 more' }));
  await waitFor(() => expect(within(list).getAllByRole('link')).toHaveLength(2));
  expect(asked).toEqual(['?skip=200', '?cursor=abc']);
});

test('draws of a long list only what is in view, in one place for the Tab key', async () => {
  world.active = Array.from({ length: 5_000 }, () => aRun.queued());
  await openPanel('/admin/jobs/monitor', { wrapper: withHeights });
  await waitFor(() => expect(names().length).toBeGreaterThan(5));
  expect(names().length).toBeLessThan(60);
  expect(screen.getByRole('list', { name: 'Active and queued jobs' })).toBeVisible();
  const stops = () =>
    [...document.querySelectorAll<HTMLElement>('main :is(a, button, input)')].filter(({ tabIndex }) => tabIndex >= 0);
  await waitFor(() => expect(stops().length).toBeLessThan(40));
});

test('cancels a whole group, knowing which runs it touches', async () => {
  world.active = [aRun.running(), ...Array.from({ length: 3 }, mail)];
  const first = [mail(), mail()];
  const sent: unknown[] = [];
  backend.use(
    http.post('/api/admin/jobs/active/cancel/preview', async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json({
        cancelled: 24,
        asked: 1,
        byJob: [{ jobName: 'mailing', runs: 25 }],
        first,
        upTo: '99',
      });
    }),
    http.post('/api/admin/jobs/active/cancel', async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json({ cancelled: sent.length === 2 ? 20 : 3, asked: 0, hasMore: sent.length === 2 });
    }),
  );
  const { user } = await openPanel('/admin/jobs/monitor?group=channel');
  const group = await screen.findByRole('region', { name: 'mail' });
  await user.click(within(group).getByRole('button', { name: 'Cancel all in group…' }));
  const dialog = within(await screen.findByRole('dialog', { name: 'Cancel all in group' }));
  expect(await dialog.findByText(/24 runs that wait would be cancelled at once, and 1 run that runs/)).toBeVisible();
  expect(dialog.getByRole('list', { name: 'The first of them' })).toHaveTextContent(`#${first[0]?.id}`);
  const confirm = dialog.getByRole('button', { name: 'Cancel 25 runs' });
  await user.click(confirm);
  expect(sent).toHaveLength(1);
  await user.type(dialog.getByLabelText('Type 25 to confirm'), '25');
  await user.click(confirm);
  expect(
    await screen.findByText('23 runs cancelled, 0 runs asked to stop; 2 runs had gone on or ended meanwhile'),
  ).toBeVisible();
  expect(sent).toEqual([{ channel: 'mail' }, { channel: 'mail', upTo: '99' }, { channel: 'mail', upTo: '99' }]);
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
  await choose('menuitemcheckbox', 'Tell me when it ends');
  await waitFor(() => expect(watchedRuns()).toContain(run.id));
  setWatched(run.id, false);
});

test('says of a run that it takes longer than 95 % of its job did', async () => {
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
