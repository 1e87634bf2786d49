import { act, screen, waitFor, within } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { aDefinition, ago, aRun } from '../../testing/a-run';
import { callsTo, live, world } from '../../testing/backend';
import { address, openPanel } from '../../testing/render-app';

const list = () => within(document.querySelector<HTMLElement>('.active-jobs') as HTMLElement);
const rows = () => list().queryAllByRole('listitem');
const banner = (title: string) => list().getByText(title).closest('[role=status]');
const shownIds = () => rows().map((row) => row.dataset.run);

test('shows the snapshot: what runs with its progress, what waits', async () => {
  const running = aRun.running({ progressPercent: 67, progressMessage: 'Processing batch 3/5' });
  const queued = aRun.queued({ jobName: 'profile-search-index' });
  world.active = [running, queued];
  await openPanel('/admin/jobs');
  expect(await list().findByText(`#${running.id}`)).toBeVisible();
  const [first, second] = rows();
  expect(first).toHaveTextContent('Started: 3m ago');
  expect(first).toHaveTextContent('Progress: 67%');
  expect(first).toHaveTextContent('“Processing batch 3/5”');
  expect(within(first as HTMLElement).getByRole('progressbar')).toHaveAttribute('aria-valuenow', '67');
  expect(second).toHaveTextContent('Waiting to start…');
  expect(list().getByText('1 running · 1 queued')).toBeVisible();
  expect(list().getByText('(updates via WebSocket)')).toBeVisible();
  expect(screen.getByRole('status', { name: 'Real-time updates: Live' })).toBeVisible();
});

test('reads the active runs from the socket alone', async () => {
  world.active = [aRun.running()];
  await openPanel('/admin/jobs');
  await waitFor(() => expect(rows()).toHaveLength(1));
  expect(callsTo('GET /api/admin/jobs/active')).toBe(0);
});

test('offers to run a job when nothing is active', async () => {
  const { user } = await openPanel('/admin/jobs');
  await screen.findByText('No active jobs');
  await user.click(screen.getAllByRole('button', { name: 'Run New Job' })[0] as HTMLElement);
  expect(await screen.findByRole('dialog', { name: 'Run New Job' })).toBeVisible();
  expect(address()).toBe('/admin/jobs?new=');
});

test('follows a run from the queue to its end, then reads history and statistics again', async () => {
  await openPanel('/admin/jobs');
  await screen.findByText('No runs yet');
  const queued = aRun.queued();
  act(() => live.publish(queued));
  await list().findByText('Waiting to start…');
  const running = aRun.running({ id: queued.id, rev: 2 });
  act(() => live.publish(running));
  act(() => live.progress(running, 42, 'Scoring'));
  await list().findByText('Progress: 42%');
  const ended = aRun.success({ id: queued.id, rev: 3 });
  world.history = [ended];
  const statsCalls = callsTo('GET /api/admin/jobs/stats');
  act(() => live.publish(ended));
  await list().findByText('Success');
  await list().findByText('No active jobs');
  await screen.findByText('Showing 1–1 of 1');
  await waitFor(() => expect(callsTo('GET /api/admin/jobs/stats')).toBeGreaterThan(statsCalls));
});

test('a reconnect neither shows a run twice nor keeps a ghost', async () => {
  const [stays, ends, comes] = [aRun.running(), aRun.running(), aRun.running()];
  world.active = [stays, ends];
  await openPanel('/admin/jobs');
  await waitFor(() => expect(shownIds()).toEqual([stays.id, ends.id]));
  world.active = [stays, comes];
  act(() => live.close(1012));
  expect(await screen.findByText('Real-time updates paused')).toBeVisible();
  expect(list().queryByText('(updates via WebSocket)')).toBeNull();
  expect(screen.getByRole('status', { name: 'Real-time updates: Reconnecting…' })).toBeVisible();
  await waitFor(() => expect(shownIds()).toEqual([stays.id, comes.id]));
  act(() => live.publish({ ...stays, rev: 2 }));
  await waitFor(() => expect(screen.queryByText('Real-time updates paused')).toBeNull());
  expect(shownIds()).toEqual([stays.id, comes.id]);
});

test('requests a new snapshot when a message is missing', async () => {
  await openPanel('/admin/jobs');
  await screen.findByText('No active jobs');
  act(() => live.publish(aRun.running(), { skip: 1 }));
  await waitFor(() => expect(world.received).toEqual([{ type: 'client.admin.resync' }]));
});

