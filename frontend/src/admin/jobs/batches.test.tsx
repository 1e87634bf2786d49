import type { JobRunBatch } from '@job-manager/shared/contract/batches';
import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import { ago, aRun } from '../../testing/a-run';
import { aBulkPreview, anOperation, serveBulk } from '../../testing/an-operation';
import { backend, operator, problem, world } from '../../testing/backend';
import { openPanel, untilListTakesKeys } from '../../testing/render-app';

const batch: JobRunBatch = {
  id: '7',
  name: 'Nightly mails',
  total: 60,
  counts: { queued: 20, running: 1, success: 30, failed: 4, cancelled: 0 },
  progressPercent: 65,
  callbackRunId: '99',
  createdAt: ago(600),
  createdBy: 'ada@example.com',
  finishedAt: null,
};
const serveBatches = (batches: JobRunBatch[]) =>
  backend.use(
    http.get('/api/admin/jobs/batches', () =>
      HttpResponse.json({ batches, total: batches.length, page: 1, pageSize: 50 }),
    ),
  );
const failed = aRun.failed();
const later = aRun.success();
const calls: string[] = [];
const serveBatch = () =>
  backend.use(
    http.get('/api/admin/jobs/batches/7', () => HttpResponse.json({ batch })),
    http.get('/api/admin/jobs/batches/7/runs', ({ request }) => {
      const isFailedOnly = request.url.includes('failedOnly=true');
      const runs = isFailedOnly ? [failed] : [later, failed];
      return HttpResponse.json({ runs, total: runs.length, page: 1, pageSize: 50 });
    }),
    http.get('/api/admin/jobs/batches/7/graph', () => HttpResponse.json(world.graph)),
    http.get('/api/admin/jobs/batches/7/cancel/preview', () =>
      HttpResponse.json({
        batchId: '7',
        cancelled: 20,
        requested: 1,
        byJob: [{ jobName: 'mail', runs: 21 }],
        first: [],
      }),
    ),
    http.post('/api/admin/jobs/batches/7/cancel', () => {
      calls.push('cancel');
      return HttpResponse.json({ batchId: '7', cancelled: 20, requested: 1, batch });
    }),
  );

test('lists batches with how far they are, and leads to each', async () => {
  serveBatches([batch]);
  await openPanel('/admin/jobs/batches');
  const row = (await screen.findByRole('link', { name: 'Nightly mails' })).closest('li') as HTMLElement;
  expect(row).toHaveTextContent('65 % of 60 · 30 succeeded · 4 failed · 1 running · 20 queued · 5 removed since');
  expect(row).toHaveTextContent('By ada@example.com');
  expect(within(row).getByRole('link', { name: '#99' })).toHaveAttribute('href', '/admin/jobs/99');
  expect(within(row).getByRole('link', { name: 'Nightly mails' })).toHaveAttribute('href', '/admin/jobs/batches/7');
});

test('batches are one place for the Tab key, and j, Enter and a click open them', async () => {
  serveBatches([batch, { ...batch, id: '8', name: 'Morning mails' }]);
  const { user } = await openPanel('/admin/jobs/batches');
  const second = await screen.findByRole('link', { name: 'Morning mails' });
  await untilListTakesKeys();
  expect(second).toHaveAttribute('tabindex', '-1');
  await user.keyboard('jj');
  expect(second).toHaveFocus();
  serveBatch();
  await user.click((await screen.findByRole('link', { name: 'Nightly mails' })).closest('li') as HTMLElement);
  expect(await screen.findByRole('heading', { name: 'Nightly mails', level: 1 })).toBeVisible();
});

test('runs of a batch are ticked, cancelled and re-run, and n walks them', async () => {
  serveBatch();
  world.runs = [failed, later];
  const { user } = await openPanel('/admin/jobs/batches/7');
  await screen.findByRole('table', { name: 'Runs of the batch' });
  await untilListTakesKeys();
  await user.keyboard('ja');
  const bar = within(await screen.findByRole('region', { name: 'Ticked runs' }));
  expect(bar.getByText('2 chosen')).toBeVisible();
  expect(bar.getByRole('button', { name: 'Cancel…' })).toBeVisible();
  expect(bar.getByRole('button', { name: 'Re-run…' })).toBeVisible();
  await user.keyboard('{Enter}');
  expect(await screen.findByRole('heading', { name: `match-scores #${later.id}`, level: 1 })).toBeVisible();
  expect(await screen.findByText('1 of 2')).toBeVisible();
  await user.keyboard('n');
  expect(await screen.findByRole('heading', { name: `match-scores #${failed.id}`, level: 1 })).toBeVisible();
});

