import { expect, it } from 'vitest';
import { formatOf } from './metric-data';

it('distinguishes the steps of an axis below ten milliseconds', () => {
  const written = [0, 0.4, 0.8, 1.2, 5, 12.4, 1_500].map(formatOf('database'));
  expect(written).toEqual(['0ms', '0.4ms', '0.8ms', '1.2ms', '5ms', '12ms', '1.5s']);
});