test('shows that data may be stale after a minute without a message', async () => {
  world.active = [aRun.running()];
  await openPanel('/admin/jobs');
  await waitFor(() => expect(rows()).toHaveLength(1));
  world.active = null;
  act(() => live.close(1006));
  await screen.findByText('Real-time updates paused');
  expect(screen.queryByText(/Data may be stale/)).toBeNull();
  const now = Date.now();
  vi.spyOn(Date, 'now').mockImplementation(() => now + 61_000);
  expect(await screen.findByText(/Data may be stale.* Still trying to reconnect/)).toBeVisible();
  vi.spyOn(Date, 'now').mockImplementation(() => now + 301_000);
  expect(await screen.findByText(/more than 5 minutes\. Reload the page.*contact the operator/)).toBeVisible();
});

test('marks a run of another program as slow some time before its own timeout', async () => {
  const outside = { jobName: 'outside', timeoutMs: 600_000, inactivityTimeoutMs: 300_000 };
  const slow = aRun.running({ ...outside, startedAt: ago(500) });
  world.active = [slow, aRun.running({ ...outside, startedAt: ago(400) })];
  await openPanel('/admin/jobs');
  expect(await list().findByText('1 job is slow')).toBeVisible();
  expect(banner('1 job is slow')).toHaveTextContent(`longer than its 8 minutes: outside #${slow.id}`);
});

test('marks a run as slow by the threshold of its own job, and names it', async () => {
  world.definitions = [aDefinition({ slowAfterMs: 60_000 }), aDefinition({ name: 'trending' })];
  const slow = aRun.running({ startedAt: ago(120) });
  const fine = aRun.running({ startedAt: ago(120), jobName: 'trending' });
  world.active = [slow, fine];
  world.runs = [slow];
  const { user } = await openPanel('/admin/jobs');
  expect(await list().findByText('1 job is slow')).toBeVisible();
  expect(banner('1 job is slow')).toHaveTextContent(
    `Alive, but running longer than its 1 minute: match-scores #${slow.id}`,
  );
  expect(rows()[0]).toHaveTextContent('Slow');
  expect(rows()[1]).not.toHaveTextContent('Slow');
  expect(list().getByRole('button', { name: `Cancel #${slow.id}` })).toBeEnabled();
  await user.click(list().getByRole('button', { name: `Details of #${slow.id}` }));
  expect(await screen.findByRole('dialog', { name: /Job Run Details/ })).toBeVisible();
});

test('names the threshold of each of several slow runs', async () => {
  world.definitions = [aDefinition({ slowAfterMs: 60_000 }), aDefinition({ name: 'trending', slowAfterMs: 90_000 })];
  const runs = [aRun.running({ startedAt: ago(120) }), aRun.running({ startedAt: ago(120), jobName: 'trending' })];
  world.active = runs;
  await openPanel('/admin/jobs');
  await list().findByText('2 jobs are slow');
  expect(banner('2 jobs are slow')).toHaveTextContent(
    `match-scores #${runs[0]?.id} (longer than its 1 minute), trending #${runs[1]?.id} (longer than its 1 minute 30 seconds)`,
  );
});

test('marks a run without heartbeat as stalled, not as slow, and offers to clean up', async () => {
  const silent = aRun.running({ startedAt: ago(3_600), lastHeartbeatAt: ago(301) });
  const beating = aRun.running({ lastHeartbeatAt: ago(200) });
  world.active = [silent, beating];
  const { user } = await openPanel('/admin/jobs');
  expect(await list().findByText('1 job may be stalled')).toBeVisible();
  expect(banner('1 job may be stalled')).toHaveTextContent(
    `No heartbeat for more than 5 minutes: match-scores #${silent.id}`,
  );
  expect(list().queryByText(/is slow/)).toBeNull();
  expect(rows()[1]).not.toHaveTextContent('Stalled');
  await user.click(list().getByRole('button', { name: 'Clean Up Stalled' }));
  expect(await screen.findByRole('dialog', { name: 'Clean Up Stalled Jobs' })).toBeVisible();
});

