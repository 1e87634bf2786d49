import type { RunnerCommand, RunnerDefaults, RunnerDetails, RunnerSetup } from '@job-manager/shared/contract/runners';
import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test, vi } from 'vitest';
import { ago } from '../../testing/a-run';
import { backend, live, operator, problem, world } from '../../testing/backend';
import { address, openPanel } from '../../testing/render-app';
// Compiled before the first test waits for it: on a busy machine that takes longer than a wait.
import './RunnersPage';

const aRunner = (part: Partial<RunnerDetails> = {}): RunnerDetails => ({
  ...{ id: '00000000-0000-4000-8000-000000000001', name: 'vm:29504', host: 'vm', pid: 29504 },
  ...{ kind: 'BUILT_IN', status: 'ACTIVE', version: '1.4.0', concurrency: 10, activeRuns: 4 },
  ...{ startedAt: ago(3_600), stoppedAt: null, lastHeartbeatAt: ago(12), lastClaimAt: null, lastProgressAt: null },
  ...{ loopLagMs: 2, labels: {}, canRestart: true, supervisor: 'server', channels: null, logLevel: null },
  ...{ runsByChannel: { default: 3, mail: 1 }, pulse: [8, 9, 18], cpuPercent: 41, rssBytes: 90_000_000 },
  ...{ endedRuns: 7, command: null },
  ...part,
});

const aCommand = (part: Partial<RunnerCommand> = {}): RunnerCommand => ({
  ...{ id: '1', runnerId: aRunner().id, runnerName: 'vm:29504', kind: 'DRAIN', change: null, groupId: 'g' },
  ...{ state: 'sent', reason: null, createdAt: ago(2), createdBy: 'ada', acceptedAt: null, doneAt: null },
  successorId: null,
  ...part,
});

