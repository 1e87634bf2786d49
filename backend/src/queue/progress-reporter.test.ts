import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Notifier } from '../store/notifier.js';
import type { Sql } from '../store/sql.js';
import { ProgressReporter } from './progress-reporter.js';
import type { ClaimedRun } from './transitions/claim.js';

const run: ClaimedRun = {
  id: '1',
  jobName: 'x',
  parameters: {},
  attempt: 1,
  claimNo: 1,
  leaseToken: 'a-token',
  startedAt: new Date(0),
};
const progressed = vi.fn();
const query = vi.fn(async () => ({ rows: [] }));
let reporter: ProgressReporter;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
  vi.advanceTimersByTime(60_000);
  progressed.mockClear();
  query.mockClear();
  const notifier = { progressed, changed: () => {} } as unknown as Notifier;
  reporter = new ProgressReporter({ query } as unknown as Sql, notifier);
});
afterEach(() => vi.useRealTimers());

const percents = () => progressed.mock.calls.map(([note]) => note.percent);

it('sends the first report at once, to the wire and to the row', async () => {
  reporter.report(run, 10, 'Begun');
  await vi.advanceTimersByTimeAsync(0);
  expect(progressed).toHaveBeenCalledWith({ id: '1', claimNo: 1, percent: 10, message: 'Begun' });
  expect(query).toHaveBeenCalledOnce();
});

it('sends a report to the wire at once while a row write is still to come', async () => {
  for (const percent of [10, 20, 30, 40]) {
    reporter.report(run, percent, null);
    await vi.advanceTimersByTimeAsync(200);
  }
  expect(percents()).toEqual([10, 20, 30, 40]);
  expect(query).toHaveBeenCalledOnce();
});

it('sends at most one report per 100 ms to the wire and one per second to the row, the newest', async () => {
  for (let percent = 0; percent <= 100; percent++) {
    reporter.report(run, percent, null);
    await vi.advanceTimersByTimeAsync(20);
  }
  await vi.advanceTimersByTimeAsync(1_000);
  expect(percents().length).toBeLessThanOrEqual(22);
  expect(percents().at(-1)).toBe(100);
  expect(query.mock.calls.length).toBeLessThanOrEqual(4);
});

it('does not spin while a row write hangs, and writes the newest when it is through', async () => {
  let finish = () => {};
  query.mockImplementationOnce(
    () =>
      new Promise((resolve) => {
        finish = () => resolve({ rows: [] });
      }),
  );
  reporter.report(run, 10, null);
  await vi.advanceTimersByTimeAsync(0);
  reporter.report(run, 20, null);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(query).toHaveBeenCalledOnce();
  expect(vi.getTimerCount()).toBe(0);
  finish();
  await vi.advanceTimersByTimeAsync(1);
  expect(query).toHaveBeenCalledTimes(2);
});

it('says nothing more of a run that ended', async () => {
  reporter.report(run, 10, null);
  reporter.forget(run.leaseToken);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(progressed).not.toHaveBeenCalled();
});
