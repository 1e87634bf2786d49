import { permissionsOf } from '@job-manager/shared/permissions';
import { screen } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import { aChannel } from '../testing/a-channel';
import { ago, aRun } from '../testing/a-run';
import { aSchedule, scheduleId } from '../testing/a-schedule';
import { backend, operator, world } from '../testing/backend';
import { openPanel } from '../testing/render-app';
// Compiled before the first test waits for it: on a busy machine that takes longer than a wait.
import './job-pages';

// What those who may only view are offered: nothing that the server would refuse.

const [running, scheduled, failed] = [aRun.running(), aRun.queued({ runAt: ago(-3_600) }), aRun.failed()];
const batch = {
  ...{ id: '7', name: 'Nightly mails', total: 60, progressPercent: 65, callbackRunId: null, finishedAt: null },
  counts: { queued: 20, running: 1, success: 30, failed: 4, cancelled: 0 },
  ...{ createdAt: ago(600), createdBy: 'ada@example.com' },
};
const JOBS = '/admin/jobs';

/** Each page with what it shows all people, and the acts on it by their names. */
const pages: [address: string, shows: RegExp, acts: RegExp[]][] = [
  [`${JOBS}/channels`, /^mail$/, [/^Pause mail$/, /^Limits of mail$/, /^Channel settings$/]],
  [`${JOBS}/channels/mail`, /^trending$/, [/^Pause mail$/, /^Limits of mail$/, /^Alert me when runs wait/]],
  [`${JOBS}/schedules`, /^nightly$/, [/^New schedule$/, /^Run nightly now$/, /^More about nightly$/, /^Tick nightly$/]],
  [
    `${JOBS}/schedules/${scheduleId(1)}`,
    /^trending$/,
    [/^Run nightly now$/, /^Pause nightly$/, /^Edit…$/, /^More about/],
  ],
  [`${JOBS}/definitions`, /^trending$/, [/^Pause trending$/, /^Run trending$/]],
  [
    `${JOBS}/definitions/trending`,
    /^Settings/,
    [/^Pause trending$/, /^Run trending$/, /^Alert me when runs of trending/],
  ],
  [`${JOBS}/definitions/trending?part=settings`, /^Settings/, [/^Save settings$/, /^Reset /]],
  [`${JOBS}/batches/7`, new RegExp(`#${failed.id}`), [/^Re-run failed…/, /^Cancel…$/]],
  [`${JOBS}/monitor`, /^match-scores$/, [/^Cancel match-scores/, /^Run New Job$/]],
  [`${JOBS}/history`, /^match-scores/, [/^Run New Job$/, /^Export/]],
  [`${JOBS}/${running.id}`, /^match-scores$/, [/^Cancel match-scores/]],
  [`${JOBS}/${scheduled.id}`, /^match-scores$/, [/^Run now/, /^Run later…$/, /^Cancel match-scores/]],
  [`${JOBS}/${failed.id}`, /^match-scores$/, [/^Re-run Job$/]],
];

beforeEach(() => {
  const nightly = aSchedule(1, 'nightly');
  world.active = [running, scheduled];
  world.runs = [running, scheduled, failed];
  world.history = [failed];
  backend.use(
    http.get('/api/admin/jobs/channels', () => HttpResponse.json({ channels: [aChannel('mail')] })),
    http.get('/api/admin/jobs/queue', () => HttpResponse.json({ runs: [], cursor: null, asOf: ago(3) })),
    http.get('/api/admin/jobs/schedules', () => HttpResponse.json({ schedules: [nightly], serverTime: ago(0) })),
    http.get('/api/admin/jobs/schedules/:id', () => HttpResponse.json({ schedule: nightly })),
    http.get('/api/admin/jobs/schedules/:id/next', () => HttpResponse.json({ times: [] })),
    http.get('/api/admin/jobs/schedules/:id/runs', () => HttpResponse.json({ runs: [], hasMore: false })),
    http.get('/api/admin/jobs/batches/7', () => HttpResponse.json({ batch })),
    http.get('/api/admin/jobs/batches/7/runs', () =>
      HttpResponse.json({ runs: [failed], total: 1, page: 1, pageSize: 50 }),
    ),
    http.get('/api/admin/jobs/batches/7/graph', () => HttpResponse.json(world.graph)),
    http.get('/api/admin/audit', () => HttpResponse.json({ events: [], hasMore: false })),
  );
});

/** Buttons, links styled as buttons and checkboxes, by the names they have for screen readers. */
const offered = (name: RegExp): number =>
  (['button', 'link', 'checkbox'] as const).reduce(
    (sum, role) => sum + screen.queryAllByRole(role, { name }).length,
    0,
  );

test.each(pages)('%s', async (address, shows, acts) => {
  const view = await openPanel(address);
  for (const act of acts) await expect.poll(() => [String(act), offered(act) > 0]).toEqual([String(act), true]);
  view.unmount();
  const readOnly = { user: operator, roleName: 'Onlooker', permissions: ['view'], jobPatterns: null, pending: [] };
  backend.use(http.get('/api/auth/me', () => HttpResponse.json(readOnly)));
  await openPanel(address);
  await screen.findAllByText(shows);
  for (const act of acts) expect([String(act), offered(act)]).toEqual([String(act), 0]);
});

test('a person without any permission sees none of the pages', async () => {
  expect(permissionsOf.USER).toEqual([]);
  world.user = { ...operator, role: 'USER' };
  await openPanel(`${JOBS}/channels`);
  expect(await screen.findByText('No access')).toBeVisible();
});