let runners: RunnerDetails[];
let defaults: RunnerDefaults;
let setup: RunnerSetup;
const sent: unknown[] = [];
beforeEach(() => {
  runners = [aRunner()];
  sent.length = 0;
  defaults = { change: null, updatedBy: null, updatedAt: null };
  setup = {
    ...{ database: 'own', schema: 'public', isHosted: false, drainMs: 25_000 },
    here: { running: 1, max: 2, refusal: null },
  };
  backend.use(
    http.get('/api/admin/jobs/runners/setup', () => HttpResponse.json(setup)),
    http.post('/api/admin/jobs/runners/start-here', () => {
      setup = { ...setup, here: { running: 2, max: 2, refusal: 'This server runs 2 already.' } };
      return HttpResponse.json({ running: 2 });
    }),
    http.get('/api/admin/jobs/runners/cleanup', () => {
      const gone = runners.filter(({ status }) => status === 'LOST' || status === 'STOPPED');
      const rows = gone.map(({ id, name, status }) => ({
        runnerId: id,
        name,
        status,
        lastHeartbeatAt: ago(60),
        runs: 2,
      }));
      return HttpResponse.json({ runners: rows, runs: 2 * rows.length });
    }),
    http.post('/api/admin/jobs/runners/cleanup', async ({ request }) => {
      const { runnerIds } = (await request.json()) as { runnerIds: string[] };
      runners = runners.filter(({ id }) => !runnerIds.includes(id));
      return HttpResponse.json({ removed: runnerIds.length, recovered: 2, left: [] });
    }),
    http.get('/api/admin/jobs/runners/defaults', () => HttpResponse.json(defaults)),
    http.put('/api/admin/jobs/runners/defaults', async ({ request }) => {
      const { change } = (await request.json()) as Pick<RunnerDefaults, 'change'>;
      defaults = { change, updatedBy: 'ada', updatedAt: ago(1) };
      return HttpResponse.json(defaults);
    }),
    http.get('/api/admin/jobs/runners', () => HttpResponse.json({ runners, asOf: ago(0) })),
    http.get('/api/admin/jobs/runners/events', () =>
      HttpResponse.json({
        events: [
          {
            ...{ id: '1', at: ago(60), runnerId: aRunner().id, runnerName: 'vm:29504', kind: 'loop-blocked' },
            ...{ severity: 'warning', message: 'Its event loop was blocked for 1.5 s', actor: null },
          },
        ],
      }),
    ),
    http.get('/api/admin/jobs/runners/beats', () =>
      HttpResponse.json({
        ...{ from: ago(86_400), to: ago(0), stepMs: 360_000 },
        beats: [720, 360].map((at) => ({
          ...{
            at: ago(at),
            latencyMs: 5,
            loopLagMs: 2,
            activeRuns: 4,
            slots: 10,
            cpuPercent: 41,
            rssBytes: 90_000_000,
          },
        })),
      }),
    ),
    http.get('/api/admin/jobs/runners/:id/runs', () => HttpResponse.json({ runs: [], searchedBackTo: null })),
    http.get('/api/admin/jobs/runners/:id/log', ({ request }) => {
      const isFollowed = new URL(request.url).searchParams.get('follow') === 'true';
      const common = { at: ago(5), data: { runId: '7' } };
      const lines = [{ ...common, id: '1', level: 'warn', message: 'Run #7 was taken away' }];
      if (isFollowed) lines.push({ ...common, id: '2', level: 'info', message: 'Run #8 started' });
      return HttpResponse.json({ lines, asOf: ago(0) });
    }),
    http.get('/api/admin/jobs/runners/:id', ({ params }) => {
      const runner = runners.find(({ id }) => id === params.id);
      return runner ? HttpResponse.json({ runner, asOf: ago(0) }) : problem(404);
    }),
    http.post('/api/admin/jobs/runners/commands/preview', async ({ request }) => {
      const { runnerIds } = (await request.json()) as { runnerIds: string[] };
      const touched = runners.filter(({ id }) => runnerIds.includes(id));
      return HttpResponse.json({
        runners: touched.map(({ id, name, activeRuns }) => ({ runnerId: id, name, activeRuns, changes: [] })),
        refused: [],
        runs: touched.reduce((sum, { activeRuns }) => sum + activeRuns, 0),
        drainMs: 25_000,
      });
    }),
    http.post('/api/admin/jobs/runners/commands', async ({ request }) => {
      const order = (await request.json()) as { runnerIds: string[] };
      sent.push(order);
      return HttpResponse.json({ groupId: 'g', sent: order.runnerIds.length, refused: [], commands: [] });
    }),
  );
});

const card = (name = 'vm:29504') => screen.findByRole('listitem', { name });

test('a card has what its runner does, and what becomes of the last command', async () => {
  runners = [aRunner({ command: aCommand({ state: 'accepted' }), labels: { region: 'eu-west' } })];
  await openPanel('/admin/jobs/runners');
  const shown = within(await card());
  expect(shown.getByText(/eu-west · Built in · v1\.4\.0 · up/)).toBeVisible();
  expect(shown.getByText('4 of 10 slots · lag 2ms · CPU 41 %')).toBeVisible();
  const byChannel = within(shown.getByRole('list', { name: 'Runs by channel' })).getAllByRole('listitem');
  expect(byChannel.map(({ textContent }) => textContent)).toEqual(['default 3', 'mail 1']);
  expect(await card()).toHaveTextContent(/Drain requested .* → accepted/);
  expect(screen.getByRole('combobox', { name: 'Region' })).toBeVisible();
  expect(await screen.findByText('Its event loop was blocked for 1.5 s')).toBeVisible();
});

test('a runner is drained after a preview of what that touches', async () => {
  const { user } = await openPanel('/admin/jobs/runners');
  await user.click(await screen.findByRole('button', { name: 'Drain vm:29504' }));
  const dialog = within(await screen.findByRole('dialog'));
  expect(await dialog.findByText(/4 runs are executed there now/)).toBeVisible();
  await user.click(dialog.getByRole('button', { name: 'Drain' }));
  await waitFor(() => expect(sent).toEqual([{ kind: 'DRAIN', runnerIds: [aRunner().id] }]));
  expect(await screen.findByText('Drain was sent to the runner.')).toBeVisible();
});

