import { afterEach, expect, test, vi } from 'vitest';
import { copyText } from './clipboard';

afterEach(() => {
  vi.unstubAllGlobals();
});

test('copies through the clipboard', async () => {
  const writeText = vi.fn().mockResolvedValue(undefined);
  vi.stubGlobal('navigator', { clipboard: { writeText } });
  expect(await copyText('12846')).toBe(true);
  expect(writeText).toHaveBeenCalledWith('12846');
});

test.each([
  ['is missing', {}],
  ['refuses', { clipboard: { writeText: () => Promise.reject(new Error('denied')) } }],
])('copies through a selected field where the clipboard %s', async (_how, navigator) => {
  vi.stubGlobal('navigator', navigator);
  let copied = '';
  document.execCommand = vi.fn(() => {
    copied = (document.querySelector('textarea') as HTMLTextAreaElement).value;
    return true;
  });
  expect(await copyText('12846\n12847')).toBe(true);
  expect(copied).toBe('12846\n12847');
  expect(document.querySelector('textarea')).toBeNull();
});

test('returns false when nothing works', async () => {
  vi.stubGlobal('navigator', {});
  document.execCommand = vi.fn(() => false);
  expect(await copyText('12846')).toBe(false);
});
