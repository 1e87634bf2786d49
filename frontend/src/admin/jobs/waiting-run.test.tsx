import { act, screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test, vi } from 'vitest';
import { localInput } from '../../lib/local-time';
import { ago, anAttempt, aRun } from '../../testing/a-run';
import { backend, callsTo, live, world } from '../../testing/backend';
import { openPanel } from '../../testing/render-app';

const soon = (seconds: number) => ago(-seconds);
const inLine = { reason: 'inLine', message: '3 runs come before it in channel default.', until: null } as const;

function accept(call: 'reschedule' | 'cancel'): unknown[] {
  const requests: unknown[] = [];
  backend.use(
    http.post(`/api/admin/jobs/:id/${call}`, async ({ request, params }) => {
      requests.push(await request.json().catch(() => null));
      const run = world.runs.find(({ id }) => id === params.id);
      return HttpResponse.json({ run });
    }),
  );
  return requests;
}

test('shows why a queued run waits and until when, and resumes its channel', async () => {
  const until = soon(3_600);
  const run = aRun.queued({
    channel: 'mail',
    waiting: { reason: 'channelPaused', message: 'Channel mail was paused 5 min ago by ada@example.com.', until },
  });
  world.runs = [run];
  const paused = { at: ago(300), by: 'ada@example.com', reason: null, resumeAt: until };
  const resumed = vi.fn(() => HttpResponse.json({ name: 'mail', channel: { name: 'mail', paused: null } }));
  backend.use(
    http.get('/api/admin/jobs/channels', () => HttpResponse.json({ channels: [{ name: 'mail', paused }] })),
    http.post('/api/admin/jobs/channels/mail/resume', resumed),
  );
  const { user } = await openPanel(`/admin/jobs/${run.id}`);
  const why = within(await screen.findByRole('region', { name: 'Why it waits' }));
  expect(why.getByRole('heading', { name: 'Its channel is paused' })).toBeVisible();
  expect(why.getByText('Channel mail was paused 5 min ago by ada@example.com.')).toBeVisible();
  expect(why.getByText('(in 1h)')).toBeVisible();
  await user.click(await why.findByRole('button', { name: 'Resume mail' }));
  await waitFor(() => expect(resumed).toHaveBeenCalledOnce());
});

test('reads a queued run again when it changes, and no longer shows why it waits once it runs', async () => {
  const run = aRun.queued({ waiting: inLine });
  world.active = [run];
  world.runs = [run];
  await openPanel(`/admin/jobs/${run.id}`);
  await screen.findByText(inLine.message);
  world.runs = [{ ...run, rev: 2, waiting: { reason: 'scheduled', message: 'Snoozed.', until: soon(60) } }];
  act(() => live.publish({ ...run, rev: 2, runAt: soon(60) }));
  expect(await screen.findByText('Snoozed.')).toBeVisible();
  const running = aRun.running({ id: run.id, rev: 3 });
  world.runs = [running];
  act(() => live.publish(running));
  await waitFor(() => expect(screen.queryByRole('region', { name: 'Why it waits' })).toBeNull());
});

test('polls while it is queued: a reason changes without the run', async () => {
  const run = aRun.queued({ waiting: inLine });
  world.runs = [run];
  vi.useFakeTimers({ shouldAdvanceTime: true });
  try {
    await openPanel(`/admin/jobs/${run.id}`);
    await screen.findByText(inLine.message);
    world.runs = [{ ...run, waiting: { ...inLine, message: 'It is next in channel default.' } }];
    await act(() => vi.advanceTimersByTimeAsync(4_100));
    expect(await screen.findByText('It is next in channel default.')).toBeVisible();
    // Unattended for ten minutes, until the next press.
    await act(() => vi.advanceTimersByTimeAsync(10 * 60_000));
    const unattended = callsTo(`GET /api/admin/jobs/${run.id}`);
    await act(() => vi.advanceTimersByTimeAsync(20_000));
    expect(callsTo(`GET /api/admin/jobs/${run.id}`)).toBe(unattended);
    act(() => void document.dispatchEvent(new Event('keydown')));
    world.runs = [aRun.success({ id: run.id, rev: 9 })];
    await act(() => vi.advanceTimersByTimeAsync(4_100));
    await screen.findByText('Success');
    const calls = callsTo(`GET /api/admin/jobs/${run.id}`);
    await act(() => vi.advanceTimersByTimeAsync(20_000));
    expect(callsTo(`GET /api/admin/jobs/${run.id}`)).toBe(calls);
  } finally {
    vi.useRealTimers();
  }
});

