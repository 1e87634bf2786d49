import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import { anAuditEvent } from '../../testing/administration';
import { backend, callsTo, operator, problem, world } from '../../testing/backend';
import { openPanel } from '../../testing/render-app';

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
const asked: unknown[] = [];

beforeEach(() => {
  asked.length = 0;
  known = settings;
  const remember = async ({ request }: { request: Request }) => {
    const body = (await request.json().catch(() => ({}))) as object;
    asked.push({ [`${request.method} ${new URL(request.url).pathname.replace(API, '')}`]: body });
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
  await waitFor(() => expect(asked).toEqual([{ 'PUT /settings': { ...none, ...set, isCritical: false, rev: 0 } }]));
  // By now the page has read what was saved.
  await waitFor(() => expect(screen.getByRole('link', { name: /Settings\s*4/ })).toBeVisible());
  await user.click(screen.getByRole('button', { name: 'Undo' }));
  await waitFor(() =>
    expect(asked[1]).toMatchObject({ 'PUT /settings': { stalledAfterMs: null, onStalled: null, keepDays: null } }),
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
  await waitFor(() => expect(asked).toEqual([{ 'POST /pause': { reason: 'wrong figures' } }, { 'POST /resume': {} }]));
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