test('takes the limit of silence from the server, and an external program’s from its run', async () => {
  world.stalledAfterMs = 120_000;
  const ours = aRun.running({ lastHeartbeatAt: ago(130) });
  const external = aRun.running({ jobName: 'import', inactivityTimeoutMs: 600_000, lastHeartbeatAt: ago(610) });
  const patient = aRun.running({ jobName: 'import', inactivityTimeoutMs: 600_000, lastHeartbeatAt: ago(500) });
  world.active = [ours, external, patient];
  await openPanel('/admin/jobs');
  await list().findByText('2 jobs may be stalled');
  expect(banner('2 jobs may be stalled')).toHaveTextContent(
    `No heartbeat for more than 2 minutes: match-scores #${ours.id}; for more than 10 minutes: import #${external.id}`,
  );
  expect(screen.getAllByTitle('No heartbeat for more than 10 minutes')).toHaveLength(1);
});

test('a run named in a banner leads to its details', async () => {
  const silent = aRun.running({ lastHeartbeatAt: ago(301) });
  world.active = [silent];
  const { user } = await openPanel('/admin/jobs');
  await user.click(await list().findByRole('button', { name: `match-scores #${silent.id}` }));
  await waitFor(() => expect(address()).toBe(`/admin/jobs?run=${silent.id}`));
});

test('keeps the times by the server’s clock', async () => {
  const skew = 3_600_000;
  world.active = null;
  await openPanel('/admin/jobs');
  await waitFor(() => expect(live.connections).toBe(1));
  const run = aRun.running({ startedAt: new Date(Date.now() + skew - 120_000).toISOString() });
  act(() =>
    live.send('server.admin.jobs_snapshot', {
      runs: [run],
      counts: { running: 1, queued: 0 },
      serverTime: new Date(Date.now() + skew).toISOString(),
    }),
  );
  expect(await list().findByText('2m ago')).toBeVisible();
});

test('announces many changes to a screen reader in one sentence', async () => {
  await openPanel('/admin/jobs');
  await screen.findByText('No active jobs');
  const runs = [aRun.running(), aRun.running(), aRun.running({ jobName: 'trending' })];
  act(() => {
    for (const run of runs) live.publish(run);
    live.publish(aRun.failed({ id: runs[2]?.id, jobName: 'trending', rev: 2 }));
  });
  const log = screen.getByRole('log', { name: 'Job status changes' });
  await waitFor(() => expect(log).toHaveTextContent('1 job failed: trending.'));
});

test('shows every failure, and leads to it', async () => {
  world.active = [aRun.running()];
  const { user } = await openPanel('/admin/jobs');
  await waitFor(() => expect(rows()).toHaveLength(1));
  const failed = aRun.failed({ id: world.active[0]?.id, rev: 2, triggeredBy: null });
  world.runs = [failed];
  act(() => live.publish(failed));
  expect(await screen.findByText(`match-scores #${failed.id} failed`)).toBeVisible();
  await user.click(within(await screen.findByRole('alert')).getByRole('button', { name: 'Details' }));
  const dialog = within(await screen.findByRole('dialog', { name: /Job Run Details/ }));
  expect(await dialog.findByText('Database timeout')).toBeVisible();
});

test('shows the first of hundreds of runs, and moves one of them without drawing the others again', async () => {
  world.active = Array.from({ length: 300 }, () => aRun.running());
  await openPanel('/admin/jobs');
  await waitFor(() => expect(rows()).toHaveLength(60));
  expect(list().getByText('300 running · 0 queued · the first 60 shown')).toBeVisible();
  const all = list().getByRole('link', { name: 'All 300 active runs' });
  expect(all).toHaveAttribute('href', '/admin/jobs/monitor');
  const [first, second] = rows();
  const changed: Node[] = [];
  const observer = new MutationObserver((records) => changed.push(...records.map(({ target }) => target)));
  observer.observe(document.querySelector('.active-jobs') as Node, {
    subtree: true,
    childList: true,
    attributes: true,
  });
  const [run] = world.active;
  if (run === undefined) throw new Error('There are 300');
  act(() => live.progress(run, 50, 'Half'));
  await within(first as HTMLElement).findByText('Progress: 50%');
  expect(changed.some((node) => first?.contains(node))).toBe(true);
  expect(changed.some((node) => second?.contains(node))).toBe(false);
  observer.disconnect();
  // More wait than the live list holds.
  const counts = { running: 300, queued: 1_440 };
  act(() => live.send('server.admin.jobs_counts', { counts, serverTime: new Date().toISOString() }));
  await waitFor(() => expect(all).toHaveAccessibleName('All 1,740 active runs'));
});
