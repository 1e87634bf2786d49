/** What is claimed ahead is to begin within this time: more than a claim takes, less than a person notices. */
const AHEAD_MS = 30;
/** And never more, for the end of a process sends them back. */
const MAX_AHEAD = 1_000;
/** How many times as many are tried once those before began in time. */
const GROWTH = 4;
/** How much the newest run counts in the mean. */
const NEWEST = 0.1;

/**
 * How many runs it is worth claiming ahead of free slots: none for jobs that take their time, many for short ones,
 * which would wait for the next claim most of their time. As long as what was claimed ahead begins in time, several times
 * as many are tried; when it doesn't, because the machine is busy or a job computes, fewer.
 */
export class Pace {
  concurrency: number;
  #target = 0;
  #meanMs = Number.POSITIVE_INFINITY;
  #longestWaitMs = 0;

  constructor(concurrency: number) {
    this.concurrency = concurrency;
  }

  /** Runs to have at hand beyond those that run. */
  get ahead(): number {
    return Math.min(this.#target, MAX_AHEAD, Math.floor((AHEAD_MS * this.concurrency) / this.#meanMs));
  }

  /** A run began that had waited so long for its slot. */
  began(waitedMs: number): void {
    if (waitedMs > this.#longestWaitMs) this.#longestWaitMs = waitedMs;
  }

  /** A job took so long. */
  ended(durationMs: number): void {
    if (this.#meanMs === Number.POSITIVE_INFINITY) this.#meanMs = durationMs;
    else this.#meanMs += (durationMs - this.#meanMs) * NEWEST;
  }

  /** A claim brought so many of those it asked for. */
  claimed(runs: number, room: number): void {
    const waitedMs = this.#longestWaitMs;
    this.#longestWaitMs = 0;
    if (waitedMs > AHEAD_MS) this.#target = Math.floor((this.#target * AHEAD_MS) / waitedMs);
    else if (runs >= room) this.#target = Math.min(MAX_AHEAD, Math.max(this.concurrency, this.#target * GROWTH));
  }

  /** Runs that were claimed ahead waited so long that they had to go back. */
  handedBack(afterMs: number): void {
    this.#target = 0;
    this.ended(afterMs / NEWEST);
  }
}