test('several are restarted one after the other', async () => {
  const second = { id: '00000000-0000-4000-8000-000000000002', name: 'eu-2:812', pid: 812 };
  runners = [aRunner(), aRunner(second)];
  const { user } = await openPanel('/admin/jobs/runners');
  await user.click(await screen.findByRole('checkbox', { name: 'Choose all' }));
  await user.click(screen.getByRole('button', { name: 'Restart 2…' }));
  const dialog = within(await screen.findByRole('dialog'));
  await user.click(await dialog.findByRole('button', { name: 'Restart 2' }));
  const both = { kind: 'RESTART', runnerIds: [aRunner().id, second.id], rolling: true };
  await waitFor(() => expect(sent).toEqual([both]));
});

test('slots are set, and what cannot be set is shown', async () => {
  const { user } = await openPanel('/admin/jobs/runners');
  await user.click(await screen.findByRole('button', { name: 'More for vm:29504' }));
  await user.click(await screen.findByRole('menuitem', { name: /Set slots/ }));
  const dialog = within(await screen.findByRole('dialog'));
  const slots = await dialog.findByRole('textbox', { name: 'Runs at once' });
  await user.type(slots, '0');
  await waitFor(() => expect(slots).toBeInvalid());
  await user.clear(slots);
  await user.type(slots, '3');
  await user.click(dialog.getByRole('button', { name: 'Set' }));
  const order = { kind: 'SET', runnerIds: [aRunner().id], change: { concurrency: 3 } };
  await waitFor(() => expect(sent).toEqual([order]));
});

test('a config is broadcast to a region, or to all and those that start later', async () => {
  world.user = { ...operator, role: 'SUPER_ADMIN' };
  const far = { id: '00000000-0000-4000-8000-000000000002', name: 'eu-2:812', pid: 812, labels: { region: 'eu' } };
  runners = [aRunner(), aRunner(far)];
  const { user } = await openPanel('/admin/jobs/runners');
  await user.click(await screen.findByRole('button', { name: 'Broadcast config…' }));
  const dialog = within(await screen.findByRole('dialog'));
  await user.type(await dialog.findByRole('textbox', { name: 'Runs at once' }), '3');
  await user.click(dialog.getByRole('checkbox', { name: 'Also for runners that start later' }));
  expect(dialog.getByText(/Runners that start later: 3 slots/)).toBeVisible();
  await user.click(dialog.getByRole('button', { name: 'Set 2 runners' }));
  const change = { concurrency: 3 };
  await waitFor(() => expect(sent).toEqual([{ kind: 'SET', runnerIds: [aRunner().id, far.id], change }]));
  const line = within(await screen.findByRole('region', { name: 'Default of runners' }));
  expect(line.getByText(/3 slots.*vm:29504, eu-2:812 are set otherwise/)).toBeVisible();
  expect(within(await card()).getByText(/Slots 10, not 3/)).toBeVisible();

  await user.click(screen.getByRole('button', { name: 'Broadcast config…' }));
  const again = within(await screen.findByRole('dialog'));
  await user.selectOptions(await again.findByRole('combobox', { name: 'To' }), 'region=eu');
  expect(again.queryByRole('checkbox')).toBeNull();
  await user.selectOptions(again.getByRole('combobox', { name: 'Claiming' }), 'paused');
  await user.click(again.getByRole('button', { name: 'Set 1 runner' }));
  const paused = { kind: 'SET', runnerIds: [far.id], change: { isPaused: true } };
  await waitFor(() => expect(sent).toContainEqual(paused));
});

