import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import { aDefinition, ago } from '../../testing/a-run';
import { anAuditEvent } from '../../testing/administration';
import { backend, callsTo, operator, problem, world } from '../../testing/backend';
import { address, openPanel, untilListTakesKeys } from '../../testing/render-app';
import { serveMetrics } from '../../testing/some-metrics';
// Compiled before the first test waits for it: on a busy machine that takes longer than a wait.
import '../job-pages';

const JOB = '/admin/jobs/definitions/match-scores';
const API = `/api${JOB}`;
const settings = {
  jobName: 'match-scores',
  ...{ channel: null, priority: null, maxAttempts: null, retry: null, timeoutMs: null, slowAfterMs: null },
  ...{ stalledAfterMs: null, onStalled: null, autoForceFailAfterMs: null, keepDays: null },
  ...{ isCritical: false, paused: null, rev: 0 },
};
/** What the server has. */
let known: typeof settings;
const requests: unknown[] = [];

beforeEach(() => {
  requests.length = 0;
  known = settings;
  const remember = async ({ request }: { request: Request }) => {
    const body = (await request.json().catch(() => ({}))) as object;
    requests.push({ [`${request.method} ${new URL(request.url).pathname.replace(API, '')}`]: body });
    known = { ...known, ...body, rev: known.rev + 1 };
    return HttpResponse.json({ jobName: 'match-scores', settings: known });
  };
  backend.use(
    http.get('/api/admin/jobs/definitions', () =>
      HttpResponse.json({
        jobs: world.definitions.map((job) => ({ ...job, settings: { ...known, jobName: job.name } })),
        ...{ stalledAfterMs: 300_000, forceFailAfterMs: 30_000 },
      }),
    ),
    http.get('/api/admin/jobs/queue', () =>
      HttpResponse.json({ runs: [], cursor: null, asOf: new Date().toISOString() }),
    ),
    http.get('/api/admin/audit', () =>
      HttpResponse.json({
        events: [
          anAuditEvent({
            action: 'job.set',
            jobRunId: null,
            target: 'match-scores',
            details: { before: { priority: 1 }, after: { priority: 3 } },
          }),
        ],
        hasMore: false,
      }),
    ),
    http.put(`${API}/settings`, remember),
    http.post(`${API}/:act`, remember),
  );
});

test('sets when runs stall, what becomes of them and how long they are kept, and takes it back', async () => {
  const { user } = await openPanel(`${JOB}?part=settings`);
  const stalled = await screen.findByRole('textbox', { name: /Stalled after/ });
  expect(stalled).toHaveAccessibleDescription('By default: 5 minutes; at least three heartbeats');
  await user.type(stalled, '600');
  await user.selectOptions(screen.getByRole('combobox', { name: 'What becomes of stalled runs' }), 'fail');
  await user.type(screen.getByRole('textbox', { name: /ignored cancel/ }), '5');
  await user.type(screen.getByRole('textbox', { name: /Keep finished runs/ }), '400');
  await user.type(screen.getByRole('textbox', { name: 'Priority' }), '7');
  await user.click(screen.getByRole('button', { name: 'Reset Priority' }));
  await user.click(screen.getByRole('button', { name: 'Save settings' }));
  const none = { channel: null, priority: null, maxAttempts: null, retry: null, timeoutMs: null, slowAfterMs: null };
  const set = { stalledAfterMs: 600_000, onStalled: 'fail', autoForceFailAfterMs: 300_000, keepDays: 400 };
  await waitFor(() => expect(requests).toEqual([{ 'PUT /settings': { ...none, ...set, isCritical: false, rev: 0 } }]));
  // By now the page has read what was saved.
  await waitFor(() => expect(screen.getByRole('link', { name: /Settings\s*4/ })).toBeVisible());
  await user.click(screen.getByRole('button', { name: 'Undo' }));
  await waitFor(() =>
    expect(requests[1]).toMatchObject({ 'PUT /settings': { stalledAfterMs: null, onStalled: null, keepDays: null } }),
  );
});

test('shows both versions where another change came in between', async () => {
  backend.use(
    http.put(`${API}/settings`, () =>
      problem(409, { code: 'CHANGED', current: { ...settings, priority: 9, rev: 4 } as never }),
    ),
  );
  const { user } = await openPanel(`${JOB}?part=settings`);
  await user.type(await screen.findByRole('textbox', { name: 'Priority' }), '7');
  await user.click(screen.getByRole('button', { name: 'Save settings' }));
  expect(await screen.findByText(/priority: 9 \(here: 7\)/)).toBeVisible();
});

test('pauses from the address, and offers to undo it', async () => {
  const { user } = await openPanel(`${JOB}?act=pause`);
  const dialog = within(await screen.findByRole('dialog', { name: 'Pause job match-scores?' }));
  await user.type(dialog.getByRole('textbox', { name: 'Reason' }), 'wrong figures');
  await user.click(dialog.getByRole('button', { name: 'Pause' }));
  await user.click(await screen.findByRole('button', { name: 'Undo' }));
  await waitFor(() =>
    expect(requests).toEqual([{ 'POST /pause': { reason: 'wrong figures' } }, { 'POST /resume': {} }]),
  );
});

