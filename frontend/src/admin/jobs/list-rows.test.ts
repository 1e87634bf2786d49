import type { JobRun } from '@job-manager/shared/contract/run';
import { expect, test } from 'vitest';
import { inDisplayOrder } from '../../api/live/active-runs';
import { ago, aRun } from '../../testing/a-run';
import { arrangeRows, countWaiting, type ListRow } from './list-rows';

const ids = (rows: readonly ListRow[]) => rows.map(({ run }) => run.id);
const states = (rows: readonly ListRow[]) => rows.map(({ state }) => state);
const asRows = (runs: JobRun[]): ListRow[] => runs.map((run) => ({ run, state: 'active' }));
const nothing = { shown: [], active: [], ended: [], isHeld: false, isCancelRequested: () => false };

/** The same numbers each time, so that what fails once fails again. */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

test.each([1, 2, 3, 4, 5])('no shown row of a held list ever changes its place (seed %i)', (seed) => {
  const next = numbersFrom(seed);
  let active = Array.from({ length: 12 }, (_, index) => aRun.running({ startedAt: ago(200 - index) }));
  let rows = arrangeRows({ ...nothing, active });
  for (let step = 0; step < 300; step++) {
    const before = rows;
    const chosen = active[next(active.length)];
    const act = next(4);
    const ended: JobRun[] = [];
    if (act === 0) active = [...active, aRun.queued({ priority: next(9) - 4, runAt: ago(next(100)) })];
    else if (chosen === undefined) continue;
    else if (act === 1) {
      active = active.filter((run) => run !== chosen);
      if (next(3) > 0) ended.push({ ...chosen, status: 'SUCCESS' });
    } else {
      const changed = aRun.running({ ...chosen, status: 'RUNNING', rev: chosen.rev + 1, startedAt: ago(next(300)) });
      active = active.map((run) => (run === chosen ? changed : run));
    }
    active = inDisplayOrder(active) as JobRun[];
    rows = arrangeRows({ shown: before, active, ended, isHeld: true, isCancelRequested: (id) => id.endsWith('7') });
    expect(ids(rows)).toEqual(ids(before).slice(0, rows.length));
    expect(before.slice(rows.length).every(({ run }) => run.id.endsWith('7'))).toBe(true);
    for (const { run, state } of rows) expect(state === 'active').toBe(active.some(({ id }) => id === run.id));
  }
  expect(countWaiting(rows, active)).toBeGreaterThan(0);
  expect(ids(arrangeRows({ ...nothing, shown: rows, active }))).toEqual(active.map(({ id }) => id));
});

test('a run that ends stays where it stood until it has faded', () => {
  const runs = [30, 20, 10].map((seconds) => aRun.running({ startedAt: ago(seconds) }));
  const [first, second, third] = runs as [JobRun, JobRun, JobRun];
  const ended = { ...second, status: 'SUCCESS' as const };
  const rows = arrangeRows({ ...nothing, shown: asRows(runs), active: [first, third], ended: [ended] });
  expect(rows).toEqual([
    { run: first, state: 'active' },
    { run: ended, state: 'ended' },
    { run: third, state: 'active' },
  ]);
  expect(ids(arrangeRows({ ...nothing, shown: rows, active: [first, third] }))).toEqual([first.id, third.id]);
});

test('hundreds that end at once leave running ones in view, and a run that never started is removed', () => {
  const lasting = aRun.running({ startedAt: ago(5) });
  const ended = Array.from({ length: 300 }, () => aRun.success({ startedAt: ago(60) }));
  const rows = arrangeRows({ ...nothing, active: [lasting], ended: [aRun.cancelled({ startedAt: null }), ...ended] });
  expect(rows.length).toBeLessThanOrEqual(6);
  expect(states(rows).at(-1)).toBe('active');
});

test('a run that the reader cancelled fades from a held list too, and keeps its place when others stand below it', () => {
  const [first, second] = [aRun.queued(), aRun.queued()];
  const cancelled = aRun.cancelled({ id: first.id, startedAt: null });
  const isCancelRequested = () => true;
  const held = { ...nothing, shown: asRows([first, second]), isHeld: true, isCancelRequested };
  const rows = arrangeRows({ ...held, active: [second], ended: [cancelled] });
  expect(states(rows)).toEqual(['empty', 'active']);
  expect(ids(arrangeRows({ ...held, active: [first] }))).toEqual([first.id]);
});
