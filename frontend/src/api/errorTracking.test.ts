import { limits } from '@job-manager/shared/limits';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { callsTo, problem, world } from '../testing/backend';
import { client } from './client';
import {
  clearRecentErrors,
  getRecentErrors,
  trackAsync,
  trackError,
  trackWarning,
  watchUncaughtErrors,
} from './errorTracking';

const sentry = vi.hoisted(() => ({ init: vi.fn(), captureException: vi.fn(), captureMessage: vi.fn() }));
vi.mock('@sentry/react', () => sentry);

beforeEach(() => {
  // Each test begins a minute of its own.
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now: Date.now() + 120_000 * ++minute });
});
let minute = 0;
/** Advances the time for which errors are batched, until they have arrived. */
const settle = async () => {
  vi.advanceTimersByTime(2_000);
  await vi.waitFor(() => expect(world.reported.length).toBeGreaterThan(0));
};
// What a test left behind must not be sent in the next one.
afterEach(() => {
  vi.advanceTimersByTime(2_000);
});

test('keeps the last ten, with what was being done and where', () => {
  for (let index = 1; index <= 12; index++)
    trackError(new Error(`error ${index}`), { action: 'cancelJob', component: 'CancelProvider', jobRunId: '7' });
  const kept = getRecentErrors();
  expect(kept.map(({ message }) => message)).toEqual(Array.from({ length: 10 }, (_, index) => `error ${index + 3}`));
  expect(kept[0]?.context).toMatchObject({
    action: 'cancelJob',
    jobRunId: '7',
    url: window.location.href,
    userAgent: navigator.userAgent,
  });
  expect(JSON.parse(sessionStorage.getItem('jobManagerErrors') ?? '')).toEqual(kept);
  clearRecentErrors();
  expect(getRecentErrors()).toEqual([]);
});

test('takes anything that was thrown', () => {
  trackError('a string', { action: 'x', component: 'Part' });
  trackError(null, { action: 'x', component: 'Part' });
  expect(getRecentErrors().map(({ message }) => message)).toEqual(['a string', 'null']);
});

test('does without storage', () => {
  vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
    throw new Error('full');
  });
  expect(() => trackError(new Error('failed'), { action: 'x', component: 'Part' })).not.toThrow();
});

test('is not confused by what others left in the storage', () => {
  sessionStorage.setItem('jobManagerErrors', '{nonsense');
  expect(getRecentErrors()).toEqual([]);
  trackWarning('odd', { action: 'x', component: 'Part' });
});

test('never keeps nor sends a secret', async () => {
  trackError(new Error('refused'), {
    action: 'enqueueJob',
    component: 'RunJobModal',
    params: { batchSize: 5, apiKey: 'k-123' },
  });
  expect(getRecentErrors()[0]?.context.params).toEqual({ batchSize: 5, apiKey: '[redacted]' });
  vi.advanceTimersByTime(2_000);
  const sent = () => world.reported.find(({ message }) => message === 'refused');
  await vi.waitFor(() => expect(sent()?.parameters).toEqual({ batchSize: 5, apiKey: '[redacted]' }));
});

test('reports to the server in batches, equal ones counted', async () => {
  for (let count = 0; count < 5; count++)
    trackError(new Error('again'), { action: 'render', component: 'HistorySection' });
  trackWarning('odd', { action: 'readAnew', component: 'Part' });
  await settle();
  expect(callsTo('POST /api/errors')).toBe(1);
  expect(world.reported).toEqual([
    expect.objectContaining({ level: 'error', message: 'again', component: 'HistorySection', count: 5 }),
    expect.objectContaining({ level: 'warning', message: 'odd', action: 'readAnew' }),
  ]);
});

test('sends no more than 10 at once, nor 30 kinds a minute', async () => {
  for (let index = 0; index < 50; index++) trackError(new Error(`kind ${index}`), { action: 'x', component: 'Part' });
  await settle();
  expect(world.reported).toHaveLength(10);
  world.reported = [];
  for (let index = 50; index < 100; index++) trackError(new Error(`kind ${index}`), { action: 'x', component: 'Part' });
  await settle();
  expect(world.reported).toHaveLength(10);
  world.reported = [];
  for (let index = 100; index < 200; index++)
    trackError(new Error(`kind ${index}`), { action: 'x', component: 'Part' });
  await settle();
  expect(world.reported).toHaveLength(10);
  world.reported = [];
  trackError(new Error('one more'), { action: 'x', component: 'Part' });
  vi.advanceTimersByTime(2_000);
  expect(callsTo('POST /api/errors')).toBe(3);
});

test('reports again after the clock was set back', async () => {
  for (let index = 0; index < 30; index++) {
    trackError(new Error(`kind ${index}`), { action: 'x', component: 'Part' });
    if (index % 10 !== 9) continue;
    await settle();
    world.reported = [];
  }
  vi.setSystemTime(Date.now() - 3_600_000);
  trackError(new Error('later'), { action: 'x', component: 'Part' });
  await settle();
  expect(world.reported).toMatchObject([{ message: 'later' }]);
});

