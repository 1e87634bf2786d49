/**
 * What a command has opened, to be closed in reverse order, whenever it receives the signal to stop: also what was
 * still being opened then.
 */
export class Resources {
  readonly #closers: Promise<() => Promise<void>>[] = [];

  /** Opens something and remembers how to close it. */
  hold<T>(opening: Promise<T>, close: (opened: T) => Promise<void>): Promise<T> {
    const closer = opening.then(
      (opened) => () => close(opened),
      () => async () => {},
    );
    this.#closers.push(closer);
    return opening;
  }

  /** Closes everything; what fails to close doesn't keep the rest open. Rejects with the first failure. */
  async closeAll(): Promise<void> {
    const failures: unknown[] = [];
    for (let closer = this.#closers.pop(); closer; closer = this.#closers.pop()) {
      await (await closer)().catch((error) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }
}