test('the list is narrowed by channel, by mark and by failures, and sorted, all in the address', async () => {
  world.definitions = [
    aDefinition({ name: 'send-mail', channel: 'mail' }),
    aDefinition({ name: 'match-scores' }),
    aDefinition({ name: 'trending' }),
  ];
  const figures = {
    ...{ cancelled: 0, lastRun: null, nextDueAt: null, hasCode: true, isGone: false },
    ...{ took: { p50: 11_000, p95: 40_000 }, tookBeforeP50: 10_000, waitedP95: 272_000 },
  };
  backend.use(
    http.get('/api/admin/jobs/definitions/activity', ({ request }) =>
      HttpResponse.json({
        jobs: [
          { jobName: 'send-mail', success: request.url.endsWith('range=7d') ? 63 : 9, failed: 0, ...figures },
          { jobName: 'match-scores', success: 9, failed: 2, ...figures },
          { jobName: 'nightly-import', success: 9, failed: 3, ...figures, hasCode: false, isGone: true },
        ],
      }),
    ),
  );
  const { user } = await openPanel('/admin/jobs/definitions?channel=mail');
  const names = () =>
    within(screen.getByRole('table', { name: 'Jobs' }))
      .getAllByRole('rowheader')
      .map((header) => within(header).getByRole('link').textContent);
  await screen.findByRole('table', { name: 'Jobs' });
  expect(names()).toEqual(['send-mail']);
  const row = screen.getByRole('row', { name: /^send-mail/ });
  expect(row).toHaveTextContent('11s / 40s ▲ 10 %');
  expect(row).toHaveTextContent('4m 32s');
  expect(row).toHaveTextContent(world.definitions[0]?.description ?? '');
  await user.click(screen.getByLabelText('Clear the channel filter'));
  await waitFor(() => expect(address()).toBe('/admin/jobs/definitions'));
  await user.click(screen.getByRole('checkbox', { name: 'Failed in the last 24 hours' }));
  await waitFor(() => expect(names()).toEqual(['match-scores', 'nightly-import']));
  expect(screen.getByRole('row', { name: /^nightly-import/ })).toHaveTextContent('Gone, runs queued');
  await waitFor(() => expect(address()).toBe('/admin/jobs/definitions?failures=true'));
  await user.click(screen.getByRole('button', { name: 'Last 24 hours' }));
  await waitFor(() => expect(names()).toEqual(['nightly-import', 'match-scores']));
  await waitFor(() => expect(address()).toBe('/admin/jobs/definitions?failures=true&sort=-failed'));
  await user.click(screen.getByRole('checkbox', { name: 'Critical' }));
  expect(await screen.findByText('No job matches')).toBeVisible();
  // A choice may be lost while the address has not followed the one before.
  await waitFor(() => expect(address()).toContain('critical=true'));
  await user.click(screen.getByRole('button', { name: 'Clear filters' }));
  await waitFor(() => expect(names()).toHaveLength(4));
  await user.click(screen.getByRole('button', { name: 'Figures of the last 7 days' }));
  expect(await screen.findByRole('columnheader', { name: 'Last 7 days' })).toBeVisible();
  await waitFor(() => expect(screen.getByRole('row', { name: /^send-mail/ })).toHaveTextContent('63 ok'));
  expect(address()).toContain('range=7d');
});

test('the key for a new run chooses the job of the marked row', async () => {
  const { user } = await openPanel('/admin/jobs/definitions');
  await screen.findByRole('table', { name: 'Jobs' });
  await untilListTakesKeys();
  await user.keyboard('jjc');
  await waitFor(() => expect(address()).toContain('new=trending'));
});

test('has its runs, definition and audit; without the permissions neither acts nor audit', async () => {
  const view = await openPanel(JOB);
  expect(await screen.findByText(/No run is queued/)).toBeVisible();
  expect(await screen.findByText('priority: 1 → 3')).toBeVisible();
  await view.user.click(screen.getByRole('link', { name: 'Definition' }));
  expect(await screen.findByRole('button', { name: 'Copy as…' })).toBeVisible();
  expect(screen.getByRole('cell', { name: 'Users per batch' })).toBeVisible();
  view.unmount();
  world.user = { ...operator, role: 'USER' };
  await openPanel(JOB);
  expect(await screen.findByText('No access')).toBeVisible();
  expect(callsTo('GET /api/admin/audit')).toBe(1);
});