test('stays within what the server takes, however long the errors are', async () => {
  for (let index = 0; index < 10; index++) {
    const error = new Error(`${index}${'x'.repeat(5_000)}`);
    error.stack = 'x'.repeat(50_000);
    trackError(error, { action: 'enqueueJob', component: 'RunJobModal', params: { note: 'x'.repeat(20_000) } });
  }
  await settle();
  expect(world.reported).toHaveLength(10);
  expect(new Blob([JSON.stringify({ errors: world.reported })]).size).toBeLessThan(limits.bodyBytes);
});

test('does not report an ended session', async () => {
  const { backend } = await import('../testing/backend');
  const { http } = await import('msw');
  backend.use(http.get('/api/admin/jobs/stats', () => problem(401)));
  await client.jobs.stats({}).catch((error: unknown) => trackError(error, { action: 'loadStats', component: 'Part' }));
  expect(getRecentErrors()).toHaveLength(1);
  trackError(new Error('another'), { action: 'x', component: 'Part' });
  await settle();
  expect(world.reported.map(({ message }) => message)).toEqual(['another']);
});

test('trackAsync tracks what fails and throws it on', async () => {
  await expect(trackAsync(async () => 7, { action: 'x', component: 'Part' })).resolves.toBe(7);
  const failure = new Error('failed');
  await expect(
    trackAsync(() => Promise.reject(failure), { action: 'loadHistory', component: 'JobHistoryList' }),
  ).rejects.toBe(failure);
  expect(getRecentErrors().map(({ context }) => context.action)).toEqual(['loadHistory']);
});

test('tracks uncaught errors', () => {
  const stop = watchUncaughtErrors();
  window.dispatchEvent(new ErrorEvent('error', { error: new Error('thrown'), message: 'thrown' }));
  window.dispatchEvent(Object.assign(new Event('unhandledrejection'), { reason: new Error('rejected') }));
  stop();
  window.dispatchEvent(Object.assign(new Event('unhandledrejection'), { reason: new Error('later') }));
  expect(getRecentErrors().map(({ message, context }) => [context.action, message])).toEqual([
    ['uncaught', 'thrown'],
    ['unhandledRejection', 'rejected'],
  ]);
});

test('leaves out notices of the browser itself', () => {
  const stop = watchUncaughtErrors();
  const message = 'ResizeObserver loop completed with undelivered notifications.';
  window.dispatchEvent(new ErrorEvent('error', { message }));
  stop();
  expect(getRecentErrors()).toEqual([]);
});

test('takes what the server refuses for a warning', async () => {
  const { backend } = await import('../testing/backend');
  const { http } = await import('msw');
  backend.use(http.get('/api/admin/jobs/stats', () => problem(409)));
  await client.jobs.stats({}).catch((error: unknown) => trackError(error, { action: 'loadStats', component: 'Part' }));
  expect(getRecentErrors().map(({ level }) => level)).toEqual(['warning']);
});

test('sends the collected reports when the page is left', () => {
  const stop = watchUncaughtErrors();
  const beacon = vi.fn(() => true);
  vi.stubGlobal('navigator', { userAgent: 'test', sendBeacon: beacon });
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
  trackError(new Error('last error'), { action: 'x', component: 'Part' });
  document.dispatchEvent(new Event('visibilitychange'));
  stop();
  vi.unstubAllGlobals();
  expect(beacon).toHaveBeenCalledOnce();
});

test('reports to Sentry where the server names a DSN', async () => {
  vi.resetModules();
  world.sentryDsn = 'https://key@sentry.example.com/1';
  const fresh = await import('./errorTracking');
  const failure = new Error('failed');
  fresh.trackError(failure, { action: 'enqueueJob', component: 'RunJobModal', jobName: 'trending' });
  fresh.trackWarning('odd', { action: 'x', component: 'Part' });
  await vi.waitFor(() => expect(sentry.captureMessage).toHaveBeenCalledOnce());
  expect(sentry.init).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({ dsn: 'https://key@sentry.example.com/1', environment: 'test', release: '0.1.0' }),
  );
  expect(sentry.captureException).toHaveBeenCalledExactlyOnceWith(
    failure,
    expect.objectContaining({ level: 'error', tags: { action: 'enqueueJob', component: 'RunJobModal' } }),
  );
});

test('loads no Sentry where there is no DSN', async () => {
  vi.resetModules();
  sentry.init.mockClear();
  const fresh = await import('./errorTracking');
  fresh.trackError(new Error('failed'), { action: 'x', component: 'Part' });
  await vi.waitFor(() => expect(callsTo('GET /api/errors/settings')).toBe(1));
  await settle();
  expect(sentry.init).not.toHaveBeenCalled();
});
