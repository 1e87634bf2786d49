import type { JobSchedule } from '@job-manager/shared/contract/schedules';
import { MantineProvider } from '@mantine/core';
import { render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import { ago } from '../../testing/a-run';
import { aSchedule, inMinutes, scheduleId } from '../../testing/a-schedule';
import { backend, operator, problem, world } from '../../testing/backend';
import { address, openPanel, untilListTakesKeys } from '../../testing/render-app';
import { ShowMore } from '../../ui/ShowMore';
// Compiled before the first test waits for it: on a busy machine that takes longer than a wait.
import '../job-pages';

const SCHEDULES = '/admin/jobs/schedules';
const ran = (id: string, status: 'SUCCESS' | 'FAILED', minutes: number) =>
  ({ jobRunId: id, status, dueAt: ago(minutes * 60), durationMs: 2_000 }) as const;

let schedules: JobSchedule[];
const requests: unknown[] = [];

beforeEach(() => {
  requests.length = 0;
  schedules = [
    aSchedule(1, 'hourly', { outcomes: [ran('7', 'SUCCESS', 20)] }),
    aSchedule(2, 'nightly', {
      outcomes: [ran('9', 'FAILED', 20), ran('8', 'SUCCESS', 200)],
      skips: [{ firstDueAt: ago(6_000), lastDueAt: ago(5_000), dueTimes: 3, reason: 'paused', at: ago(4_000) }],
    }),
    aSchedule(3, 'in-code', { source: 'code', paused: { at: ago(60), by: 'ada', reason: 'down', resumeAt: null } }),
  ];
  const remember = async ({ request }: { request: Request }) => {
    const body = (await request.json().catch(() => ({}))) as { scheduleIds?: string[] };
    requests.push({ [`${request.method} ${new URL(request.url).pathname.replace(`/api${SCHEDULES}`, '')}`]: body });
    return HttpResponse.json({ changed: body.scheduleIds ?? [], unchanged: [], jobRunId: '12' });
  };
  backend.use(
    http.get(`/api${SCHEDULES}`, () => HttpResponse.json({ schedules, serverTime: new Date().toISOString() })),
    http.get(`/api${SCHEDULES}/preview`, ({ request }) =>
      new URL(request.url).searchParams.get('cron') === '0 0 30 2 *'
        ? problem(400, { issues: [{ path: 'cron', message: '"0 0 30 2 *" never comes due: no date fits it.' }] })
        : HttpResponse.json({ timing: 'At 03:00 (UTC)', times: [inMinutes(60)], warnings: [] }),
    ),
    http.post(`/api${SCHEDULES}/:act`, remember),
    http.post(`/api${SCHEDULES}/:id/:act`, remember),
    http.put(`/api${SCHEDULES}/:id`, remember),
  );
});

const names = () =>
  within(screen.getByRole('table', { name: 'Schedules' }))
    .getAllByRole('rowheader')
    .map((header) => within(header).getByRole('link').textContent);

async function openList(query = '') {
  const view = await openPanel(`${SCHEDULES}${query}`);
  await screen.findByRole('table', { name: 'Schedules' });
  return view;
}

test('is sorted by its headings, in the address: what failed last, what comes next, the other way round', async () => {
  const { user } = await openList();
  expect(names()).toEqual(['hourly', 'nightly', 'in-code']);
  await user.click(screen.getByRole('button', { name: 'Last 20 runs' }));
  expect(names()).toEqual(['nightly', 'hourly', 'in-code']);
  await user.click(screen.getByRole('button', { name: 'Next' }));
  await waitFor(() => expect(address()).toBe(`${SCHEDULES}?sort=next`));
  await user.click(screen.getByRole('button', { name: 'Next' }));
  expect(names()).toEqual(['in-code', 'nightly', 'hourly']);
  expect(screen.getByRole('columnheader', { name: 'Next' })).toHaveAttribute('aria-sort', 'descending');
  await waitFor(() => expect(address()).toBe(`${SCHEDULES}?sort=-next`));
  await user.click(screen.getByRole('button', { name: 'Next' }));
  await waitFor(() => expect(address()).toBe(SCHEDULES));
});

test('marks what became of the latest due times, those without a run as well', async () => {
  await openList();
  const row = screen.getByRole('row', { name: /nightly/ });
  const marks = within(row).getAllByRole('link', { name: /due/ });
  expect(marks.map((mark) => mark.getAttribute('aria-label'))).toEqual([
    expect.stringMatching(/^#8 Success, due .*, took 2s$/),
    expect.stringMatching(/^Skipped 3 due times, .*: It was paused$/),
    expect.stringMatching(/^#9 Failed/),
  ]);
});

test('keys run, pause, resume, edit and tick the marked row; a schedule in code is not edited', async () => {
  const { user } = await openList();
  await untilListTakesKeys();
  await user.keyboard('jR');
  await waitFor(() => expect(requests).toEqual([{ [`POST /${scheduleId(1)}/run`]: {} }]));
  await user.keyboard('e');
  // The closed dialog gives the focus back to the marked row, whose keys these are.
  const isMarked = () => expect(document.activeElement?.closest('[data-row]')).not.toBeNull();
  await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Cancel' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  await waitFor(isMarked);
  await user.keyboard('P');
  await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Pause' }));
  await waitFor(() => expect(requests[1]).toEqual({ 'POST /pause': { scheduleIds: [scheduleId(1)] } }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  await waitFor(isMarked);
  await user.keyboard('jje');
  expect(screen.queryByRole('dialog')).toBeNull();
  await user.keyboard('P');
  await waitFor(() => expect(requests[2]).toEqual({ 'POST /resume': { scheduleIds: [scheduleId(3)] } }));
  const toast = (await screen.findByText('One schedule is resumed.')).closest<HTMLElement>('[role="alert"]');
  await user.click(within(toast as HTMLElement).getByRole('button', { name: 'Undo' }));
  await waitFor(() => expect(requests[3]).toEqual({ 'POST /pause': { scheduleIds: [scheduleId(3)], reason: 'down' } }));
  await user.keyboard('ja');
  const toolbar = screen.getByRole('toolbar', { name: 'What to do with the ticked schedules' });
  expect(within(toolbar).getByText('3 chosen')).toBeVisible();
  await user.click(within(toolbar).getByRole('button', { name: 'Clear' }));
});

test('a link opens the editor; a line that never comes due is refused at its field, as is an old version', async () => {
  const theirs = aSchedule(1, 'hourly', { cron: '0 4 * * *', channel: 'mail', rev: 'r2' });
  backend.use(
    http.put(`/api${SCHEDULES}/:id`, async ({ request }) => {
      const { rev, channel, priority } = (await request.json()) as Record<string, unknown>;
      requests.push([rev, channel, priority]);
      return problem(409, { code: 'CHANGED', current: theirs as never });
    }),
  );
  const { user } = await openList(`?edit=${scheduleId(1)}`);
  const dialog = within(await screen.findByRole('dialog', { name: 'Change hourly' }));
  const line = dialog.getByRole('textbox', { name: 'Cron line' });
  await user.clear(line);
  await user.click(line);
  await user.paste('0 0 30 2 *');
  await waitFor(() => expect(line).toHaveAccessibleDescription(/never comes due: no date fits it/));
  await user.clear(line);
  await user.click(line);
  await user.paste('0 5 * * *');
  await user.click(dialog.getByRole('radio', { name: /Queue it behind/ }));
  await user.type(dialog.getByRole('textbox', { name: 'Channel' }), 'slow');
  await user.type(dialog.getByRole('spinbutton', { name: 'Priority' }), '-5');
  await user.click(dialog.getByRole('button', { name: 'Save' }));
  expect(await dialog.findByText(/cron: 0 4 \* \* \* \(here: 0 5 \* \* \*\)/)).toBeVisible();
  expect(dialog.getByText(/overlap: skip \(here: queue\), channel: mail \(here: slow\)/)).toBeVisible();
  await user.click(dialog.getByRole('button', { name: 'Save' }));
  await waitFor(() =>
    expect(requests).toEqual([
      ['r1', 'slow', -5],
      ['r2', 'slow', -5],
    ]),
  );
});

test('draws a part of a long list, and more where they are wanted', async () => {
  const user = userEvent.setup();
  render(
    <MantineProvider>
      <ShowMore rows={[1, 2, 3, 4, 5]} noun="rows" step={2}>
        {(shown) => <output>{shown.join(' ')}</output>}
      </ShowMore>
    </MantineProvider>,
  );
  expect(screen.getByText('2 of 5 rows are shown.')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Show 2 more' }));
  expect(screen.getByText('1 2 3 4')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Show 1 more' }));
  expect(screen.getByText('1 2 3 4 5')).toBeVisible();
  expect(screen.queryByRole('button')).toBeNull();
});

test('shows for each part of a page that it could not be loaded, and tries again', async () => {
  let isBroken = true;
  const [schedule] = schedules;
  const refusal = () => (isBroken ? problem(400, { detail: 'The database is away.' }) : undefined);
  backend.use(
    http.get(`/api${SCHEDULES}/:id`, () => HttpResponse.json({ schedule })),
    http.get(`/api${SCHEDULES}/:id/next`, () => refusal() ?? HttpResponse.json({ times: [inMinutes(90)] })),
    http.get(`/api${SCHEDULES}/:id/runs`, () => refusal() ?? HttpResponse.json({ runs: [], hasMore: false })),
    http.get('/api/admin/audit', () => HttpResponse.json({ events: [], hasMore: false })),
  );
  const { user } = await openPanel(`${SCHEDULES}/${scheduleId(1)}`);
  expect(await screen.findByText('Its next times could not be loaded')).toBeVisible();
  expect(await screen.findByText('The timeline could not be loaded')).toBeVisible();
  expect(await screen.findByText('Its runs could not be loaded')).toBeVisible();
  isBroken = false;
  for (const retry of screen.getAllByRole('button', { name: 'Retry' })) await user.click(retry);
  expect(await screen.findByRole('table', { name: 'Next due times' })).toBeVisible();
  expect(await screen.findByText('It has not run yet.')).toBeVisible();
});

test('marks the next due times, and none while it is paused', async () => {
  const [schedule = aSchedule(1, 'hourly')] = schedules;
  let shown = schedule;
  backend.use(
    http.get(`/api${SCHEDULES}/:id`, () => HttpResponse.json({ schedule: shown })),
    http.get(`/api${SCHEDULES}/:id/next`, () => HttpResponse.json({ times: [inMinutes(5), inMinutes(10)] })),
    http.get(`/api${SCHEDULES}/:id/runs`, () => HttpResponse.json({ runs: [], hasMore: false })),
    http.get('/api/admin/audit', () => HttpResponse.json({ events: [], hasMore: false })),
  );
  const view = await openPanel(`${SCHEDULES}/${scheduleId(1)}`);
  expect(await screen.findByRole('img', { name: /; the next 2 due times$/ })).toBeVisible();
  view.unmount();
  shown = { ...schedule, paused: { at: ago(60), by: 'ada', reason: 'down', resumeAt: null } };
  await openPanel(`${SCHEDULES}/${scheduleId(1)}`);
  expect(await screen.findByRole('img', { name: /; nothing due in the next day$/ })).toBeVisible();
  expect(screen.getByText('Nothing comes due while it is paused.')).toBeVisible();
  expect(screen.getByText(/by ada: down$/)).toBeVisible();
});

test('a link opens the editor for a new schedule', async () => {
  await openList('?edit=new');
  expect(await screen.findByRole('dialog', { name: 'New schedule' })).toBeVisible();
});

test('the calendar shows the next day or week', async () => {
  const hours: string[] = [];
  backend.use(
    http.get(`/api${SCHEDULES}/calendar`, ({ request }) => {
      const wanted = new URL(request.url).searchParams.get('hours') ?? '';
      hours.push(wanted);
      const perHour = Array.from({ length: Number(wanted) }, (_none, hour) => (hour === 3 ? 2 : 0));
      const entry = { scheduleId: scheduleId(1), name: 'hourly', jobName: 'trending', times: [], perHour, total: 2 };
      return HttpResponse.json({
        from: new Date().toISOString(),
        hours: Number(wanted),
        schedules: [entry],
        isCut: Number(wanted) > 24,
      });
    }),
  );
  const { user } = await openPanel(`${SCHEDULES}?view=calendar`);
  expect(await screen.findByText(/^Busiest hour: from .*, 2 due.$/)).toBeVisible();
  expect(screen.queryByText(/there are more/)).toBeNull();
  await user.click(screen.getByRole('radio', { name: '7 days' }));
  await waitFor(() => expect(hours).toEqual(['24', '168']));
  expect(await screen.findByText('The 200 that come due first are looked at; there are more.')).toBeVisible();
  await waitFor(() => expect(address()).toBe(`${SCHEDULES}?view=calendar&days=7`));
});

test('offers no act to those who may do none', async () => {
  world.user = { ...operator, role: 'USER' };
  await openPanel(SCHEDULES);
  expect(await screen.findByText('No access')).toBeVisible();
});