test('lists why the job failed by cause, over a range, and shows how far it searched', async () => {
  const requests: string[] = [];
  const cause = {
    ...{
      fingerprint: '0123456789abcdef',
      jobName: 'match-scores',
      cause: 'There is no user with the id #',
      runs: 60,
      rate: 0.1967,
    },
    ...{ error: 'There is no user with the id 100059', firstVersion: '1.3.2', lastVersion: '1.4.0', lastRunId: '300' },
    ...{ firstAt: ago(9_000), lastAt: ago(120), jobRunIds: ['300'], frame: null },
    ...{ state: 'OPEN', stateBy: null, stateAt: null, note: null, cameBackAt: null, mutedUntil: null, mutedBy: null },
  };
  let state = 'OPEN';
  backend.use(
    http.get('/api/admin/jobs/failures', ({ request }) => {
      const query = new URL(request.url).searchParams;
      requests.push(`${query.get('jobName')} ${query.get('range')}`);
      const isLong = query.get('range') === '30d';
      const failures = isLong ? [{ ...cause, state }] : [];
      return HttpResponse.json({
        ...{ failures, causes: failures.length, runs: isLong ? 60 : 0, isCut: isLong },
        searchedBackTo: '2026-11-01T10:00:00.000Z',
      });
    }),
  );
  const { user } = await openPanel(`${JOB}?part=failures`);
  expect(await screen.findByText('No failures in 7d')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Failures of the last 30d' }));
  const table = await screen.findByRole('table', { name: 'Failures by cause' });
  const row = within(table).getByRole('row', { name: /There is no user with the id #/ });
  expect(row).toHaveTextContent(/60\s*19\.7 % of its runs/);
  expect(row).toHaveTextContent('1.3.2 to 1.4.0');
  expect(within(row).getByRole('link', { name: '#300' })).toBeVisible();
  expect(within(row).getByRole('link', { name: '60 runs that failed of it' })).toHaveAttribute(
    'href',
    '/admin/jobs/history?job=match-scores&status=FAILED&range=30d&cause=0123456789abcdef',
  );
  expect(screen.getByText(/^60 runs failed, of 1 cause\. Looked back to .* only: there are more\./)).toBeVisible();
  expect(await screen.findByRole('link', { name: /^Failures\s*1$/ })).toHaveAttribute('aria-current');
  expect(requests).toEqual(['match-scores 7d', 'match-scores 30d']);
  await waitFor(() => expect(address()).toBe(`${JOB}?part=failures&failures=30d`));
  backend.use(
    http.put('/api/admin/jobs/failures/0123456789abcdef', async ({ request }) => {
      state = ((await request.json()) as { state: string }).state;
      return HttpResponse.json({
        fingerprint: '0123456789abcdef',
        state,
        stateBy: 'ada',
        stateAt: null,
        note: null,
        cameBackAt: null,
      });
    }),
  );
  await user.click(within(table).getByRole('button', { name: /^Resolve/ }));
  expect(await within(table).findByText('Resolved')).toBeVisible();
  await user.click(await screen.findByRole('button', { name: 'Undo' }));
  expect(await within(table).findByText('Open')).toBeVisible();
});

test('charts how the job did over a range, and leaves out what was not measured', async () => {
  const ranges: (string | undefined)[] = [];
  backend.use(
    serveMetrics(
      () => ({
        completed: { points: [5, 3, null, 4], total: 12 },
        failed: { points: [0, 60, null, 0], total: 60 },
        'took.p95': { points: [null, 40_000, null, 11_000], total: 40_000 },
        'waited.p95': { points: [null, null, null, null], total: 0 },
      }),
      ({ jobName }) => ranges.push(jobName),
    ),
    http.get('/api/admin/jobs/histogram', () =>
      HttpResponse.json({
        ...{ from: ago(604_800), to: ago(0), unit: 'ms', runs: 12, total: 110_000, max: 12_000 },
        ...{ p50: 9_000, p95: 12_000, p99: 12_000 },
        buckets: [
          { above: 8_000, upTo: 10_000, runs: 8 },
          { above: 10_000, upTo: 13_000, runs: 4 },
        ],
      }),
    ),
  );
  const { user } = await openPanel(JOB);
  const charts = within(await screen.findByRole('region', { name: 'Over time' }));
  expect(
    await charts.findByRole('img', { name: /^Ended by 1h: succeeded 12 since .*, most 5 from .*; failed 60 since / }),
  ).toBeInTheDocument();
  expect(charts.getByRole('img', { name: /^Took by 1h: most 40s from/ })).toBeInTheDocument();
  expect(charts.queryByRole('img', { name: /^Waited/ })).not.toBeInTheDocument();
  const spread = /^Successful runs by time taken: 12 in all, half up to about 9s, most, 8, from 8s to 10s/;
  expect(await charts.findByRole('img', { name: spread })).toBeVisible();
  await user.click(charts.getByRole('button', { name: 'Took, how often as table' }));
  expect(await charts.findByRole('row', { name: '10s to 13s 4' })).toBeVisible();
  await user.click(charts.getByRole('checkbox', { name: 'With the period before' }));
  await waitFor(() => expect(address()).toContain('compare=true'));
  await user.click(charts.getByRole('button', { name: 'Over the last 90 days' }));
  await waitFor(() => expect(address()).toContain('range=90d'));
  expect(new Set(ranges)).toEqual(new Set(['match-scores']));
});
