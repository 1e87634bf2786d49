/** The largest saved time, and the largest debt after a long turn. */
const MAX_MS = 10;

/**
 * Limits repeated work to a part of the time, where a few long turns cost less than many short ones. Unused time is
 * saved up to a limit, so that a rare caller never waits.
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

  /** How long to wait before the next turn, in milliseconds. */
  get restMs(): number {
    return Math.max(0, -this.#saved() / this.#part);
  }

  #saved(): number {
    return Math.min(MAX_MS, this.#savedMs + (performance.now() - this.#savedAt) * this.#part);
  }
}
