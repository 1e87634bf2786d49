import type { Random } from './random.js';

/** Items to draw from, each in proportion to its weight. */
export class Weighted<T> {
  readonly #items: readonly T[];
  readonly #upTo: Float64Array;
  readonly #total: number;

  constructor(items: readonly T[], weightOf: (item: T, index: number) => number) {
    this.#items = items;
    this.#upTo = new Float64Array(items.length);
    let total = 0;
    items.forEach((item, index) => {
      total += weightOf(item, index);
      this.#upTo[index] = total;
    });
    this.#total = total;
  }

  get isEmpty(): boolean {
    return this.#total <= 0;
  }

  /** One item. Throws when no item has a weight above zero. */
  pick(random: Random): T {
    const item = this.#items[this.#indexOf(random.fraction() * this.#total)];
    if (item === undefined || this.isEmpty) throw new RangeError('Nothing to pick from');
    return item;
  }

  /** The first item whose running total exceeds `point`. */
  #indexOf(point: number): number {
    let [low, high] = [0, this.#upTo.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#upTo[middle] ?? 0) > point) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