test('a runner is added by the command for its place, and named once it has come', async () => {
  const { user } = await openPanel('/admin/jobs/runners');
  await user.click(await screen.findByRole('button', { name: 'Add runner…' }));
  const dialog = within(await screen.findByRole('dialog'));
  const command = await dialog.findByRole('region', { name: 'Command' });
  expect(command).toHaveTextContent('DATABASE_URL="$DATABASE_URL" pnpm worker:jobs');
  await user.type(dialog.getByRole('textbox', { name: 'Labels' }), 'region=eu');
  await user.selectOptions(dialog.getByRole('combobox', { name: 'Where' }), 'Kubernetes');
  expect(command).toHaveTextContent(/terminationGracePeriodSeconds: 40.*JOBS_RUNNER_LABELS value: "region=eu"/);
  await user.selectOptions(dialog.getByRole('combobox', { name: 'Where' }), 'This server');
  await user.click(dialog.getByRole('button', { name: 'Start one here' }));
  expect(await dialog.findByText('This server runs 2 already.')).toBeVisible();
  expect(dialog.getByText(/Listening for a new runner/)).toBeVisible();
  await waitFor(() => expect(world.received).toContainEqual({ type: 'client.admin.follow', topic: 'runners' }));
  const runner = aRunner({ id: '00000000-0000-4000-8000-000000000003', name: 'eu-3:991', startedAt: ago(-8) });
  live.send('server.admin.runner_changed', { runner });
  expect(await dialog.findByText(/joined after/)).toHaveTextContent(/✓ eu-3:991 joined after/);
});

test('runners that are gone are removed, and where none is alive the page shows how to start one', async () => {
  runners = [aRunner({ status: 'LOST' })];
  const { user } = await openPanel('/admin/jobs/runners');
  expect(await screen.findByText('No runner is alive: runs wait')).toBeVisible();
  expect(await screen.findByRole('region', { name: 'Command' })).toHaveTextContent('pnpm worker:jobs');
  await user.click(screen.getByRole('button', { name: 'Clean up (1)…' }));
  const dialog = within(await screen.findByRole('dialog'));
  expect(await dialog.findByText(/vm:29504: lost.*2 runs/)).toBeVisible();
  await user.click(dialog.getByRole('button', { name: 'Remove 1 runner' }));
  expect(await screen.findByText('1 runner removed. 2 runs recovered.')).toBeVisible();
  await waitFor(() => expect(screen.queryByRole('listitem', { name: 'vm:29504' })).toBeNull());
});

test('a card follows the socket: a lost runner is shown as lost without a reload', async () => {
  await openPanel('/admin/jobs/runners');
  expect(within(await card()).getByText('Active')).toBeVisible();
  expect(within(await card()).queryByRole('img')).toBeNull();
  await waitFor(() => expect(world.received).toContainEqual({ type: 'client.admin.follow', topic: 'runners' }));
  live.send('server.admin.runner_changed', { runner: aRunner({ status: 'LOST' }) });
  expect(await screen.findByText('Lost')).toBeVisible();
  // The cross at the end of its pulse.
  expect(within(await card()).getByRole('img', { name: 'Its heartbeats have ended' })).toBeVisible();
  expect(await screen.findByText('No runner is alive: runs wait')).toBeVisible();
});

test('without the permission no command is offered', async () => {
  world.user = { ...operator, role: 'USER' };
  await openPanel('/admin/jobs/runners');
  expect(screen.queryByRole('button', { name: /^(Drain|Restart|Broadcast|Add|Clean)/ })).toBeNull();
});

test('a runner has a page with its figures over time', async () => {
  const { user } = await openPanel(`/admin/jobs/runners/${aRunner().id}`);
  expect(await screen.findByRole('heading', { level: 1, name: 'vm:29504' })).toBeVisible();
  expect(await screen.findByText('41 % of one core')).toBeVisible();
  await user.click(await screen.findByRole('button', { name: 'Heartbeat latency as table' }));
  const [, newest] = within(screen.getByRole('table', { name: 'Heartbeat latency' })).getAllByRole('row');
  const href = within(newest as HTMLElement)
    .getByRole('link')
    .getAttribute('href');
  expect(href).toMatch(/^\/admin\/jobs\/history\?from=[^&]+Z&to=[^&]+Z&runner=vm:29504$/);
});