test('shows its schedule, its key, its crashes and how it is repeated', async () => {
  const run = aRun.success({
    trigger: 'CRON',
    schedule: { id: 'x', name: 'nightly' },
    dueAt: ago(200),
    unique: { key: 'user-8', scope: 'running', until: null },
    crashes: 1,
    retryPolicy: { backoffMs: 1_000, factor: 3, maxBackoffMs: 5_000 },
    maxAttempts: 5,
    attempts: [anAttempt({ usage: { childPid: null, cpuMs: 80, peakMemoryBytes: 2_400_000_000, maxLoopLagMs: null } })],
  });
  world.runs = [run];
  const { user } = await openPanel(`/admin/jobs/${run.id}`);
  const facts = within(await screen.findByRole('region', { name: 'Further facts' }));
  for (const name of ['Limits', 'Keys', 'Schedule', 'Origin']) {
    expect(facts.getByText(name).closest('details')).not.toHaveAttribute('open');
    await user.click(facts.getByText(name));
  }
  for (const text of [
    'Cron',
    'user-8',
    'taken until the run has ended',
    'up to 5 attempts; pauses of up to 1s, then 3s, then 5s',
  ])
    expect(facts.getAllByText(text).at(-1)).toBeVisible();
  expect(facts.getByText('Crashes').parentElement).toHaveTextContent('1 of 3');
  expect(facts.getByText('CPU 80ms, memory 2.2 GB')).toBeVisible();
});

test('repeats as its job declares where the run sets nothing else', async () => {
  const run = aRun.success();
  world.runs = [run];
  const { user } = await openPanel(`/admin/jobs/${run.id}`);
  await user.click(await screen.findByText('Limits'));
  expect(await screen.findByText('up to 3 attempts; pauses of up to 10s, then 20s')).toBeVisible();
});

test('lists the runs it waits for, unfinished ones first, and those that wait for it', async () => {
  const before = Array.from({ length: 40 }, (_, nr) => ({
    jobRunId: String(100 + nr),
    jobName: 'load',
    status: nr === 39 ? ('RUNNING' as const) : ('SUCCESS' as const),
  }));
  const run = aRun.queued({
    isBlocked: true,
    waitsFor: 'succeeded',
    dependsOn: [...before, { jobRunId: '7', jobName: null, status: null }],
    dependents: [{ jobRunId: '900', jobName: 'report', status: 'QUEUED' }],
  });
  world.runs = [run];
  const { user } = await openPanel(`/admin/jobs/${run.id}`);
  const waits = within(await screen.findByRole('region', { name: 'Waits for' }));
  const [first] = waits.getAllByRole('listitem');
  expect(first).toHaveTextContent('load #139Running');
  expect(within(first as HTMLElement).getByRole('link')).toHaveAttribute('href', '/admin/jobs/139');
  await user.click(waits.getByText('35 more'));
  expect(waits.getByText('#7, removed since')).toBeVisible();
  const waiting = within(screen.getByRole('region', { name: 'Runs that wait for it' }));
  expect(waiting.getByRole('link', { name: 'report #900' })).toBeVisible();
});

test('shows how far its batch is', async () => {
  const run = aRun.success({ batchId: '3', batch: { id: '3', name: 'Nightly import', total: 40, ended: 10 } });
  world.runs = [run];
  await openPanel(`/admin/jobs/${run.id}`);
  const batch = within(await screen.findByRole('region', { name: 'Batch' }));
  expect(batch.getByText('10 of 40 runs have ended')).toBeVisible();
  expect(batch.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '25');
});

