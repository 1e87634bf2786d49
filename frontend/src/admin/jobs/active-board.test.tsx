import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import type { PropsWithChildren } from 'react';
import { VirtuosoMockContext } from 'react-virtuoso';
import { expect, test } from 'vitest';
import { aRun } from '../../testing/a-run';
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

test('draws of a long list only what is in view', async () => {
  world.active = Array.from({ length: 300 }, () => aRun.queued());
  await openPanel('/admin/jobs/monitor', { wrapper: withHeights });
  await waitFor(() => expect(names().length).toBeGreaterThan(5));
  expect(names().length).toBeLessThan(60);
  expect(screen.getByRole('list', { name: 'Active and queued jobs' })).toBeVisible();
});
