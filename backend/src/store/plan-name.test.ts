import { expect, test, vi } from 'vitest';

// Other files of this worker have noted ids.
vi.resetModules();
const { noteId, planName } = await import('./plan-name.js');

test('a statement is planned anew when there are ten times as many runs, and never as if there were fewer', () => {
  noteId('9');
  expect(planName('finish')).not.toBe(planName('claim'));
  const young = planName('finish');
  noteId('10');
  const older = planName('finish');
  expect(older).not.toBe(young);
  noteId('99');
  noteId('7');
  expect(planName('finish')).toBe(older);
});
