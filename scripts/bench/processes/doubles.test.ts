import { expect, it } from 'vitest';
import { countDoubles } from './doubles.js';

it('counts every start after the first of a run', () => {
  expect(countDoubles(['1', '2', '3'])).toBe(0);
  expect(countDoubles(['1', '2', '1', '1', '2'])).toBe(3);
});
