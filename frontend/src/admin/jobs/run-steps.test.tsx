import { act, screen, within } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { ago, anAttempt, aRun, aStep } from '../../testing/a-run';
import { live, world } from '../../testing/backend';
import { openPanel } from '../../testing/render-app';

const steps = async () => within(await screen.findByRole('region', { name: 'Steps' }));
const bar = async (label: string) => (await steps()).getByRole('progressbar', { name: `Progress of ${label}` });

const load = aStep({ id: 'load', label: 'Load users', state: 'done', progress: 1, tookMs: 12_000 });
const score = aStep({ id: 'score', label: 'Score pairs', state: 'running', progress: 0.424, message: 'Batch 9 of 20' });
const write = aStep({ id: 'write', label: 'Write scores' });

test('shows each step with its state, its bar, and how long it took', async () => {
  const run = aRun.running({ steps: [load, score, write] });
  world.active = [run];
  await openPanel(`/admin/jobs/${run.id}`);
  const view = await steps();
  for (const text of ['1 of 3 done', 'Done', '12s', '42%', 'Batch 9 of 20', 'Waiting'])
    expect(view.getByText(text)).toBeVisible();
  expect(await bar('Score pairs')).toHaveAttribute('aria-valuenow', '42');
  expect(await bar('Write scores')).toHaveAttribute('aria-valuenow', '0');
});

test('moves with the run', async () => {
  const run = aRun.running({ steps: [load, score, write] });
  world.active = [run];
  await openPanel(`/admin/jobs/${run.id}`);
  await steps();
  await vi.waitFor(() => expect(world.received.at(-1)).toMatchObject({ type: 'client.admin.follow_run' }));
  const done = { ...score, state: 'done' as const, progress: 1 };
  act(() => live.steps(run, [load, done, { ...write, state: 'running', progress: 0.1 }]));
  expect(await screen.findByText('2 of 3 done')).toBeVisible();
  expect(await bar('Write scores')).toHaveAttribute('aria-valuenow', '10');
});

test('steps planned while the run goes on appear', async () => {
  const run = aRun.running({ steps: null });
  world.active = [run];
  await openPanel(`/admin/jobs/${run.id}`);
  await vi.waitFor(() => expect(world.received.at(-1)).toMatchObject({ type: 'client.admin.follow_run' }));
  expect(screen.queryByRole('region', { name: 'Steps' })).toBeNull();
  act(() => live.steps(run, [load]));
  expect((await steps()).getByText('Load users')).toBeVisible();
});

test('of many nested steps, those that matter are open', async () => {
  const parts = (id: string, count: number) =>
    Array.from({ length: count }, (_, n) => aStep({ id: `${id}${n}`, label: `${id} ${n}` }));
  const run = aRun.failed({
    steps: [
      aStep({ id: 'a', label: 'First', state: 'done', progress: 1, steps: parts('first', 15) }),
      aStep({ id: 'b', label: 'Second', state: 'failed', progress: 0.3, steps: parts('second', 15) }),
    ],
  });
  world.runs = [run];
  const { user } = await openPanel(`/admin/jobs/${run.id}`);
  const view = await steps();
  expect(view.getByText('0 of 30 done')).toBeVisible();
  expect(view.getByText('second 14')).toBeVisible();
  expect(view.queryByText('first 0')).toBeNull();
  await user.click(view.getByRole('button', { name: 'First' }));
  expect(view.getByText('first 0')).toBeVisible();
});

