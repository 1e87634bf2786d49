import { expect, test } from 'vitest';
import { ago, aRun } from '../../testing/a-run';
import {
  type ActiveFilters,
  cancelOfGroup,
  countStates,
  type Grouping,
  groupRows,
  isWanted,
  stateOf,
} from './active-groups';

const NONE: ActiveFilters = { text: '', job: null, channel: null, runner: null, state: null };
const runs = {
  running: aRun.running(),
  stopping: aRun.running({ cancelRequestedAt: ago(1) }),
  due: aRun.queued({ channel: 'mail', waitReason: 'channelPaused', waitDetail: 'Paused by ada' }),
  retrying: aRun.queued({ claimNo: 1, runAt: ago(-60) }),
  scheduled: aRun.queued({ runAt: ago(-60), correlationId: 'Order-4711' }),
  blocked: aRun.queued({ isBlocked: true, jobName: 'trending' }),
};
const all = Object.values(runs);
const rows = all.map((run) => ({ run }));

test('every active run is in one state', () => {
  for (const [state, run] of Object.entries(runs)) expect(stateOf(run, Date.now())).toBe(state);
  expect(countStates(all, Date.now())).toEqual(Object.keys(runs).map((state) => [state, 1]));
});

test.each([
  [{ text: ' #' }, all],
  [{ text: runs.due.id }, [runs.due]],
  [{ text: 'ORDER-4711' }, [runs.scheduled]],
  [{ text: 'by ada' }, [runs.due]],
  [{ job: 'trending' }, [runs.blocked]],
  [{ channel: 'mail' }, [runs.due]],
  [{ runner: 'vm:29504' }, [runs.running, runs.stopping]],
  [{ text: 'VM:295' }, [runs.running, runs.stopping]],
  [{ state: 'retrying' as const }, [runs.retrying]],
  [{ state: 'retrying' as const, text: 'nothing like it' }, []],
])('keeps of the list what %j selects', (filters, wanted) => {
  expect(all.filter((run) => isWanted(run, { ...NONE, ...filters }, Date.now()))).toEqual(wanted);
});

test('groups stand in the order of their names or states, and a paused channel shows that once', () => {
  const labels = (grouping: Grouping) =>
    groupRows(rows, grouping, Date.now()).map(({ label, detail, rows: { length } }) => [label, detail, length]);
  expect(labels('job')).toEqual([
    ['match-scores', null, 5],
    ['trending', null, 1],
  ]);
  expect(labels('channel')).toEqual([
    ['default', null, 5],
    ['mail', 'Paused by ada', 1],
  ]);
  const elsewhere = [aRun.running({ runnerName: 'a:1' }), aRun.running({ runnerName: null })].map((run) => ({ run }));
  const external = { run: aRun.running({ runnerName: null, runnerId: null, inactivityTimeoutMs: 60_000 }) };
  const byRunner = groupRows([...rows, ...elsewhere, external], 'runner', Date.now());
  expect(byRunner.map(({ label, rows: { length } }) => [label, length])).toEqual([
    ['a:1', 1],
    ['vm:29504', 2],
    ['External programs', 1],
    ['Runners that were removed', 1],
    ['Not started yet', 4],
  ]);
  expect(labels('state').map(([label]) => label)).toEqual([
    ...['Running', 'Stopping', 'Pending', 'Retrying', 'Scheduled', 'Waiting for others'],
  ]);
});

test('a cancel of a group means what it and the filters name, and with a text or a runner no run but those shown', () => {
  const [group] = groupRows(rows.slice(2, 3), 'channel', Date.now());
  if (group === undefined) throw new Error('There is one');
  expect(cancelOfGroup(group, 'channel', { ...NONE, job: 'trending' })).toEqual({
    action: 'cancel',
    filter: { channel: 'mail', jobName: 'trending' },
  });
  expect(cancelOfGroup(group, 'channel', { ...NONE, text: 'ada' })).toEqual({ action: 'cancel', ids: [runs.due.id] });
  for (const [grouping, filters] of [['runner', NONE] as const, ['channel', { ...NONE, runner: 'vm:29504' }] as const])
    expect(cancelOfGroup(group, grouping, filters)?.ids).toEqual([runs.due.id]);
  expect(cancelOfGroup({ ...group, key: 'stopping' }, 'state', NONE)).toBeNull();
});