test('the details of a failed call can be copied, with what the server’s log calls it', async () => {
  backend.use(http.get('/api/admin/jobs/batches', () => problem(400, { detail: 'The page is too far.' })));
  const { user } = await openPanel('/admin/jobs/batches');
  await user.click(await screen.findByRole('button', { name: 'Copy details' }));
  expect(await screen.findByRole('button', { name: 'Copied' })).toBeVisible();
  const copied = await navigator.clipboard.readText();
  expect(copied).toMatch(/^Batches could not be loaded\nThe page is too far\.\nRequest request-17\nhttp.*\/batches\n/);
});

test('explains what a batch is where there is none', async () => {
  serveBatches([]);
  await openPanel('/admin/jobs/batches');
  expect(await screen.findByText('No batches yet')).toBeVisible();
});

test('shows a batch, its failed runs alone, and cancels it knowing what that does', async () => {
  serveBatch();
  const { user } = await openPanel('/admin/jobs/batches/7');
  const rows = () =>
    within(screen.getByRole('table', { name: 'Runs of the batch' }))
      .getAllByRole('row')
      .slice(1);
  await screen.findByRole('table', { name: 'Runs of the batch' });
  await waitFor(() => expect(rows()).toHaveLength(2));
  await user.click(screen.getByRole('checkbox', { name: 'Failed only' }));
  await waitFor(() => expect(rows()).toHaveLength(1));
  await user.click(screen.getByRole('button', { name: 'Cancel…' }));
  const dialog = await screen.findByRole('dialog', { name: 'Cancel the batch' });
  expect(await within(dialog).findByText(/20 runs that wait would be cancelled at once, and 1 run/)).toBeVisible();
  await user.type(within(dialog).getByLabelText('Type 21 to confirm'), '21');
  await user.click(within(dialog).getByRole('button', { name: 'Cancel 21 runs' }));
  await waitFor(() => expect(calls).toEqual(['cancel']));
});

test('re-runs the failed runs of a batch, knowing which', async () => {
  serveBatch();
  const { sent, handlers } = serveBulk(aBulkPreview({ total: 1 }), anOperation({ total: 1, done: 1 }));
  backend.use(...handlers);
  const { user } = await openPanel('/admin/jobs/batches/7');
  await user.click(await screen.findByRole('button', { name: 'Re-run failed…' }));
  await user.click(await screen.findByRole('button', { name: 'Re-run 1 run' }));
  expect(await screen.findByText('1 run queued again')).toBeVisible();
  expect(sent[0]).toEqual({ action: 'rerun', filter: { batchId: '7', status: 'FAILED' } });
});

test('offers no cancel to those who may not', async () => {
  serveBatch();
  world.user = { ...operator, role: 'USER' };
  await openPanel('/admin/jobs/batches/7');
  await waitFor(() => expect(screen.queryByRole('button', { name: 'Cancel…' })).toBeNull());
});

test('shows which runs of a batch wait for which, where any do', async () => {
  const node = { jobName: 'mail', isBlocked: false, startedAt: null, finishedAt: null, durationMs: null, error: null };
  world.graph = {
    nodes: [
      { ...node, jobRunId: '1', status: 'SUCCESS', depth: 0 },
      { ...node, jobRunId: '2', status: 'RUNNING', depth: 1 },
    ],
    edges: [{ from: '1', to: '2' }],
    isCut: false,
  };
  serveBatch();
  const { user } = await openPanel('/admin/jobs/batches/7');
  await user.click(await screen.findByRole('tab', { name: 'Chain' }));
  const chain = within(await screen.findByRole('region', { name: 'Chain' }));
  expect(await chain.findByText(/^2 runs in 2 stages/)).toBeVisible();
  expect(screen.queryByRole('table', { name: 'Runs of the batch' })).toBeNull();
});
