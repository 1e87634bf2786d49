/** What may be spent at once where nothing was spent for long, and what may be owed after a turn that took long. */
const MAX_MS = 10;

/**
 * Keeps what is done again and again within a part of the time, where a few long turns cost less than many short ones.
 * What is not spent is saved, for a little: a caller that comes now and then never waits.
 */
export class TimeBudget {
  readonly #part: number;
  #savedMs = MAX_MS;
  #savedAt = performance.now();

  /** `part` of the time, from 0 to 1. */
  constructor(part: number) {
    this.#part = part;
  }

  /** A turn took so long. */
  spend(ms: number): void {
    this.#savedMs = Math.max(-MAX_MS, this.#saved() - ms);
    this.#savedAt = performance.now();
  }

  /** How long to wait with the next turn, in milliseconds; 0 for not at all. */
  get restMs(): number {
    return Math.max(0, -this.#saved() / this.#part);
  }

  #saved(): number {
    return Math.min(MAX_MS, this.#savedMs + (performance.now() - this.#savedAt) * this.#part);
  }
}
