import { notificationsStore } from '@mantine/notifications';
import { renderHook } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test, vi } from 'vitest';
import { aRun } from '../../testing/a-run';
import { backend } from '../../testing/backend';
import { addNotice, MAX_NOTICES, openNotices, useNotices } from '../../ui/notices';
import { GROUP_MS } from './failure-groups';
import { keepPreferences, readPreferences } from './preferences';
import { createRunNotices } from './run-notices';
import { setWatched, watchedRuns } from './watched-runs';

const ways = { openRun: vi.fn(), goTo: vi.fn() };
const shown = () => notificationsStore.getState();
const titles = () => shown().notifications.map(({ title, message }) => title ?? textOf(message));
const textOf = (message: unknown) =>
  (message as { props: { children: [{ props: { children: string } }] } }).props.children[0].props.children;
const noticed = () => renderHook(() => useNotices()).result.current;
const prefer = (part: Partial<ReturnType<typeof readPreferences>>) =>
  keepPreferences({ ...readPreferences(), ...part });

beforeEach(() => openNotices('1'));

test('failures of one job and cause are one toast and one notice, whatever ids they name', () => {
  const announce = createRunNotices(ways);
  const failed = [17, 4, 100_059].map((id) => aRun.failed({ error: `There is no user with the id ${id}.` }));
  announce(failed.slice(0, 1), 1);
  expect(titles()).toEqual([`match-scores #${failed[0]?.id} failed`]);
  announce(failed.slice(1), 1);
  expect(titles()).toEqual(['3 runs of match-scores failed']);
  expect(textOf(shown().notifications[0]?.message)).toBe('There is no user with the id #.');
  expect(noticed()).toMatchObject([
    { title: '3 runs of match-scores failed', to: '/admin/jobs/history?job=match-scores&status=FAILED' },
  ]);
});

test('a group that one dismissed stays away, and failures after a pause are a new one', () => {
  vi.useFakeTimers();
  const announce = createRunNotices(ways);
  announce([aRun.failed()], 1);
  notificationsStore.setState({ ...shown(), notifications: [] });
  announce([aRun.failed()], 1);
  expect(titles()).toEqual([]);
  vi.advanceTimersByTime(GROUP_MS + 1);
  const later = aRun.failed();
  announce([later], 1);
  expect(titles()).toEqual([`match-scores #${later.id} failed`]);
  expect(noticed().map(({ title }) => title)).toEqual([
    `match-scores #${later.id} failed`,
    '2 runs of match-scores failed',
  ]);
});

test('more causes than can be read are added up, and nothing waits to be shown later', () => {
  const announce = createRunNotices(ways);
  for (const error of ['Out of memory', 'Disk full', 'Timeout', 'Refused']) announce([aRun.failed({ error })], 1);
  expect(titles().at(-1)).toBe('Runs failed for 2 more reasons');
  for (let each = 0; each < 30; each++) announce([aRun.success()], 1);
  expect(shown().notifications.length).toBeLessThanOrEqual(5);
  expect(shown().queue).toEqual([]);
});

test('preferences choose whose runs have toasts; the bell keeps all failures and the ends of own runs', () => {
  const ofOthers = { triggeredBy: { id: 2, email: 'bob@example.com' } };
  const announce = createRunNotices(ways);
  prefer({ toasts: 'mine' });
  announce([aRun.failed(ofOthers), aRun.success(ofOthers)], 1);
  expect(titles()).toEqual([]);
  const own = aRun.success();
  announce([own], 1);
  expect(titles()).toEqual([`match-scores #${own.id} finished`]);
  prefer({ toasts: 'none' });
  announce([aRun.failed({ error: 'Disk full' }), aRun.cancelled()], 1);
  expect(titles()).toHaveLength(1);
  expect(noticed()).toHaveLength(4);
});

test('a run that is watched is announced whatever the preferences are, once', () => {
  vi.useFakeTimers();
  prefer({ toasts: 'none' });
  const run = aRun.success({ triggeredBy: null });
  setWatched(run.id, true);
  const announce = createRunNotices(ways);
  announce([run], 1);
  announce([run], 1);
  expect(titles()).toEqual([`match-scores #${run.id} finished`]);
  vi.runAllTimers();
  expect(watchedRuns()).toEqual([]);
});

test('a batch has one toast, with its progress', async () => {
  const counts = { queued: 2, running: 0, success: 1, failed: 1, cancelled: 0 };
  const batch = {
    id: '7',
    name: 'Nightly rebuild',
    total: 4,
    counts,
    progressPercent: 50,
    callbackRunId: null,
    createdAt: new Date().toISOString(),
    createdBy: 'ada@example.com',
    finishedAt: null,
  };
  backend.use(http.get('/api/admin/jobs/batches/7', () => HttpResponse.json({ batch })));
  const announce = createRunNotices(ways);
  announce([aRun.success({ batchId: '7' }), aRun.failed({ batchId: '7' })], 1);
  await vi.waitFor(() => expect(titles()).toEqual(['Batch “Nightly rebuild”']));
  Object.assign(counts, { queued: 0, success: 3 });
  createRunNotices(ways)([aRun.success({ batchId: '7' })], 1);
  await vi.waitFor(() => expect(titles()).toEqual(['Batch “Nightly rebuild” ended']));
  expect(noticed()[0]).toMatchObject({ kind: 'failure', text: '3 succeeded, 1 failed' });
});

test('as many notices as a session can use are kept, of one person', () => {
  for (let each = 0; each < MAX_NOTICES + 5; each++)
    addNotice({ id: String(each), kind: 'end', title: `Run ${each}`, text: null, to: null });
  expect(noticed()).toHaveLength(MAX_NOTICES);
  expect(noticed()[0]?.title).toBe(`Run ${MAX_NOTICES + 4}`);
  openNotices('1');
  expect(noticed()).toHaveLength(MAX_NOTICES);
  openNotices('2');
  expect(noticed()).toEqual([]);
});
