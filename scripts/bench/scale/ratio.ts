import type { Figure } from '../figure.js';
import { percentile } from '../percentile.js';

/** The targets of a ratio. */
export type Bounds = Pick<Figure, 'name' | 'least' | 'most' | 'aim'>;

/**
 * One way of doing it over another, measured in turn: the median of the rounds' ratios, for what kept the machine
 * busy in a round kept both from their best.
 */
export function ratioFigure(bounds: Bounds, these: readonly number[], those: readonly number[]): Figure {
  const ratios = these.map((value, round) => value / (those[round] ?? Number.NaN));
  const spread = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`;
  const details = [`median of ${ratios.length} rounds in turn: ${spread}`];
  return { ...bounds, value: percentile(ratios, 50), unit: '×', details };
}

/** For people: `21,345 (20,100 to 22,010) runs/s`. */
export function describeRates(rates: readonly number[]): string {
  const [least, middle, most] = [Math.min(...rates), percentile(rates, 50), Math.max(...rates)].map((rate) =>
    Math.round(rate).toLocaleString('en'),
  );
  return `${middle} (${least} to ${most}) runs/s`;
}
