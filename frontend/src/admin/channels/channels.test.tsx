import type { JobChannel } from '@job-manager/shared/contract/channels';
import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import { aChannel } from '../../testing/a-channel';
import { ago, aRun } from '../../testing/a-run';
import { anAuditEvent } from '../../testing/administration';
import { backend, problem } from '../../testing/backend';
import { address, openPanel } from '../../testing/render-app';
import { serveMetrics } from '../../testing/some-metrics';
// Compiled before the first test waits for it: on a busy machine that takes longer than a wait.
import '../job-pages';

let mail: JobChannel;
const requests: unknown[] = [];

beforeEach(() => {
  requests.length = 0;
  mail = aChannel('mail');
  const change = async ({ request }: { request: Request }) => {
    const body = (await request.json().catch(() => ({}))) as object;
    requests.push({ [`${request.method} ${new URL(request.url).pathname.split('/').slice(5).join('/')}`]: body });
    return HttpResponse.json({ name: 'mail', channel: { ...mail, ...body, rev: 2 } });
  };
  backend.use(
    http.get('/api/admin/jobs/channels', () => HttpResponse.json({ channels: [mail] })),
    http.get('/api/admin/jobs/queue', ({ request }) => {
      requests.push({ queue: new URL(request.url).searchParams.get('channel') });
      const waiting = aRun.queued({ jobName: 'send-mail', waitDetail: 'Paused by ada: the provider is down' });
      return HttpResponse.json({ runs: [waiting], cursor: 'more', asOf: ago(3) });
    }),
    http.get('/api/admin/audit', () =>
      HttpResponse.json({ events: [anAuditEvent({ action: 'channel.pause', target: 'mail' })], hasMore: false }),
    ),
    http.put('/api/admin/jobs/channels/mail', change),
    http.post('/api/admin/jobs/channels/mail/:act', change),
  );
});

test('a channel has its limits in a sentence with their use, its queue, jobs, runners and audit', async () => {
  backend.use(
    serveMetrics(
      () => ({ depth: { points: [1, 14, 2, 3], total: 5 }, oldest: { points: [null, 60_000, 1_000, null], total: 1 } }),
      ({ channel = '' }) => requests.push({ metrics: channel }),
    ),
  );
  await openPanel('/admin/jobs/channels/mail');
  expect(
    await screen.findByText('It runs at most 5 at once, 100 starts in 1 minute, 2 shares of a runner.'),
  ).toBeVisible();
  const limits = within(screen.getByRole('region', { name: 'Limits' }));
  expect(limits.getByText('3 of 5')).toBeVisible();
  expect(limits.getByText('12 of 100')).toBeVisible();
  expect(await screen.findByText('Paused by ada: the provider is down')).toBeVisible();
  expect(screen.getByText(/The first 1, as of/)).toBeVisible();
  expect(screen.getByRole('button', { name: 'Show 50 more' })).toBeVisible();
  expect(await screen.findByRole('img', { name: /^Depth/ })).toBeVisible();
  expect(screen.getByRole('img', { name: /^Oldest due/ })).toBeVisible();
  expect(requests).toHaveLength(2);
  expect(requests).toEqual(expect.arrayContaining([{ queue: 'mail' }, { metrics: 'mail' }]));
  expect(screen.getByRole('link', { name: 'trending' })).toBeVisible();
  expect(screen.getByRole('link', { name: 'vm:29504' })).toBeVisible();
  expect(await screen.findByRole('cell', { name: 'Paused a channel' })).toBeVisible();
});

test('a pause can be undone from its toast, and so can resuming with the reason it had', async () => {
  mail = { ...mail, paused: { at: ago(60), by: 'ada', reason: 'down', resumeAt: null } };
  const { user } = await openPanel('/admin/jobs/channels');
  await user.click(await screen.findByRole('button', { name: 'Resume mail' }));
  await user.click(await screen.findByRole('button', { name: 'Undo' }));
  await waitFor(() =>
    expect(requests).toEqual([{ 'POST mail/resume': {} }, { 'POST mail/pause': { reason: 'down' } }]),
  );
});

