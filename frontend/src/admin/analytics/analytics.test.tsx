import type { JobFigures } from '@job-manager/shared/contract/metrics';
import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import { backend, problem } from '../../testing/backend';
import { address, openPanel } from '../../testing/render-app';
import { serveMetrics } from '../../testing/some-metrics';

const figures = (part: Partial<JobFigures>): JobFigures => ({
  ...{ jobName: 'trending', success: 900, failed: 100, cancelled: 0 },
  before: { success: 500, failed: 0, cancelled: 0 },
  took: { p50: 1_500, p95: 31_000, totalMs: 3_600_000 },
  ...{ tookBeforeP50: 1_000, waitedP95: 12, cpuMs: 61_000, memoryP95: 84_000 },
  ...part,
});
const requests: Record<string, string>[] = [];
const jobRequests: Record<string, string>[] = [];
let jobs: JobFigures[];

beforeEach(() => {
  requests.length = 0;
  jobRequests.length = 0;
  jobs = [
    figures({}),
    figures({ jobName: 'match-scores', success: 200, failed: 0, before: null, took: null, cpuMs: null }),
    figures({ jobName: null, success: 7, failed: 0 }),
  ];
  backend.use(
    http.get('/api/admin/jobs/metrics/jobs', ({ request }) => {
      jobRequests.push(Object.fromEntries(new URL(request.url).searchParams));
      return HttpResponse.json({ from: '2026-11-01T00:00:00Z', to: '2026-11-30T00:00:00Z', jobs, since: null });
    }),
    http.get('/api/admin/jobs/channels', () => HttpResponse.json({ channels: [] })),
    http.get('/api/admin/jobs/failures', () =>
      HttpResponse.json({ failures: [], causes: 0, runs: 0, searchedBackTo: '2026-11-01T00:00:00Z', isCut: false }),
    ),
    serveMetrics(
      () => ({
        completed: { points: [400, 500, null, 207], total: 1_107, before: 1_000 },
        failed: { points: [1, 98, 0, 1], total: 100, before: 50 },
        failureRate: { points: [null, 0.2, null, null], total: 0.08, before: 0.05 },
        'took.p95': { points: [1, 2, 3, 4], total: 31_000, before: 15_000 },
        depth: { points: [3, 15, null, 9], total: 9, before: 2 },
      }),
      (query) => requests.push(query),
    ),
  );
});

const table = async () => within(await screen.findByRole('table', { name: 'What each job did' }));
const rowsOf = async () =>
  (await table())
    .getAllByRole('row')
    .slice(1)
    .map((row) => row.querySelector('th')?.textContent);

test('shows what each job did beside the period before, and leads to its runs', async () => {
  await openPanel('/admin/jobs/analytics');
  const row = (await table()).getByRole('row', { name: /^trending/ });
  expect(row).toHaveTextContent(/1,000 .*100 % more.*82.9 %.*90 %.*1\.5s.*31s.*1h.*1m 1s/);
  expect(within(row).getByRole('link', { name: '1,000' })).toHaveAttribute(
    'href',
    '/admin/jobs/history?job=trending&range=30d',
  );
  expect(await rowsOf()).toEqual(['trending', 'match-scores', 'All others']);
  expect(jobRequests).toMatchObject([{ compare: 'true' }]);
  expect(await screen.findByText('before 15s')).toBeVisible();
});

test('shows the failures of a job by version, to the step in which each first ran', async () => {
  backend.use(
    serveMetrics(() => ({
      completed: { points: [400, 500, null, 207], total: 1_107 },
      failed: { points: [1, 98, 0, 1], total: 100 },
    }), () => {}, [
      { at: '2026-11-22T11:30:00Z', jobName: 'trending', version: '1.5.0' },
      { at: '2026-11-22T10:20:00Z', jobName: 'trending', version: '1.4.0' },
    ]),
  );
  await openPanel('/admin/jobs/analytics?tab=failures&job=trending');
  const versions = await screen.findByRole('table', { name: 'Failures of trending by version' });
  const rows = within(versions).getAllByRole('row').slice(1);
  expect(
    rows.map((row) => [...row.children].map(({ textContent }) => textContent).filter((_, at) => at !== 1)),
  ).toEqual([
    ['1.5.0', '208', '1', '0.5 %'],
    ['1.4.0', '598', '98', '16.4 %'],
    ['Before', '401', '1', '0.2 %'],
  ]);
});

