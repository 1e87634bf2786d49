import type { SavedView } from '@job-manager/shared/contract/views';
import { expect, test } from 'vitest';
import { aRun } from '../../testing/a-run';
import { findEntries } from './palette-entries';

const pages = [
  { to: '/admin/dashboard', label: 'Dashboard', key: 'd' },
  { to: '/admin/jobs', label: 'Runs', key: 'r' },
];
const jobs = [
  { name: 'trending', description: 'Update trending' },
  { name: 'match-scores', description: 'Score matches between users' },
];
const recent = [{ label: 'Runs / trending / #7', to: '/admin/jobs/7' }];
const sources = { pages, jobs, recent, runJob: () => {} };
const labels = (typed: string, from = sources) => findEntries(typed, from).map(({ label }) => label);

test('offers recent places, then pages, where nothing is typed', () => {
  expect(labels('')).toEqual(['Runs / trending / #7', 'Dashboard', 'Runs', 'Run New Job']);
});

test.each(['12847', '#12847', ' #12847 '])('opens the run that %j names, before anything else', (typed) => {
  expect(findEntries(typed, sources)[0]).toMatchObject({ label: 'Open run #12847', to: '/admin/jobs/12847' });
});

test.each(['0', '99999999999999999999', '#'])('takes %j for no run', (typed) => {
  expect(labels(typed)).not.toContain(`Open run #${typed}`);
});

test('finds jobs by the letters of their names, and by their descriptions', () => {
  expect(labels('mtchsc')).toEqual(['Open match-scores', 'Run match-scores…']);
  expect(labels('between users')).toEqual(['Open match-scores']);
  expect(labels('zzz')).toEqual([]);
});

test.each(['300 241', 'compare #300 #241', '#300, #241', 'compare 300 and 241'])('compares two runs by %j', (typed) => {
  expect(findEntries(typed, sources)[0]).toMatchObject({
    label: 'Compare #300 and #241',
    to: '/admin/jobs/compare?a=300&b=241',
  });
});

test('leads to the tiles of acts on many that this person may do', () => {
  expect(labels('compare')).toContain('Compare two runs…');
  expect(labels('purge channel')).not.toContain('Purge a channel…');
  const purger = { ...sources, may: (permission: string) => ['bulk', 'purge'].includes(permission) };
  expect(findEntries('purge', purger)).toContainEqual({
    group: 'Actions',
    label: 'Purge a channel…',
    to: '/admin/jobs/manage?tile=purge',
  });
});

test.each(['trigger', 'enqueue', 'start'])('finds the act that starts a run by the word %j', (typed) => {
  expect(labels(typed)).toContain('Run New Job');
});

test('runs nothing for those who may not', () => {
  expect(labels('trending', { ...sources, runJob: undefined as never })).toEqual(['Open trending']);
});

test('offers what the server found, by what it found it', () => {
  const [run, failed] = [aRun.success(), aRun.failed()];
  const hits = [
    { kind: 'run' as const, run },
    { kind: 'correlation' as const, correlationId: 'order-4711', runs: [run], hasMore: false },
    { kind: 'key' as const, key: 'order-4711', run: failed },
    { kind: 'batch' as const, batch: { id: '7', name: 'Nightly order-4711', finishedAt: null } },
    { kind: 'schedule' as const, schedule: { id: 's1', name: 'order-4711-nightly', jobName: 'trending' } },
  ];
  expect(findEntries('order-4711', { ...sources, hits })).toEqual([
    {
      ...{ group: 'Found', label: `match-scores #${run.id}`, to: `/admin/jobs/${run.id}` },
      description: 'Correlation id order-4711, Success',
    },
    {
      ...{ group: 'Found', label: `match-scores #${failed.id}`, to: `/admin/jobs/${failed.id}` },
      description: 'Key order-4711, Failed',
    },
    { group: 'Found', label: 'Batch Nightly order-4711 #7', to: '/admin/jobs/batches/7' },
    {
      ...{ group: 'Found', label: 'Schedule order-4711-nightly', to: '/admin/jobs/schedules/s1' },
      description: 'Runs trending',
    },
  ]);
});

test('leads to the history where more runs have a correlation id than are listed', () => {
  const hits = [{ kind: 'correlation' as const, correlationId: 'order 4711', runs: [aRun.success()], hasMore: true }];
  expect(findEntries('order 4711', { ...sources, hits }).at(1)).toEqual({
    ...{ group: 'Found', label: 'More runs with this correlation id', description: 'order 4711' },
    to: '/admin/jobs/history?range=30d&corr=order+4711',
  });
});

test('offers to pause a job that is not paused, to those who may', () => {
  const paused = { name: 'paused-one', description: '', settings: { paused: {} } };
  const from = { ...sources, jobs: [...jobs, paused], may: (permission: string) => permission === 'manageJobs' };
  expect(findEntries('pause', from).map(({ label, to }) => [label, to])).toEqual(
    expect.arrayContaining([['Pause trending…', '/admin/jobs/definitions/trending?act=pause']]),
  );
  expect(labels('pause', from)).not.toContain('Pause paused-one…');
  expect(labels('pause')).toEqual([]);
});

test('finds channels and runners by their names', () => {
  const runners = [{ host: 'eu-2', pid: 812 }];
  const from = { ...sources, channels: [{ name: 'mail' }, { name: 'default' }], runners };
  expect(findEntries('eu-2:812', from)).toEqual([
    { group: 'Runners', label: 'Runner eu-2:812', to: '/admin/jobs/runners?q=eu-2%3A812' },
  ]);
  expect(findEntries('mail', from)).toEqual([
    { group: 'Channels', label: 'Channel mail', to: '/admin/jobs/channels/mail' },
  ]);
});

test('offers to pause a channel that is not paused, to those who may', () => {
  const channels = [{ name: 'mail' }, { name: 'slow', paused: {} }];
  const from = { ...sources, channels, may: (permission: string) => permission === 'manageChannels' };
  expect(findEntries('pause channel', from).map(({ label, to }) => [label, to])).toEqual([
    ['Pause channel mail…', '/admin/jobs/channels/mail?act=pause'],
  ]);
  expect(labels('pause channel', { ...sources, channels } as never)).toEqual([]);
});

test('offers the pinned views, five at most, and those that match', () => {
  const view = (name: string, isPinned: boolean): SavedView => ({
    ...{ id: name, page: 'history', name, query: 'status=FAILED', isShared: false, isPinned, isMine: true },
    ...{ owner: 'ada@example.com', rev: 1, updatedAt: new Date().toISOString() },
  });
  const views = [view('loose', false), ...['a1', 'a2', 'a3', 'a4', 'a5', 'a6'].map((name) => view(name, true))];
  const offered = findEntries('', { ...sources, views }).filter(({ group }) => group === 'Views');
  expect(offered.map(({ label }) => label)).toEqual(['a1', 'a2', 'a3', 'a4', 'a5']);
  expect(offered[0]?.to).toBe('/admin/jobs/history?status=FAILED');
  expect(findEntries('a3', { ...sources, views })[0]).toMatchObject({ group: 'Views', label: 'a3' });
});