test('shows the attempts one by one, the last that failed opened', async () => {
  const run = aRun.success({
    attempt: 3,
    attempts: [
      anAttempt({ outcome: 'LOST', error: 'Its runner went silent' }),
      anAttempt({ claimNo: 2, attempt: 2, outcome: 'RELEASED', durationMs: 4_000 }),
      anAttempt({
        claimNo: 3,
        attempt: 2,
        outcome: 'FAILED',
        error: 'Refused',
        errorStack: 'Error: Refused\n at net.ts:1',
      }),
      anAttempt({ claimNo: 4, attempt: 3, outcome: 'SNOOZED', error: null }),
      anAttempt({ claimNo: 5, attempt: 3, runnerName: 'vm:9' }),
    ],
  });
  world.runs = [run];
  const { user } = await openPanel(`/admin/jobs/${run.id}?tab=attempts`);
  const attempts = within(await screen.findByRole('list', { name: 'Attempts' }));
  const names = attempts.getAllByText(/^Attempt \d$/).map((name) => name.textContent);
  expect(names).toEqual(['Attempt 1', 'Attempt 2', 'Attempt 2', 'Attempt 3', 'Attempt 3']);
  for (const outcome of ['Lost', 'Released', 'Failed', 'Snoozed', 'Success'])
    expect(attempts.getByText(outcome)).toBeVisible();
  const failed = within(attempts.getByRole('region', { name: 'Error of Attempt 2' }));
  expect(failed.getByText('Refused')).toBeVisible();
  await user.click(failed.getByText('Stack trace'));
  expect(failed.getByText(/net\.ts:1/)).toBeVisible();
  expect(attempts.getByText('vm:9')).not.toBeVisible();
  await user.click(attempts.getAllByText('Attempt 3')[1] as HTMLElement);
  expect(attempts.getByText('vm:9')).toBeVisible();
});

test('shows that a queued run has no attempts yet', async () => {
  const run = aRun.queued();
  world.active = [run];
  await openPanel(`/admin/jobs/${run.id}?tab=attempts`);
  expect(await screen.findByText('The run has not started yet.')).toBeVisible();
});

test('the next attempt brings the one before', async () => {
  const run = aRun.running({ attempts: [anAttempt({ outcome: 'RUNNING', endedAt: null, durationMs: null })] });
  world.active = [run];
  await openPanel(`/admin/jobs/${run.id}?tab=attempts`);
  await screen.findByText('Running');
  const lost = anAttempt({ outcome: 'LOST', error: 'Its runner went silent' });
  const again = aRun.running({
    id: run.id,
    rev: 5,
    claimNo: 2,
    attempt: 2,
    attempts: [lost, anAttempt({ claimNo: 2, attempt: 2 })],
  });
  world.active = [again];
  act(() => live.publish(again));
  expect(await screen.findByText('Lost')).toBeVisible();
});

test('names the limits of a run of an external program', async () => {
  const run = aRun.running({ inactivityTimeoutMs: 600_000, startedAt: ago(9) });
  world.active = [run];
  const { user } = await openPanel(`/admin/jobs/${run.id}`);
  await user.click(await screen.findByText('channel default, 30m timeout'));
  for (const text of ['failed after 10m of silence', '30m']) expect(screen.getByText(text)).toBeVisible();
});

test('a run of an external program can’t be run again from here', async () => {
  const run = aRun.failed({
    inactivityTimeoutMs: 600_000,
    attempts: [anAttempt({ runnerId: '0f9d7d0e-5d0c-4f0e-8f3b-8c5a4e0a2a11' })],
  });
  world.runs = [run];
  await openPanel(`/admin/jobs/${run.id}?tab=attempts`);
  expect(await screen.findByText('External program')).toBeVisible();
  expect(screen.getByRole('button', { name: 'Copy Run ID' })).toBeVisible();
  expect(screen.queryByRole('button', { name: 'Re-run Job' })).toBeNull();
});

test('warnings and errors are counted on the row of a run, and lead to its log', async () => {
  const [active, ended] = [aRun.running({ warningCount: 3 }), aRun.success({ errorCount: 1, warningCount: 1 })];
  world.active = [active, aRun.running()];
  world.history = [ended];
  await openPanel('/admin/jobs');
  const link = await screen.findByRole('link', { name: `3 warnings of match-scores #${active.id}` });
  expect(link).toHaveTextContent('3 warnings');
  expect(link).toHaveAttribute('href', `/admin/jobs/${active.id}?tab=log`);
  expect(await screen.findByRole('link', { name: `1 error and 1 warning of match-scores #${ended.id}` })).toBeVisible();
  expect(screen.getAllByRole('link', { name: /warning/ })).toHaveLength(2);
});
