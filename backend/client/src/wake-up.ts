/** NOTIFY takes a lock over the whole server at commit, so one process sends it at most once in this time. */
const PAUSE_MS = 5;

/**
 * Notifies runners that runs are queued: at once if the last notification is older than the pause, otherwise once when
 * the pause is over.
 */
export class WakeUp {
  readonly #say: () => Promise<unknown>;
  #saidAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #saying: Promise<unknown> = Promise.resolve();

  /** `send` may fail: a notification may always be lost, and runners poll. */
  constructor(say: () => Promise<unknown>) {
    this.#say = say;
  }

  /**
   * Runs were queued. `send` is used for a notification that is sent now; resolves when it is sent, or left for later.
   */
  async queued(say = this.#say): Promise<void> {
    if (this.#timer !== undefined) return;
    const leftMs = this.#saidAt + PAUSE_MS - performance.now();
    if (leftMs <= 0) return this.#sayNow(say);
    this.#timer = setTimeout(() => void this.#sayNow(this.#say), leftMs);
  }

  /**
   * Whether a statement that queues a single run may notify runners itself, which saves two round trips. True at most
   * once in a pause, and counts as a notification.
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
