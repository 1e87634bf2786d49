import type { JobRunStep } from '@job-manager/shared/contract/message';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Sql } from '../store/sql.js';
import { ProgressReporter } from './progress-reporter.js';
import { createRedaction } from './redaction.js';
import { planSteps, reportStep } from './steps.js';
import type { ClaimedRun } from './transitions/claim.js';

const run: ClaimedRun = {
  id: '1',
  jobName: 'x',
  channel: 'default',
  priority: 0,
  dependsOn: null,
  correlationId: null,
  traceparent: null,
  parameters: {},
  attempt: 1,
  maxAttempts: 3,
  retryPolicy: null,
  crashes: 0,
  maxCrashes: 3,
  claimNo: 1,
  leaseToken: 'a-token',
  startedAt: new Date(0),
  timeoutMs: null,
};
const progressed = vi.fn();
const wroteMessages = vi.fn();
const written = { rows: [{ token: run.leaseToken }] };
const query = vi.fn(async (_statement: { values: unknown[][] }) => written);
let reporter: ProgressReporter;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
  vi.advanceTimersByTime(60_000);
  progressed.mockClear();
  query.mockClear();
  wroteMessages.mockClear();
  reporter = new ProgressReporter({
    sql: { query } as unknown as Sql,
    notifier: { progressed, wroteMessages, changed: () => {} },
    redaction: createRedaction('password'),
  });
});
afterEach(() => vi.useRealTimers());

const report = (percent: number, message: string | null = null, steps: JobRunStep[] | null = null) =>
  reporter.report(run, { percent, message, steps });
const percents = () => progressed.mock.calls.map(([note]) => note.percent);

it('sends the first report at once, to the wire and to the row', async () => {
  report(10, 'Begun');
  await vi.advanceTimersByTimeAsync(0);
  expect(progressed).toHaveBeenCalledWith({ id: '1', claimNo: 1, percent: 10, message: 'Begun' });
  expect(query).toHaveBeenCalledOnce();
});

it('sends a report to the wire at once while a row write is still to come', async () => {
  for (const percent of [10, 20, 30, 40]) {
    report(percent);
    await vi.advanceTimersByTimeAsync(200);
  }
  expect(percents()).toEqual([10, 20, 30, 40]);
  expect(query).toHaveBeenCalledOnce();
});

it('sends at most one report per 100 ms to the wire and one per second to the row, the newest', async () => {
  for (let percent = 0; percent <= 100; percent++) {
    report(percent);
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
        finish = () => resolve(written);
      }),
  );
  report(10);
  await vi.advanceTimersByTimeAsync(0);
  report(20);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(query).toHaveBeenCalledOnce();
  expect(vi.getTimerCount()).toBe(0);
  finish();
  await vi.advanceTimersByTimeAsync(1);
  expect(query).toHaveBeenCalledTimes(2);
});

it('reports nothing more of a run that ended', async () => {
  report(10);
  reporter.forget(run.leaseToken);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(progressed).not.toHaveBeenCalled();
});

describe('steps', () => {
  const planned = planSteps([], [{ id: 'load', label: 'Loading' }]);
  const stepsWritten = () => query.mock.calls.map(([{ values }]) => values[4]?.[0]);

  it('are written when they changed, and notified then', async () => {
    report(10, null, planned);
    await vi.advanceTimersByTimeAsync(1);
    report(20, null, planned);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(stepsWritten()).toEqual([JSON.stringify(planned), null]);
    expect(wroteMessages).toHaveBeenCalledExactlyOnceWith('1');
  });

  it('are written again when the row was busy', async () => {
    query.mockImplementationOnce(async () => ({ rows: [] }));
    report(10, null, planned);
    await vi.advanceTimersByTimeAsync(1);
    expect(wroteMessages).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(stepsWritten()).toEqual([JSON.stringify(planned), JSON.stringify(planned)]);
    expect(wroteMessages).toHaveBeenCalledOnce();
  });

  it('hold no secrets, and nor does the message', async () => {
    report(10, 'password=x', reportStep(planned, { id: 'load', progress: 0.1, message: 'password=x' }, 1));
    await vi.advanceTimersByTimeAsync(1);
    expect(progressed).toHaveBeenCalledWith(expect.objectContaining({ message: 'password=[redacted]' }));
    expect(JSON.stringify(query.mock.calls)).not.toContain('password=x');
  });
});
