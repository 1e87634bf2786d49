/** NOTIFY takes a lock over the whole server at commit, so one process sends it at most once in this time. */
const PAUSE_MS = 5;

/**
 * Tells runners that there is something to do: at once where that was not said just now, and otherwise once more when
 * the pause is over.
 */
export class WakeUp {
  readonly #say: () => Promise<unknown>;
  #saidAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #saying: Promise<unknown> = Promise.resolve();

  /** `say` may fail: a notification may always be lost, and runners poll. */
  constructor(say: () => Promise<unknown>) {
    this.#say = say;
  }

  /** Runs were queued. `say` is the way to say it just now; resolves when that was done, or is left for later. */
  async queued(say = this.#say): Promise<void> {
    if (this.#timer !== undefined) return;
    const leftMs = this.#saidAt + PAUSE_MS - performance.now();
    if (leftMs <= 0) return this.#sayNow(say);
    this.#timer = setTimeout(() => void this.#sayNow(this.#say), leftMs);
  }

  /**
   * Whether a statement that queues a run may say so itself, as one that comes alone does: runners then hear of it
   * two ways sooner. True at most once in a pause, like all that is said.
   */
  takeTurn(): boolean {
    if (this.#timer !== undefined || performance.now() < this.#saidAt + PAUSE_MS) return false;
    this.#saidAt = performance.now();
    return true;
  }

  /** Sends the notification that is still due; resolves when that is done. */
  async flush(): Promise<void> {
    if (this.#timer !== undefined) void this.#sayNow(this.#say);
    await this.#saying;
  }

  async #sayNow(say: () => Promise<unknown>): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#saidAt = performance.now();
    const saying = say().catch(() => {});
    this.#saying = saying;
    await saying;
  }
}
