/** Keeps the best `limit` of all items offered, in memory for twice as many at most. */
export class BestOf<T> {
  #kept: T[] = [];
  /** The worst of a full list: whatever isn't better needn't be kept. */
  #bar: T | undefined;

  /** `compare` is negative when its first argument is better, and 0 for the same item alone. */
  constructor(
    private readonly limit: number,
    private readonly compare: (a: T, b: T) => number,
  ) {}

  offer(item: T): void {
    if (this.#bar !== undefined && this.compare(item, this.#bar) >= 0) return;
    this.#kept.push(item);
    if (this.#kept.length >= 2 * this.limit) this.#prune();
  }

  /** The best first. */
  ranked(): T[] {
    this.#prune();
    return this.#kept;
  }

  #prune(): void {
    this.#kept.sort(this.compare);
    this.#kept = this.#kept.slice(0, this.limit);
    if (this.#kept.length === this.limit) this.#bar = this.#kept[this.limit - 1];
  }
}
