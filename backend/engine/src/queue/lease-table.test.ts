import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { LeaseTable } from './lease-table.mjs';

/** A table as a runner has it, and the same as its heartbeat thread reads it. */
function twoSides(places = 8) {
  const runner = new LeaseTable(LeaseTable.memoryFor(places));
  return { runner, thread: new LeaseTable(runner.shared) };
}
const aLease = (id: string) => ({ id, leaseToken: randomUUID() });
const nameOf = ({ place, mark }: { place: number; mark: number }) => ({ place, mark });

it('shows the other thread what is held', () => {
  const { runner, thread } = twoSides();
  const leases = [aLease('7'), aLease('9007199254740991')];
  const places = leases.map((lease, n) => runner.add(lease, n));
  runner.begin(places[1] ?? -1);
  expect(thread.held()).toEqual(
    leases.map((lease, n) => ({ ...lease, heldAt: n, place: places[n], mark: expect.any(Number) })),
  );
  runner.remove(places[0] ?? -1);
  expect(thread.held()).toMatchObject([leases[1]]);
});

it('lets a run begin once', () => {
  const { runner } = twoSides();
  const place = runner.add(aLease('1'), 0);
  expect(runner.begin(place)).toBe(true);
  expect(runner.begin(place)).toBe(false);
});

it('lets no released run begin, and releases none that has begun', () => {
  const { runner, thread } = twoSides();
  const [mine, other] = [runner.add(aLease('1'), 0), runner.add(aLease('2'), 0)];
  runner.begin(other);
  expect(thread.held().map((lease) => thread.reclaim(lease))).toEqual([true, false]);
  expect(runner.begin(mine)).toBe(false);
  expect(thread.held()).toMatchObject([{ id: '2' }]);
});

it('gives a place to another run under another mark', () => {
  const { runner, thread } = twoSides(1);
  const place = runner.add(aLease('1'), 0);
  const gone = thread.held().map(nameOf);
  runner.remove(place);
  expect(runner.add(aLease('2'), 0)).toBe(place);
  expect(gone.map((name) => [thread.has(name), thread.reclaim(name)])).toEqual([[false, false]]);
  expect(runner.begin(place)).toBe(true);
});

it('refuses what it has no place for', () => {
  const { runner } = twoSides(1);
  runner.add(aLease('1'), 0);
  expect(() => runner.add(aLease('2'), 0)).toThrow(RangeError);
});
