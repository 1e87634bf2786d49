/** A sleep that can be cut short. A call that comes while there is no sleep cuts the next sleep short. */
export class Alarm {
  #wake: (() => void) | undefined;
  #isRung = false;

  ring(): void {
    this.#isRung = true;
    this.#wake?.();
  }

  /** Resets earlier calls: what they announced is about to be read. */
  reset(): void {
    this.#isRung = false;
  }

  /** Sleeps for `ms` with some jitter, or without `ms` until rung. */
  async sleep(ms: number | undefined): Promise<void> {
    if (this.#isRung) return;
    await new Promise<void>((resolve) => {
      const timer = ms === undefined ? undefined : setTimeout(resolve, ms * (0.75 + Math.random() / 2));
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }
}
