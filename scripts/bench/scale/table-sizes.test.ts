import { expect, it } from 'vitest';
import { describeSize } from './table-sizes.js';

it('formats small sizes more exactly than large ones', () => {
  expect(describeSize({ table: 412.4 * 2 ** 20, indexes: 1.25 * 2 ** 20, dead: 1_203 })).toBe(
    '412 MB and 1.3 MB of indexes, 1,203 dead rows',
  );
});
