import { expect, test } from 'vitest';
import { CHORD_TIMEOUT_MS, readKey } from './keys';

test('a letter after g names a page', () => {
  const { chord, pressed } = readKey(null, 'g', 100);
  expect(pressed).toBeNull();
  expect(readKey(chord, 'r', 100 + CHORD_TIMEOUT_MS)).toEqual({ chord: null, pressed: 'g r' });
});

test('a letter that comes too late stands alone', () => {
  expect(readKey(100, 'r', 101 + CHORD_TIMEOUT_MS)).toEqual({ chord: null, pressed: 'r' });
});

test('g starts again after another key', () => {
  expect(readKey(null, 'c', 100)).toEqual({ chord: null, pressed: 'c' });
  expect(readKey(100, 'g', 101 + CHORD_TIMEOUT_MS)).toEqual({ chord: 101 + CHORD_TIMEOUT_MS, pressed: null });
});
