import { act, screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test, vi } from 'vitest';
import { formatMoment } from '../../lib/date-time';
import { ago, aRun } from '../../testing/a-run';
import { backend, live, problem, world } from '../../testing/backend';
import { openPanel } from '../../testing/render-app';
import { stopClock } from '../../testing/stop-clock';

const soon = (seconds: number) => ago(-seconds);
const list = () => within(document.querySelector<HTMLElement>('.active-jobs') as HTMLElement);
const row = async (id: string) => (await list().findByText(`#${id}`)).closest('li') as HTMLElement;

test('shows for queued runs what each waits for', async () => {
  stopClock();
  const runAt = soon(185);
  const [later, again, blocked, plain] = [
    aRun.queued({ runAt, channel: 'mail', priority: -5 }),
    aRun.queued({ runAt: soon(125), attempt: 1, claimNo: 1, error: 'No disk left' }),
    aRun.queued({ isBlocked: true }),
    aRun.queued(),
  ];
  world.active = [later, again, blocked, plain];
  await openPanel('/admin/jobs');
  expect(await row(later.id)).toHaveTextContent(`Starts at ${formatMoment(runAt, Date.now())} (in 3m)`);
  expect(await row(later.id)).toHaveTextContent('Channel: mail');
  expect(await row(later.id)).toHaveTextContent('Priority: -5');
  expect(await row(again.id)).toHaveTextContent('Attempt 2 of 3 in 2m — last error: No disk left');
  expect(await row(blocked.id)).toHaveTextContent('Waits for other runs');
  expect(await row(plain.id)).toHaveTextContent('Waiting to start…');
  expect(await row(plain.id)).not.toHaveTextContent(/Channel|Priority/);
});

test('a run of a paused channel shows who paused it and why', async () => {
  const waitDetail = 'Paused by ada@example.com: the relay is down';
  const run = aRun.queued({ channel: 'mail', waitReason: 'channelPaused', waitDetail, waitSince: ago(390) });
  world.active = [run];
  await openPanel('/admin/jobs');
  expect(await screen.findByText(waitDetail)).toBeVisible();
  expect(await row(run.id)).toHaveTextContent(`${waitDetail} (6m ago)`);
  expect(screen.queryByText('Waiting to start…')).toBeNull();
});

test('times tick down to the start', async () => {
  const began = stopClock();
  const run = aRun.queued({ runAt: soon(65) });
  world.active = [run];
  await openPanel('/admin/jobs');
  expect(await row(run.id)).toHaveTextContent('(in 1m)');
  vi.setSystemTime(began + 35_000);
  await waitFor(async () => expect(await row(run.id)).toHaveTextContent('(in 30s)'));
  vi.setSystemTime(began + 66_000);
  await waitFor(async () => expect(await row(run.id)).toHaveTextContent('Waiting to start…'));
  expect(within(await row(run.id)).queryByRole('button', { name: /^Run now/ })).toBeNull();
});

test('what waits for others stands last, however urgent', async () => {
  const blocked = aRun.queued({ isBlocked: true, priority: -100 });
  const plain = aRun.queued();
  world.active = [blocked, plain];
  await openPanel('/admin/jobs');
  await row(plain.id);
  expect(
    list()
      .getAllByRole('listitem')
      .map(({ dataset }) => dataset.run),
  ).toEqual([plain.id, blocked.id]);
  act(() => live.publish({ ...blocked, isBlocked: false, rev: 2 }));
  await waitFor(() =>
    expect(
      list()
        .getAllByRole('listitem')
        .map(({ dataset }) => dataset.run),
    ).toEqual([blocked.id, plain.id]),
  );
});

function acceptReschedules(answer: (id: string) => Response): unknown[] {
  const requests: unknown[] = [];
  backend.use(
    http.post('/api/admin/jobs/:id/reschedule', async ({ request, params }) => {
      requests.push(await request.json());
      return answer(String(params.id)) as never;
    }),
  );
  return requests;
}

test('a run that waits for its next attempt is retried now', async () => {
  const run = aRun.queued({ runAt: soon(600), attempt: 1, claimNo: 1, error: 'No disk left' });
  world.active = [run];
  const requests = acceptReschedules(() => HttpResponse.json({ run: { ...run, runAt: ago(0) } }));
  const { user } = await openPanel('/admin/jobs');
  await user.click(within(await row(run.id)).getByRole('button', { name: `Retry now match-scores #${run.id}` }));
  expect(await screen.findByText(`match-scores #${run.id} is due now`)).toBeVisible();
  expect(requests).toEqual([{}]);
});

test('shows why a run could not be made due', async () => {
  const run = aRun.queued({ runAt: soon(600) });
  world.active = [run];
  acceptReschedules(() => problem(409, { detail: 'Run #1 is RUNNING.', retryable: false }));
  const { user } = await openPanel('/admin/jobs');
  await user.click(within(await row(run.id)).getByRole('button', { name: /^Run now/ }));
  expect(await screen.findByText(`match-scores #${run.id} could not be given another time`)).toBeVisible();
  expect(screen.getByText('Run #1 is RUNNING.')).toBeVisible();
});

test('history shows how many attempts it took', async () => {
  const [once, often] = [aRun.success({ attempt: 1 }), aRun.failed({ attempt: 3 })];
  world.history = [once, often];
  await openPanel('/admin/jobs/history');
  const rowOf = async (id: string) => (await screen.findByText(`#${id}`)).closest('tr') as HTMLElement;
  expect(await rowOf(often.id)).toHaveTextContent('3 attempts');
  expect(await rowOf(once.id)).not.toHaveTextContent('attempt');
});