test('puts a queued run off until a time of the reader’s zone', async () => {
  const run = aRun.queued();
  world.runs = [run];
  const requests = accept('reschedule');
  const { user } = await openPanel(`/admin/jobs/${run.id}`);
  await user.click(await screen.findByRole('button', { name: 'Run later…' }));
  const dialog = within(await screen.findByRole('dialog', { name: `Run match-scores #${run.id} later` }));
  const field = dialog.getByLabelText<HTMLInputElement>('Not before');
  const at = new Date(Math.floor(Date.now() / 60_000) * 60_000 + 7_200_000);
  const write = async (text: string) => {
    await user.clear(field);
    if (text !== '') await user.type(field, text);
    await user.click(dialog.getByRole('button', { name: 'Run later' }));
  };
  await write('');
  expect(dialog.getByText('Choose a date and a time')).toBeVisible();
  await write('2020-01-01T10:00');
  expect(dialog.getByText('This time has passed')).toBeVisible();
  expect(requests).toEqual([]);
  await write(localInput(at.getTime()));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(requests).toEqual([{ runAt: at.toISOString() }]);
});

test('offers neither now nor later once a run is under way', async () => {
  const run = aRun.running();
  world.runs = [run];
  await openPanel(`/admin/jobs/${run.id}`);
  await screen.findByRole('button', { name: /^Cancel/ });
  expect(screen.queryByRole('button', { name: /Run later|Run now|Retry now/ })).toBeNull();
});

test.each([
  ['Cancel this run', null],
  ['Cancel all connected runs', { graph: true }],
])('offers how far to cancel a run that others wait for: %s', async (button, body) => {
  const run = aRun.queued({ dependents: [{ jobRunId: '900', jobName: 'report', status: 'QUEUED' }] });
  world.runs = [run];
  const requests = accept('cancel');
  const { user } = await openPanel(`/admin/jobs/${run.id}`);
  await user.click(await screen.findByRole('button', { name: /^Cancel match-scores/ }));
  const dialog = within(await screen.findByRole('dialog', { name: `Cancel match-scores #${run.id}` }));
  expect(dialog.getByText('1 run waits for it.')).toBeVisible();
  await user.click(dialog.getByRole('button', { name: button }));
  await waitFor(() => expect(requests).toHaveLength(1));
  expect(requests[0] ?? {}).toEqual(body ?? {});
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
});

test('shows what every attempt took, and when the next one starts', async () => {
  const run = aRun.queued({
    attempt: 2,
    claimNo: 2,
    runAt: soon(90),
    error: 'No disk left',
    attempts: [
      anAttempt({
        outcome: 'FAILED',
        error: 'No memory',
        usage: { childPid: 4711, cpuMs: 1_250, peakMemoryBytes: 123_400_000, maxLoopLagMs: 34 },
      }),
      anAttempt({
        claimNo: 2,
        attempt: 2,
        outcome: 'FAILED',
        error: 'No disk left',
        usage: { childPid: null, cpuMs: 80, peakMemoryBytes: 2_400_000_000, maxLoopLagMs: null },
      }),
    ],
  });
  world.runs = [run];
  const { user } = await openPanel(`/admin/jobs/${run.id}?tab=attempts`);
  const attempts = within(await screen.findByRole('list', { name: 'Attempts' }));
  const [first, second] = attempts.getAllByRole('listitem');
  for (const text of ['The runner’s', '80ms', '2.2 GB']) expect(second).toHaveTextContent(text);
  await user.click(within(first as HTMLElement).getByText('Attempt 1'));
  for (const text of ['Its own, PID 4711', 'CPU time1.2s', 'Peak memory117.7 MB', 'Longest loop lag34ms'])
    expect(first).toHaveTextContent(text);
  expect(screen.getByText(/^Attempt 3 of 3 begins at/)).toHaveTextContent(/\(in (1m|2m)\)/);
});
