/** Prefetched runs should begin within this time: more than a claim takes, less than a person notices. */
const MAX_WAIT_MS = 30;
/** The limit at most, because the end of a process releases all of them. */
const MAX_PREFETCHED = 1_000;
/** Factor by which the limit grows when prefetched runs began in time. */
const GROWTH = 4;
/** Weight of the newest run in the mean. */
const NEWEST = 0.1;

/**
 * Decides how many runs to prefetch, which is to claim beyond the free slots: none for long jobs, many for short ones,
 * whose slots would otherwise wait for the next claim most of the time. The limit grows as long as prefetched runs
 * begin in time, and shrinks when they don't, because the machine is busy or a job computes.
 */
export class Prefetch {
  concurrency: number;
  #target = 0;
  #meanMs = Number.POSITIVE_INFINITY;
  #longestWaitMs = 0;

  constructor(concurrency: number) {
    this.concurrency = concurrency;
  }

  /** Runs to prefetch beyond the running ones. */
  get limit(): number {
    return Math.min(this.#target, MAX_PREFETCHED, Math.floor((MAX_WAIT_MS * this.concurrency) / this.#meanMs));
  }

  /** A run began after waiting so long for its slot. */
  began(waitedMs: number): void {
    if (waitedMs > this.#longestWaitMs) this.#longestWaitMs = waitedMs;
  }

  /** A job ended after so long. */
  ended(durationMs: number): void {
    if (this.#meanMs === Number.POSITIVE_INFINITY) this.#meanMs = durationMs;
    else this.#meanMs += (durationMs - this.#meanMs) * NEWEST;
  }

  /** A claim returned so many runs for the room it had. */
  claimed(runs: number, room: number): void {
    const waitedMs = this.#longestWaitMs;
    this.#longestWaitMs = 0;
    if (waitedMs > MAX_WAIT_MS) this.#target = Math.floor((this.#target * MAX_WAIT_MS) / waitedMs);
    else if (runs >= room) this.#target = Math.min(MAX_PREFETCHED, Math.max(this.concurrency, this.#target * GROWTH));
  }

  /** Prefetched runs were released because they waited for so long. */
  released(afterMs: number): void {
    this.#target = 0;
    this.ended(afterMs / NEWEST);
  }
}