test('the palette pauses a channel: its page opens the dialog, unless it is paused', async () => {
  const { user } = await openPanel('/admin/jobs/channels');
  await screen.findByRole('row', { name: /^mail/ });
  await user.keyboard('/');
  await user.type(await screen.findByRole('combobox', { name: 'Search or jump to' }), 'pause mail');
  await user.click(await screen.findByRole('option', { name: /^Pause channel mail/ }));
  const dialog = within(await screen.findByRole('dialog', { name: 'Pause channel mail?' }));
  await waitFor(() => expect(address()).toBe('/admin/jobs/channels/mail'));
  await user.type(dialog.getByRole('textbox', { name: 'Reason' }), 'down');
  await user.click(dialog.getByRole('button', { name: 'Pause' }));
  await waitFor(() => expect(requests).toContainEqual({ 'POST mail/pause': { reason: 'down' } }));
});

test('changed limits can be undone as they were', async () => {
  const { user } = await openPanel('/admin/jobs/channels');
  await user.click(await screen.findByRole('button', { name: 'Limits of mail' }));
  const dialog = within(await screen.findByRole('dialog'));
  await user.clear(await dialog.findByRole('textbox', { name: 'Runs at once' }));
  await user.type(dialog.getByRole('textbox', { name: 'Runs at once' }), '1');
  expect(dialog.getByText(/3 run now; they go on/)).toBeVisible();
  await user.click(dialog.getByRole('button', { name: 'Save' }));
  expect(await screen.findByText(/hold from now on: runs at once 5 → 1\.$/)).toBeVisible();
  await user.click(await screen.findByRole('button', { name: 'Undo' }));
  await waitFor(() =>
    expect(requests).toMatchObject([{ 'PUT mail': { concurrency: 1 } }, { 'PUT mail': { concurrency: 5, rev: 2 } }]),
  );
});

test('a limit without its partner is refused at its field, and an old version with both', async () => {
  let refusal = () =>
    problem(400, { issues: [{ path: 'ratePeriodMs', message: 'is needed with rateLimit' }] as never });
  backend.use(http.put('/api/admin/jobs/channels/mail', () => refusal()));
  const { user } = await openPanel('/admin/jobs/channels');
  await user.click(await screen.findByRole('button', { name: 'Limits of mail' }));
  const dialog = within(await screen.findByRole('dialog'));
  const period = await dialog.findByRole('textbox', { name: 'within so many seconds' });
  await user.clear(period);
  await user.click(dialog.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(period).toHaveAccessibleDescription(/Is needed with rateLimit/));
  await user.type(period, '30');
  refusal = () => problem(409, { code: 'CHANGED', current: { ...mail, concurrency: 7, rev: 5 } as never });
  await user.click(dialog.getByRole('button', { name: 'Save' }));
  expect(await dialog.findByText(/runs at once: 7 \(here: 5\), within: 1 minute \(here: 30 seconds\)/)).toBeVisible();
});

test('is sorted by need of attention, full where as many run as may, and its rows open', async () => {
  const full = { ...mail, name: 'full', running: 5, oldestDueAt: null };
  backend.use(http.get('/api/admin/jobs/channels', () => HttpResponse.json({ channels: [mail, full] })));
  const { user } = await openPanel('/admin/jobs/channels');
  expect(within(await screen.findByRole('row', { name: /^full/ })).getByText('Full')).toBeVisible();
  expect(screen.getAllByRole('img', { name: 'At most 14 queued in an hour, 7 at last' })).toHaveLength(2);
  const names = () => screen.getAllByRole('rowheader').map((header) => header.textContent);
  expect(names()).toEqual(['mail', 'full']);
  await user.click(screen.getByRole('button', { name: 'State' }));
  await waitFor(() => expect(names()).toEqual(['full', 'mail']));
  await user.click(within(screen.getByRole('row', { name: /^mail/ })).getByText('3 of 5'));
  await waitFor(() => expect(address()).toBe('/admin/jobs/channels/mail'));
});