test('shows at which hours of the week runs are executed, of a channel too', async () => {
  const points = Array.from({ length: 336 }, (_, hour) => (hour % 24 === 3 ? 12 : 1));
  backend.use(
    serveMetrics(
      () => ({ running: { points, total: 2 } }),
      (query) => requests.push(query),
    ),
  );
  await openPanel('/admin/jobs/analytics?tab=capacity&channel=mail');
  const hours = await screen.findByRole('table', { name: 'Runs executed at once, by hour and weekday' });
  expect(within(hours).getAllByRole('row')).toHaveLength(8);
  expect(within(hours).getAllByRole('cell', { name: '12' })).toHaveLength(7);
  expect(requests).toContainEqual(expect.objectContaining({ measures: 'running', step: '3600000', channel: 'mail' }));
});

test('shows why the hours of the week could not be read', async () => {
  backend.use(http.get('/api/admin/jobs/metrics', () => problem(400, { code: 'INVALID_INPUT', detail: 'No.' })));
  await openPanel('/admin/jobs/analytics?tab=capacity');
  expect(await screen.findByText('The hours of the week could not be loaded')).toBeVisible();
});

test('is sorted, and narrowed to a job, by its address', async () => {
  const { user } = await openPanel('/admin/jobs/analytics?tab=duration');
  await user.click((await table()).getByRole('button', { name: 'Runs' }));
  await user.click((await table()).getByRole('button', { name: 'Runs' }));
  expect(await rowsOf()).toEqual(['All others', 'match-scores', 'trending']);
  await user.click(screen.getByRole('combobox', { name: 'Job' }));
  await user.click(await screen.findByRole('option', { name: 'match-scores', hidden: true }));
  await waitFor(() => expect(address()).toBe('/admin/jobs/analytics?tab=duration&sort=ended&job=match-scores'));
  expect(await rowsOf()).toEqual(['match-scores']);
  await waitFor(() => expect(requests.at(-1)).toMatchObject({ jobName: 'match-scores' }));
});

test('keeps range and job from tab to tab', async () => {
  const { user } = await openPanel('/admin/jobs/analytics?range=90d&job=trending');
  await user.click(await screen.findByRole('link', { name: 'Failures' }));
  expect(address()).toBe('/admin/jobs/analytics?range=90d&job=trending&tab=failures');
  expect(await screen.findByRole('heading', { name: 'By cause, in 30d' })).toBeVisible();
});

test('requests channels where it is about capacity', async () => {
  await openPanel('/admin/jobs/analytics?tab=capacity&channel=mail');
  expect(await screen.findByRole('combobox', { name: 'Channel' })).toHaveValue('mail');
  await waitFor(() => expect(requests.at(-1)).toMatchObject({ channel: 'mail' }));
  expect(requests.at(-1)?.measures).not.toContain('slots');
});

test('shows that there is nothing yet, and why figures could not be loaded', async () => {
  jobs = [];
  const { unmount } = await openPanel('/admin/jobs/analytics');
  expect(await screen.findByText('Figures begin with the first run that ends.')).toBeVisible();
  unmount();
  backend.use(http.get('/api/admin/jobs/metrics/jobs', () => problem(503, { detail: 'The database is away.' })));
  await openPanel('/admin/jobs/analytics');
  expect(await screen.findByText('Figures of jobs could not be loaded')).toBeVisible();
});

test('each part that could not be loaded shows that instead of loading for ever', async () => {
  backend.use(http.get('/api/admin/jobs/metrics', () => problem(400, { detail: 'The disk is full' })));
  await openPanel('/admin/jobs/analytics');
  // The strip and the charts.
  await waitFor(() => expect(screen.getAllByText('Figures could not be loaded')).toHaveLength(2));
  expect(await screen.findByText('The chart of jobs could not be loaded')).toBeVisible();
});