test('a runner that could not be read is not shown as missing', async () => {
  let isDown = true;
  backend.use(
    http.get('/api/admin/jobs/runners/:id', () =>
      isDown ? problem(503, { detail: 'The database is away' }) : undefined,
    ),
  );
  const { user } = await openPanel(`/admin/jobs/runners/${aRunner().id}`);
  expect(await screen.findByText('The runner could not be loaded')).toBeVisible();
  expect(screen.queryByText('There is no such runner')).toBeNull();
  isDown = false;
  await user.click(screen.getByRole('button', { name: 'Retry' }));
  expect(await screen.findByText('41 % of one core')).toBeVisible();
});

test('a runner’s log has its warnings, and everything while it is followed', async () => {
  const { user } = await openPanel(`/admin/jobs/runners/${aRunner().id}?tab=log`);
  expect(await screen.findByText('Run #7 was taken away')).toBeVisible();
  expect(screen.queryByText('Run #8 started')).toBeNull();
  await user.click(screen.getByRole('switch', { name: 'Follow' }));
  expect(await screen.findByText('Run #8 started')).toBeVisible();
  await user.type(screen.getByRole('textbox', { name: 'Search the log' }), '#8');
  await waitFor(() => expect(screen.queryByText('Run #7 was taken away')).toBeNull());
});

test('keys lead to the marked runner’s log and drain it, and its menu opens what it does now', async () => {
  const { user } = await openPanel('/admin/jobs/runners');
  await card();
  await user.keyboard('jD');
  expect(await screen.findByRole('dialog', { name: /Drain vm:29504/ })).toBeVisible();
  await user.keyboard('{Escape}');
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  await user.click(screen.getByRole('button', { name: 'More for vm:29504' }));
  await user.click(await screen.findByRole('menuitem', { name: 'Current runs and facts' }));
  expect(within(await screen.findByRole('dialog', { name: 'vm:29504' })).getByText('Executes now')).toBeVisible();
  await user.keyboard('{Escape}');
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  (await card()).querySelector('a')?.focus();
  await user.keyboard('l');
  expect(await screen.findByRole('heading', { level: 1, name: 'vm:29504' })).toBeVisible();
  expect(address()).toBe(`/admin/jobs/runners/${aRunner().id}?tab=log`);
});

test('a runner whose row was removed has its events still', async () => {
  const { user } = await openPanel('/admin/jobs/runners/00000000-0000-4000-8000-00000000dead');
  expect(await screen.findByText('There is no such runner')).toBeVisible();
  await user.click(screen.getByRole('link', { name: 'Events' }));
  expect(await screen.findByText('Its event loop was blocked for 1.5 s')).toBeVisible();
});

test('on a phone a card has one button, with all that can be done', async () => {
  const narrow = vi.spyOn(window, 'matchMedia').mockImplementation(
    (media) =>
      Object.assign(new EventTarget(), {
        ...{ matches: media === '(max-width: 47.99em)', media, onchange: null },
      }) as never,
  );
  const { user } = await openPanel('/admin/jobs/runners');
  await card();
  expect(screen.queryByRole('button', { name: 'Drain vm:29504' })).toBeNull();
  await user.click(screen.getByRole('button', { name: 'Manage vm:29504' }));
  expect(await screen.findByRole('menuitem', { name: 'Log' })).toBeVisible();
  await user.click(screen.getByRole('menuitem', { name: 'Drain…' }));
  expect(await screen.findByRole('dialog', { name: /Drain vm:29504/ })).toBeVisible();
  narrow.mockRestore();
});
