import type { GraphNode } from '@job-manager/shared/contract/run-lists';
import { act, cleanup, screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test, vi } from 'vitest';
import { ago, aMessage, anAttempt, aRun } from '../../testing/a-run';
import { aBulkPreview, anOperation, serveBulk } from '../../testing/an-operation';
import { backend, callsTo, live, problem, world } from '../../testing/backend';
import { address, openPanel } from '../../testing/render-app';
import { aRunner, someHealth } from '../../testing/some-health';

const verdict = () => screen.getByText(/^(?:after|for|before|retrying|to start) /).closest('p');
const dialog = async () => within(await screen.findByRole('dialog', { name: /Job Run Details/ }));

test('shows everything about a run', async () => {
  const run = aRun.failed({
    parameters: { userId: 8 },
    metadata: { usersProcessed: 1250 },
    errorStack: 'Error: Database timeout\n    at query (db.ts:1)',
    attempt: 2,
    rerunOfId: '12001',
    noRetry: { reason: 'final', message: 'The job reported that it can not succeed.' },
  });
  world.runs = [run];
  await openPanel(`/admin/jobs/${run.id}`);
  await waitFor(() => expect(screen.getByRole('heading', { name: `match-scores #${run.id}`, level: 1 })).toHaveFocus());
  const main = within(screen.getByRole('main'));
  expect(verdict()).toHaveTextContent(
    `Failed after 2m 5s, having waited 2.1s · attempt 2 of 3 · vm:29504 · ada@example.com · re-run of #12001 · 1m ago`,
  );
  for (const text of ['Database timeout', 'No further attempt: The job reported that it can not succeed.'])
    expect(main.getByText(text)).toBeVisible();
  expect(main.getByText('1.2.3', { selector: 'summary *' })).toBeVisible();
  expect(main.getByText('usersProcessed:')).toBeVisible();
  expect(main.getByText('1250')).toBeVisible();
  expect(main.getByRole('link', { name: '#12001' })).toHaveAttribute('href', '/admin/jobs/12001');
  expect(main.getByText(/at query/)).not.toBeVisible();
  expect(document.title).toBe(`match-scores #${run.id} · Job Manager`);
});

const linked = (part: HTMLElement) =>
  Object.fromEntries([...part.querySelectorAll('a')].map((link) => [link.textContent, link.getAttribute('href')]));

test('leads from a run to its job, channel, runner, schedule, batch and people', async () => {
  const run = aRun.failed({
    channel: 'mail',
    schedule: { id: '7', name: 'nightly' },
    batchId: '42',
    batch: { id: '42', name: 'Tonight', total: 2, ended: 1 },
    triggeredByToken: 'ci',
    parametersBy: { person: { id: 2, email: 'bob@example.com' }, token: null },
  });
  world.runs = [run];
  await openPanel(`/admin/jobs/${run.id}`);
  await screen.findByRole('region', { name: 'Timeline' });
  expect(linked(screen.getByRole('main'))).toMatchObject({
    'match-scores': '/admin/jobs/definitions/match-scores',
    mail: '/admin/jobs/channels/mail',
    'vm:29504': '/admin/jobs/runners?q=vm%3A29504',
    nightly: '/admin/jobs/schedules/7',
    Tonight: '/admin/jobs/batches/42',
    '#42': '/admin/jobs/batches/42',
    'API token ci': '/admin/audit?actor=token%20ci',
    'bob@example.com': '/admin/audit?actor=bob%40example.com',
  });
});

// Without a layout, Mantine takes a card's target for out of sight and hides the card.
const findCard = (name: string) => screen.findByRole('group', { name, hidden: true });

test('a card beside a runner reads its state once, stays under the pointer and goes by Escape', async () => {
  const run = aRun.success();
  world.runs = [run];
  world.health = someHealth({ runners: [aRunner({ host: 'vm', pid: 29504 })] });
  const { user } = await openPanel(`/admin/jobs/${run.id}`);
  const link = await screen.findByRole('link', { name: 'vm:29504' });
  const reads = callsTo('GET /api/admin/jobs/health');
  await user.hover(link);
  const card = await findCard('Runner vm:29504');
  await waitFor(() => expect(card).toHaveTextContent(/Active.*3 of 10 used.*ago|just now/));
  await user.hover(card);
  await user.keyboard('{Escape}');
  await waitFor(() => expect(card).not.toBeInTheDocument());
  await user.unhover(card);
  await user.hover(link);
  await waitFor(async () => expect(await findCard('Runner vm:29504')).toHaveTextContent('3 of 10 used'));
  expect(callsTo('GET /api/admin/jobs/health') - reads).toBeLessThanOrEqual(1);
});

