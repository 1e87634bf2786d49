/** NOTIFY takes a lock over the whole server at commit, so one process sends it at most once in this time. */
const PAUSE_MS = 5;

/**
 * Notifies runners that runs are queued: at once if the last notification is older than the pause, otherwise once when
 * the pause is over.
 */
export class WakeUp {
  readonly #send: () => Promise<unknown>;
  #sentAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<unknown> = Promise.resolve();

  /** `send` may fail: a notification may always be lost, and runners poll. */
  constructor(send: () => Promise<unknown>) {
    this.#send = send;
  }

  /**
   * Runs were queued. `send` is used for a notification that is sent now; resolves when it is sent, or left for later.
   */
  async queued(send = this.#send): Promise<void> {
    if (this.#timer !== undefined) return;
    const leftMs = this.#sentAt + PAUSE_MS - performance.now();
    if (leftMs <= 0) return this.#sendNow(send);
    this.#timer = setTimeout(() => void this.#sendNow(this.#send), leftMs);
  }

  /**
   * Whether a statement that queues a single run may notify runners itself, which saves two round trips. True at most
   * once in a pause, and counts as a notification.
   */
  takeTurn(): boolean {
    if (this.#timer !== undefined || performance.now() < this.#sentAt + PAUSE_MS) return false;
    this.#sentAt = performance.now();
    return true;
  }

  /** Sends the notification that is still due; resolves when that is done. */
  async flush(): Promise<void> {
    if (this.#timer !== undefined) void this.#sendNow(this.#send);
    await this.#sending;
  }

  async #sendNow(send: () => Promise<unknown>): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sentAt = performance.now();
    const sending = send().catch(() => {});
    this.#sending = sending;
    await sending;
  }
}
