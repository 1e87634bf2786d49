import { expect, test } from 'vitest';
import { planName } from './plan-name.js';

test('a statement is planned anew when there are ten times as many runs', () => {
  expect(planName('finish', '9')).not.toBe(planName('finish', '10'));
  expect(planName('finish', '10')).toBe(planName('finish', '99'));
  expect(planName('finish', '1')).not.toBe(planName('claim', '1'));
});
