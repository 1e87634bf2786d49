export interface Keyword {
  term: string;
  weight: number;
}

/** How many texts each term occurs in. */
export class DocumentFrequencies {
  #texts = 0;
  readonly #counts = new Map<string, number>();

  add(terms: readonly string[]): void {
    this.#texts += 1;
    for (const term of new Set(terms)) this.#counts.set(term, (this.#counts.get(term) ?? 0) + 1);
  }

  get size(): number {
    return this.#counts.size;
  }

  /** `ln((1 + texts) / (1 + texts with the term)) + 1`: never 0, and finite for a term not seen. */
  inverse(term: string): number {
    return Math.log((1 + this.#texts) / (1 + (this.#counts.get(term) ?? 0))) + 1;
  }
}

/**
 * The `count` terms of a text that distinguish it from the others: the share of its terms times the inverse
 * document frequency. Strongest first, equals in alphabetical order, so that the choice is always the same.
 */
export function keywords(terms: readonly string[], frequencies: DocumentFrequencies, count: number): Keyword[] {
  const occurrences = new Map<string, number>();
  for (const term of terms) occurrences.set(term, (occurrences.get(term) ?? 0) + 1);
  return [...occurrences]
    .map(([term, times]) => ({ term, weight: (times / terms.length) * frequencies.inverse(term) }))
    .sort((a, b) => b.weight - a.weight || (a.term < b.term ? -1 : 1))
    .slice(0, count);
}
