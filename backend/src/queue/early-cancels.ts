const KEPT_MS = 10_000;

/**
 * Cancel requests for runs that aren't here, kept for a moment: the request for a run may overtake the
 * answer of the very claim that brings it, on another connection.
 */
export class EarlyCancels {
  readonly #heardAt = new Map<string, number>();

  add(runId: string): void {
    const now = performance.now();
    for (const [id, heardAt] of this.#heardAt) {
      // In order of arrival, so the first that is young ends the search.
      if (now - heardAt < KEPT_MS) break;
      this.#heardAt.delete(id);
    }
    this.#heardAt.set(runId, now);
  }

  take(runId: string): boolean {
    return this.#heardAt.delete(runId);
  }
}
