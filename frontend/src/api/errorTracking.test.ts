import { expect, test, vi } from 'vitest';
import { getRecentErrors, trackError } from './errorTracking';

test('keeps the last ten, with what was being done and where', () => {
  for (let index = 1; index <= 12; index++)
    trackError(new Error(`fault ${index}`), { action: 'cancelJob', jobRunId: '7' });
  const kept = getRecentErrors();
  expect(kept.map(({ message }) => message)).toEqual(Array.from({ length: 10 }, (_, index) => `fault ${index + 3}`));
  expect(kept[0]?.context).toMatchObject({ action: 'cancelJob', jobRunId: '7', url: window.location.href });
});

test('takes anything that was thrown', () => {
  trackError('a string', { action: 'x' });
  trackError(null, { action: 'x' });
  expect(getRecentErrors().map(({ message }) => message)).toEqual(['a string', 'null']);
});

test('does without storage', () => {
  vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
    throw new Error('full');
  });
  expect(() => trackError(new Error('fault'), { action: 'x' })).not.toThrow();
});

test('is not confused by what others left in the storage', () => {
  sessionStorage.setItem('job-manager.recent-errors', '{nonsense');
  expect(getRecentErrors()).toEqual([]);
});
