/**
 * Random numbers that repeat: the same seed and stream give the same sequence.
 * Every subject draws from a stream of its own, so a change to one leaves the others as they were.
 */
export class Random {
  readonly #next: () => number;

  constructor(seed: number, stream: string) {
    this.#next = smallFastCounter(hash(`${seed}/${stream}`));
  }

  /** A fraction in [0, 1). */
  fraction(): number {
    return this.#next();
  }

  /** A whole number from `least` to `most`, both included. */
  int(least: number, most: number): number {
    return least + Math.floor(this.#next() * (most - least + 1));
  }

  between(low: number, high: number): number {
    return low + this.#next() * (high - low);
  }

  chance(probability: number): boolean {
    return this.#next() < probability;
  }

  /** One of the items, each as likely as the others. Throws for an empty list. */
  pick<T>(items: readonly T[]): T {
    const item = items[Math.floor(this.#next() * items.length)];
    if (item === undefined) throw new RangeError('Nothing to pick from');
    return item;
  }

  /** Up to `count` different items, in random order. */
  sample<T>(items: readonly T[], count: number): T[] {
    const rest = [...items];
    const taken: T[] = [];
    while (taken.length < count && rest.length > 0) taken.push(...rest.splice(this.int(0, rest.length - 1), 1));
    return taken;
  }

  /** Bell-shaped around `mean` (Box and Muller). */
  normal(mean = 0, deviation = 1): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.#next()));
    return mean + deviation * radius * Math.cos(2 * Math.PI * this.#next());
  }

  /** Many small values, few large ones; `median` is the middle one. */
  logNormal(median: number, spread: number): number {
    return median * Math.exp(this.normal(0, spread));
  }

  /** Waiting times: short ones are the most likely. */
  exponential(mean: number): number {
    return -mean * Math.log(1 - this.#next());
  }

  /** From 1 to `most`, with a tail as heavy as `exponent` is small: the shape of popularity. */
  pareto(exponent: number, most: number): number {
    return Math.min(most, (1 - this.#next()) ** (-1 / exponent));
  }
}

/** Four different words from any text (FNV-1a, then mixed), to start the generator with. */
function hash(text: string): [number, number, number, number] {
  let state = 0x811c9dc5;
  for (const char of text) state = Math.imul(state ^ (char.codePointAt(0) ?? 0), 0x01000193);
  const word = (): number => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9;
    return (state ^ (state >>> 13)) >>> 0;
  };
  return [word(), word(), word(), word()];
}

/** The generator sfc32: passes the usual statistical test suites and needs four words of state. */
function smallFastCounter([first, second, third, fourth]: [number, number, number, number]): () => number {
  let [a, b, c, counter] = [first, second, third, fourth];
  return () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 0x1_0000_0000;
  };
}