test('a card beside a job has its last result, its usual time, and runs it', async () => {
  const run = aRun.success();
  world.runs = [run];
  world.usual = { p50: 40_000, p95: 65_000, runs: 12 };
  backend.use(
    http.get('/api/admin/jobs/definitions/activity', () =>
      HttpResponse.json({
        since: ago(86_400),
        jobs: [
          {
            jobName: 'match-scores',
            hasCode: true,
            lastRun: { id: '12', status: 'FAILED', finishedAt: ago(65) },
            ...{ success: 1, failed: 1, cancelled: 0, nextDueAt: null },
          },
        ],
      }),
    ),
  );
  const { user } = await openPanel(`/admin/jobs/${run.id}`);
  await screen.findByRole('region', { name: 'Timeline' });
  expect(callsTo('GET /api/admin/jobs/definitions/activity')).toBe(0);
  const [link] = within(screen.getByRole('main')).getAllByRole('link', { name: 'match-scores' });
  await user.hover(link as HTMLElement);
  const card = await findCard('Job match-scores');
  await waitFor(() => expect(card).toHaveTextContent(/Ready to run.*Failed.*#12.*1m ago.*40s, 95 % within 1m 5s/));
  await user.click(within(card).getByRole('button', { name: 'Run', hidden: true }));
  await waitFor(() => expect(address()).toContain('new=match-scores'));
});

test.each([
  [aRun.queued({ queuedAt: ago(270), runAt: ago(270) }), /^Queued for \d+m \d+s · ada@example.com$/],
  [aRun.queued({ runAt: ago(-3_600) }), /^Queued to start in 1h · ada@example.com$/],
  [
    aRun.queued({ attempt: 1, runAt: ago(-3_600), attempts: [anAttempt({ outcome: 'FAILED' })] }),
    /^Queued retrying in 1h · attempt 1 of 3 failed · ada@example.com$/,
  ],
  [
    aRun.cancelled({ startedAt: null, attempt: 0, queuedAt: ago(200), runnerName: null }),
    /^Cancelled before it began, after 1m 50s · ada@example.com · \d+m ago$/,
  ],
  [
    aRun.success({
      maxAttempts: 1,
      triggeredBy: null,
      triggeredByToken: 'nightly import',
      inactivityTimeoutMs: 60_000,
    }),
    /^Success after 2m 5s, having waited 2.1s · attempt 1 of 1 · External program · API token nightly import · \d+m ago$/,
  ],
])('begins with what became of a run, case %#', async (run, text) => {
  world.runs = [run];
  await openPanel(`/admin/jobs/${run.id}`);
  await screen.findByRole('region', { name: 'Timeline' });
  expect(verdict()).toHaveTextContent(text);
});

test('draws waits against attempts to scale, and lists them', async () => {
  const at = (second: number) => new Date(Date.UTC(2026, 10, 29, 10, 0, second)).toISOString();
  const run = aRun.success({
    queuedAt: at(0),
    queueDelayMs: 5_000,
    attempts: [
      anAttempt({ outcome: 'FAILED', startedAt: at(30), endedAt: at(40) }),
      anAttempt({ claimNo: 2, attempt: 2, startedAt: at(50), endedAt: at(55) }),
    ],
  });
  world.runs = [run];
  await openPanel(`/admin/jobs/${run.id}`);
  const timeline = within(await screen.findByRole('region', { name: 'Timeline' }));
  const parts = [...timeline.getByTestId('time-bar').children] as HTMLElement[];
  expect(parts.map(({ title, style }) => [title, style.flexGrow])).toEqual([
    ['Waited: 30s', '30000'],
    ['Attempt 1: 10s', '10000'],
    ['Waited: 10s', '10000'],
    ['Attempt 2: 5s', '5000'],
  ]);
  const lines = timeline.getAllByRole('listitem').map(({ textContent }) => textContent);
  expect(lines[2]).toMatch(/^Attempt 110sFailed, started 2026-11-29/);
  expect(lines[4]).toMatch(/^Attempt 25sSuccess/);
  cleanup();

  const waited = aRun.success({
    queuedAt: at(0),
    queueDelayMs: 1_000,
    dependsOn: [{ jobRunId: '11', jobName: 'load', status: 'SUCCESS' }],
    attempts: [anAttempt({ startedAt: at(30), endedAt: at(40) })],
  });
  world.runs = [waited];
  await openPanel(`/admin/jobs/${waited.id}`);
  expect(await screen.findByText('Waited for others')).toBeVisible();
});

test('shows the secrets of a run on request to those who may see them', async () => {
  const run = aRun.success({ parameters: { password: '[redacted]', userId: 8 } });
  world.runs = [run];
  backend.use(
    http.post(`*/api/admin/jobs/${run.id}/reveal`, () =>
      HttpResponse.json({ parameters: { password: 'hunter2', userId: 8 } }),
    ),
  );
  const { user } = await openPanel(`/admin/jobs/${run.id}`);
  expect(await screen.findByText('"[redacted]"')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Show secrets' }));
  expect(await screen.findByText('"hunter2"')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Hide secrets' }));
  expect(screen.queryByText('"hunter2"')).toBeNull();
});

test('offers no secrets where there are none, and none to those who may not see them', async () => {
  const run = aRun.success({ parameters: { password: '[redacted]' } });
  const other = aRun.success({ parameters: { userId: 8 } });
  world.runs = [run, other];
  const { unmount } = await openPanel(`/admin/jobs/${other.id}`);
  expect(await screen.findByText('userId:')).toBeVisible();
  expect(screen.queryByRole('button', { name: 'Show secrets' })).toBeNull();
  unmount();
  world.user = { id: 2, email: 'bob@example.com', role: 'ADMIN' };
  await openPanel(`/admin/jobs/${run.id}`);
  expect(await screen.findByText(/the run has them whole/)).toBeVisible();
  expect(screen.queryByRole('button', { name: 'Show secrets' })).toBeNull();
});

test('opens over the page from the history, is in the address, and closes with the focus back', async () => {
  const run = aRun.success();
  world.history = [run];
  const { user } = await openPanel('/admin/jobs');
  const opener = await screen.findByRole('button', { name: `Details of match-scores #${run.id}` });
  await user.click(opener);
  await dialog();
  expect(address()).toBe(`/admin/jobs?run=${run.id}`);
  await waitFor(() => expect(document.activeElement).toHaveTextContent(/^Job Run Details: match-scores/));
  await user.keyboard('{Escape}');
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(address()).toBe('/admin/jobs');
  await waitFor(() => expect(opener).toHaveFocus());
});

test('walks the list one came from by n and p, in the dialog and on the page', async () => {
  const runs = [aRun.failed(), aRun.failed({ jobName: 'trending' }), aRun.success()];
  world.history = runs;
  const [first, second] = runs.map(({ id }) => id);
  const { user } = await openPanel('/admin/jobs?status=FAILED');
  await user.click(await screen.findByRole('button', { name: `Details of match-scores #${first}` }));
  const view = await dialog();
  expect(await view.findByText('1 of 2')).toBeVisible();
  expect(view.getByRole('button', { name: 'Previous run' })).toBeDisabled();
  await user.keyboard('n');
  expect(await view.findByText('2 of 2')).toBeVisible();
  expect(address()).toBe(`/admin/jobs?status=FAILED&run=${second}`);
  await user.keyboard('2');
  expect(view.getByRole('tab', { name: 'Log' })).toHaveAttribute('aria-selected', 'true');
  await user.click(view.getByRole('link', { name: 'Open as a page' }));
  expect(await screen.findByRole('heading', { name: `trending #${second}`, level: 1 })).toBeVisible();
  await waitFor(() => expect(document.querySelector('[aria-modal="true"]')).toBeNull());
  expect(await screen.findByText('2 of 2')).toBeVisible();
  await user.keyboard('p');
  expect(await screen.findByRole('heading', { name: `match-scores #${first}`, level: 1 })).toBeVisible();
  expect(address()).toBe(`/admin/jobs/${first}?tab=log`);
});

test('goes back to the list with the browser’s back button', async () => {
  const run = aRun.success();
  world.history = [run];
  const { user } = await openPanel('/admin/jobs');
  await user.click(await screen.findByRole('button', { name: /^Details of/ }));
  await dialog();
  act(() => window.history.back());
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
});

test('follows a run while it is open, to its end', async () => {
  const run = aRun.running();
  world.active = [run];
  await openPanel(`/admin/jobs?run=${run.id}`);
  const view = await dialog();
  await view.findByText('Running');
  act(() => live.progress(run, 73, 'Nearly there'));
  expect(await view.findByText('73%')).toBeVisible();
  expect(view.getByText('Nearly there')).toBeVisible();
  world.active = [];
  world.runs = [aRun.success({ id: run.id, rev: 3, metadata: { scored: 9 } })];
  act(() => live.publish(aRun.success({ id: run.id, rev: 3 })));
  expect(await view.findByText('Success')).toBeVisible();
  expect(view.getByText('scored:')).toBeVisible();
  expect(view.queryByRole('button', { name: /^Cancel/ })).toBeNull();
  expect(view.getByRole('button', { name: 'Re-run Job' })).toBeVisible();
});

test('keeps the parts of the parameters open that the reader opened, whatever the run reports', async () => {
  const run = aRun.running({ parameters: { a: { b: { c: { d: 'the innermost' } } } } });
  world.active = [run];
  const { user } = await openPanel(`/admin/jobs?run=${run.id}`);
  const view = await dialog();
  await view.findByText('Running');
  await user.click(await view.findByRole('button', { name: 'Open' }));
  expect(view.getByText('"the innermost"')).toBeVisible();
  act(() => live.progress(run, 73, 'Nearly there'));
  expect(await view.findByText('73%')).toBeVisible();
  expect(view.getByText('"the innermost"')).toBeVisible();
});

test('opens large metadata only on request, and shows its size', async () => {
  const metadata = { rows: Array.from({ length: 3_000 }, (_, index) => ({ index, name: `row-${index}` })) };
  const run = aRun.success({ metadata });
  world.runs = [run];
  const { user } = await openPanel(`/admin/jobs?run=${run.id}`);
  const view = await dialog();
  const show = await view.findByRole('button', { name: /^Show \d/ });
  expect(show).toHaveTextContent('kB');
  expect(view.queryByText(/row-2999/)).toBeNull();
  await user.click(show);
  expect(view.getByText(/row-2999/)).toBeVisible();
});

test('shows when metadata was cut off', async () => {
  const run = aRun.success({ metadata: { a: 1 }, metadataTruncated: true });
  world.runs = [run];
  await openPanel(`/admin/jobs/${run.id}`);
  expect(await screen.findByText(/the rest was cut off/)).toBeVisible();
});

test('saves JSON to a file', async () => {
  const run = aRun.success({ metadata: { a: 1 } });
  world.runs = [run];
  const saved: string[] = [];
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
    saved.push(this.download);
  });
  const blobs: Blob[] = [];
  URL.createObjectURL = (blob) => {
    blobs.push(blob as Blob);
    return 'blob:x';
  };
  URL.revokeObjectURL = () => {};
  const { user } = await openPanel(`/admin/jobs/${run.id}`);
  await user.click(await screen.findByRole('button', { name: 'Download JSON of Metadata' }));
  expect(saved).toEqual([`match-scores-${run.id}-metadata.json`]);
  expect(JSON.parse((await blobs[0]?.text()) ?? '')).toEqual({ a: 1 });
});

test('leads from a failure to those of the same cause, where there are others', async () => {
  const run = aRun.failed();
  world.runs = [run];
  const none = {
    ...{ previous: null, next: null, lastSuccess: null, lastFailure: null, usual: null },
    usualUse: { cpuMs: null, peakMemoryBytes: null },
  };
  const alike = { fingerprint: '0123456789abcdef', runs: 60 };
  backend.use(http.get('/api/admin/jobs/:id/neighbours', () => HttpResponse.json({ ...none, alike })));
  await openPanel(`/admin/jobs/${run.id}`);
  const link = await screen.findByRole('link', { name: '59 others alike' });
  expect(link).toHaveAttribute('href', '/admin/jobs/history?job=match-scores&status=FAILED&cause=0123456789abcdef');
});

test('copies the run’s number', async () => {
  const run = aRun.success();
  world.runs = [run];
  const { user } = await openPanel(`/admin/jobs/${run.id}`);
  await user.click(await screen.findByRole('button', { name: 'Copy Run ID' }));
  expect(await navigator.clipboard.readText()).toBe(run.id);
  expect(screen.getByRole('button', { name: 'Copied' })).toBeVisible();
});

test('copies a run as a link and as what queues another, quoted for a shell and without a secret', async () => {
  const run = aRun.failed({ parameters: { key: '[redacted]', word: "it's" }, channel: 'slow', priority: -5 });
  world.runs = [run];
  const { user } = await openPanel(`/admin/jobs/${run.id}`);
  const copied = async (label: string) => {
    await user.click(await screen.findByRole('button', { name: 'Copy as…' }));
    await user.click(await screen.findByRole('menuitem', { name: label, hidden: true }));
    expect(await screen.findByText(`Copied: ${label}.`)).toBeVisible();
    return navigator.clipboard.readText();
  };
  expect(await copied('Link')).toBe(`${window.location.origin}/admin/jobs/${run.id}`);
  const lane = '"channel":"slow","priority":-5';
  const parameters = String.raw`{"key":"[redacted]","word":"it'\''s"}`;
  expect(await copied('Command line')).toBe(
    `npx tsx scripts/runJobs.ts match-scores --params='${parameters}' --enqueue --queueing='{${lane}}'`,
  );
  const call = await copied('curl');
  expect(call).toContain(`-H "Authorization: Bearer $JOBS_TOKEN"`);
  expect(call).toContain(`-d '{"jobName":"match-scores","parameters":${parameters},${lane}}'`);
});

test('leads from the details to the same job with the same parameters', async () => {
  const run = aRun.success({ parameters: { userId: 8 } });
  world.runs = [run];
  const { user } = await openPanel(`/admin/jobs?run=${run.id}`);
  await user.click(await (await dialog()).findByRole('button', { name: 'Re-run Job' }));
  expect(await screen.findByRole('dialog', { name: `Re-run Job (#${run.id})` })).toBeVisible();
  expect(address()).toBe(`/admin/jobs?rerun=${run.id}`);
});

test.each(['/admin/jobs/latest', '/admin/jobs/batches/latest', '/admin/jobs/schedules/latest'])(
  'a word in the place of a number is an address with nothing at it, and no error: %s',
  async (path) => {
    await openPanel(path);
    expect(await screen.findByText('Nothing is at this address')).toBeVisible();
    expect(world.reported).toEqual([]);
  },
);

test.each(['99999', '0', '9999999999999999999'])('shows that there is no run %s', async (id) => {
  await openPanel(`/admin/jobs/${id}`);
  expect(await screen.findByText(`There is no run “${id}”`)).toBeVisible();
});

test('shows when and why retention removed a run', async () => {
  const details = 'Run #12 was removed by retention on 2026-11-28 04:00 UTC (older than 30 days).';
  backend.use(
    http.get('/api/admin/jobs/12', () => problem(404, { title: 'There is no such run', detail: details, details })),
  );
  await openPanel('/admin/jobs/12');
  expect(await screen.findByText(details)).toBeVisible();
});

test('shows how its time and what it used compare with earlier runs', async () => {
  const usage = { childPid: null, cpuMs: 125_000, peakMemoryBytes: null, maxLoopLagMs: null };
  const run = aRun.success({ durationMs: 125_000, attempts: [anAttempt({ usage })] });
  world.runs = [run];
  world.usual = { p50: 11_300, p95: 40_000, runs: 72 };
  await openPanel(`/admin/jobs/${run.id}`);
  expect(await screen.findByText('11 × slower than usual')).toBeVisible();
  expect(screen.getByText('11 × more than usual: half used up to 11s, 95 % up to 40s')).toBeInTheDocument();
});

const node = (jobRunId: string, depth: number, part: Partial<GraphNode> = {}): GraphNode => ({
  ...{ jobRunId, depth, jobName: 'load', status: 'SUCCESS', isBlocked: false },
  ...{ startedAt: null, finishedAt: null, durationMs: 1_200, error: null, ...part },
});

test('draws the chain of a run, one tab stop, with what belongs together lit', async () => {
  const run = aRun.queued({ isBlocked: true, dependsOn: [{ jobRunId: '11', jobName: 'load', status: 'SUCCESS' }] });
  world.active = [run];
  const waits = { status: 'QUEUED', isBlocked: true, durationMs: null } as const;
  world.graph = {
    nodes: [
      node('11', 0),
      node('12', 0, { jobName: 'parse', status: 'RUNNING', durationMs: null }),
      node('13', 1, { status: 'CANCELLED', durationMs: null, error: 'Cancelled, because #10 failed' }),
      node(run.id, 1, { jobName: 'match-scores', ...waits }),
      node('900', 2, { jobName: 'report', ...waits }),
    ],
    edges: [
      { from: '11', to: '13' },
      { from: '11', to: run.id },
      { from: '12', to: run.id },
      { from: run.id, to: '900' },
    ],
    isCut: false,
  };
  const { user } = await openPanel(`/admin/jobs/${run.id}?tab=chain`);
  const chain = within(await screen.findByRole('region', { name: 'Chain' }));
  expect(chain.getByText('5 runs in 3 stages: 1 success, 1 running, 1 cancelled, 2 waiting')).toBeVisible();
  expect(document.querySelectorAll('[class*=edges] path')).toHaveLength(4);
  expect(chain.getByText('Cancelled, because #10 failed')).toBeVisible();
  const link = (jobRunId: string) => document.querySelector<HTMLElement>(`[data-run="${jobRunId}"] a`);
  const own = link(run.id);
  expect(own).toHaveTextContent('Waits for #11, #12');
  expect(own).toHaveAttribute('aria-current', 'page');
  expect(chain.getAllByRole('link').filter(({ tabIndex }) => tabIndex === 0)).toEqual([own]);
  act(() => own?.focus());
  await user.keyboard('{ArrowRight}');
  expect(link('900')).toHaveFocus();
  expect(link('900')).toHaveAttribute('href', '/admin/jobs/900?tab=chain');
  const lit = () => [...document.querySelectorAll('[data-run][data-lit]')].map((one) => one.getAttribute('data-run'));
  expect(lit()).toEqual(['11', '12', run.id, '900']);
  await user.keyboard('{ArrowLeft}{ArrowUp}');
  expect(lit()).toEqual(['11', '13']);

  world.graph = { ...world.graph, nodes: world.graph.nodes.map((one) => ({ ...one, status: 'SUCCESS' as const })) };
  world.active = [];
  world.runs = [aRun.success({ ...run, status: 'SUCCESS', rev: 3 })];
  act(() => live.publish(aRun.success({ id: run.id, rev: 3 })));
  expect(await screen.findByText(/5 success/)).toBeVisible();
});

test('re-runs a part of a chain from a run on, in the same shape', async () => {
  const [root, own, left, right] = [
    aRun.success(),
    aRun.failed({ hasDependents: true, parameters: { day: 1 } }),
    aRun.cancelled({ jobName: 'parse', waitsFor: 'succeeded' }),
    aRun.cancelled({ jobName: 'report', waitsFor: 'finished' }),
  ] as const;
  world.runs = [root, own, left, right];
  const node = ({ id, jobName, status }: typeof root, depth: number) =>
    ({ ...{ jobRunId: id, jobName, status, depth, isBlocked: false }, ...NO_TIMES }) satisfies GraphNode;
  world.graph = {
    nodes: [node(root, 0), node(own, 1), node(left, 2), node(right, 3)],
    edges: [
      { from: root.id, to: own.id },
      { from: own.id, to: left.id },
      { from: own.id, to: right.id },
      { from: left.id, to: right.id },
    ],
    isCut: false,
  };
  const preview = aBulkPreview({ total: 2, cannot: [{ reason: 'of jobs without code here', count: 1 }] });
  const { sent, handlers } = serveBulk(preview, anOperation({ total: 3, done: 3, batchId: '7' }));
  backend.use(...handlers);
  const { user } = await openPanel(`/admin/jobs/${own.id}?tab=chain`);
  const openRerun = () => user.click(screen.getByRole('button', { name: 'Re-run from here…' }));
  await screen.findByRole('button', { name: 'Re-run from here…' });
  await openRerun();
  expect(await screen.findByText('It can be done to all of them only.')).toBeVisible();
  // The last is the one below the question; the cross above has the same name.
  await user.click(screen.getAllByRole('button', { name: 'Close' }).at(-1) as HTMLElement);
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(sent).toHaveLength(1);
  Object.assign(preview, { total: 3, cannot: [] });
  await openRerun();
  await user.click(await screen.findByRole('button', { name: 'Re-run 3 runs' }));
  await waitFor(() => expect(address()).toBe('/admin/jobs/batches/7'));
  expect(sent[1]).toEqual({ action: 'rerun', ids: [own.id, left.id, right.id] });
});

test('cancels what has not ended of a chain, once for each part that hangs together', async () => {
  const run = aRun.success({ hasDependents: true });
  world.runs = [run];
  const node = (jobRunId: string, depth: number, part: Partial<GraphNode> = {}): GraphNode => ({
    ...{ jobRunId, jobName: 'load', status: 'QUEUED', depth, isBlocked: false },
    ...NO_TIMES,
    ...part,
  });
  world.graph = {
    nodes: [
      node(run.id, 0, { status: 'SUCCESS' }),
      node('901', 1, { status: 'RUNNING' }),
      node('902', 1),
      node('903', 2, { isBlocked: true }),
    ],
    edges: [
      { from: run.id, to: '901' },
      { from: run.id, to: '902' },
      { from: '901', to: '903' },
    ],
    isCut: false,
  };
  const cancelled: unknown[] = [];
  backend.use(
    http.post('/api/admin/jobs/:id/cancel', async ({ request, params }) => {
      cancelled.push([params.id, await request.json()]);
      return HttpResponse.json({ jobRunId: String(params.id) });
    }),
  );
  const { user } = await openPanel(`/admin/jobs/${run.id}?tab=chain`);
  const chain = within(await screen.findByRole('region', { name: 'Chain' }));
  expect(chain.queryByRole('button', { name: 'Re-run from here…' })).toBeNull();
  await user.click(chain.getByRole('button', { name: 'Cancel the chain…' }));
  expect(
    await screen.findByText(/^2 that wait would be cancelled at once, and 1 running requested to stop/),
  ).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Cancel 3 runs' }));
  await waitFor(() =>
    expect(cancelled).toEqual([
      ['901', { graph: true }],
      ['902', { graph: true }],
    ]),
  );
});

const NO_TIMES = { startedAt: null, finishedAt: null, durationMs: null, error: null };

test('lists a chain of more runs than can be drawn by stage', async () => {
  const run = aRun.success({ hasDependents: true });
  world.runs = [run];
  const many = Array.from({ length: 70 }, (_, index) => node(String(20 + index), 1));
  const edges = many.map(({ jobRunId }) => ({ from: run.id, to: jobRunId }));
  world.graph = { nodes: [node(run.id, 0), ...many], edges, isCut: false };
  await openPanel(`/admin/jobs/${run.id}?tab=chain`);
  const chain = within(await screen.findByRole('region', { name: 'Chain' }));
  expect(chain.getByRole('heading', { name: 'Stage 2 70 success' })).toBeVisible();
  expect(chain.getByText('50 more')).toBeVisible();
  expect(chain.getAllByText(`waited for #${run.id}`)[0]).toBeVisible();
});

test('shows what people and the product did to a run', async () => {
  const run = aRun.success();
  world.runs = [run];
  const at = run.queuedAt;
  const event = { id: '1', at, actorId: 1, actor: 'ada@example.com', action: 'run.reschedule', jobRunId: run.id };
  world.activity = [
    { kind: 'audit', at, event: { ...event, target: null, details: { priority: 5 }, ip: null, userAgent: null } },
    { kind: 'message', at, message: aMessage({ source: 'SYSTEM', message: 'Recovered: its runner went silent' }) },
  ];
  const { user } = await openPanel(`/admin/jobs/${run.id}`);
  await user.click(await screen.findByRole('tab', { name: 'Activity' }));
  const entries = within(await screen.findByRole('list', { name: 'Activity' })).getAllByRole('listitem');
  expect(entries[0]).toHaveTextContent(/ada@example.comRescheduled a queued runpriority: 5$/);
  expect(entries[1]).toHaveTextContent(/Job ManagerRecovered: its runner went silent$/);
});

test('a run without a chain has no such part, whatever the address selects', async () => {
  const run = aRun.success();
  world.runs = [run];
  await openPanel(`/admin/jobs/${run.id}?tab=chain`);
  expect(await screen.findByRole('tab', { name: 'Overview' })).toHaveAttribute('aria-selected', 'true');
  expect(screen.queryByRole('tab', { name: 'Chain' })).toBeNull();
});
