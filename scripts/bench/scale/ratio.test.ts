import { expect, it } from 'vitest';
import { describeRates, ratioFigure } from './ratio.js';

it('compares round with round, not median with median', () => {
  const figure = ratioFigure({ name: 'a over b', least: 0.9 }, [100, 50, 10], [100, 100, 5]);
  expect(figure).toMatchObject({ name: 'a over b', least: 0.9, value: 1, unit: '×' });
  expect(figure.details).toEqual(['median of 3 rounds in turn: 0.50 to 2.00']);
});

it('returns the rate in the middle and those at the ends', () => {
  expect(describeRates([900, 21_345.4, 22_010])).toBe('21,345 (900 to 22,010) runs/s');
});
