/** Shorter ones are restarts, which runs and calls wait out. */
const MIN_OUTAGE_MS = 30_000;
/** So long after its end an outage is reported, for any server may be the next that judges. */
const NEWS_MS = 60_000;

export interface Outage {
  ms: number;
  endedAt: Date;
}

/**
 * Remembers when the database did not answer this process. Meanwhile no rule can be judged and no message be written, so an
 * outage is reported when it is over.
 */
export class OutageWatch {
  readonly #clock: () => number;
  #since: number | null = null;
  #last: { ms: number; endedAt: number } | null = null;

  constructor(clock: () => number = Date.now) {
    this.#clock = clock;
  }

  /** To be called after each attempt to reach the database. */
  note(isReached: boolean): void {
    const now = this.#clock();
    if (!isReached) {
      this.#since ??= now;
      return;
    }
    if (this.#since !== null && now - this.#since >= MIN_OUTAGE_MS)
      this.#last = { ms: now - this.#since, endedAt: now };
    this.#since = null;
  }

  /** The outage that has ended just now, or null. */
  get news(): Outage | null {
    if (this.#last === null || this.#clock() - this.#last.endedAt > NEWS_MS) return null;
    return { ms: this.#last.ms, endedAt: new Date(this.#last.endedAt) };
  }
}
