import type { Sql } from '@job-manager/engine/store/sql';
import { RunTail, type TailViewer } from './run-tail.js';

/** What of a Listener is needed here. */
interface Notifications {
  on(name: 'messages' | 'changed' | 'connected', receive: (payload?: string) => void): unknown;
}

export interface RunTailsOptions {
  sql: Sql;
  listener: Notifications;
  /** The interval at which a followed run is polled, in milliseconds. */
  pollMs?: number;
  onError?(error: unknown): void;
}

/** The messages and steps of the runs that are followed: one tail per run, however many follow it. */
export class RunTails {
  readonly #options: RunTailsOptions;
  readonly #tails = new Map<string, RunTail>();

  constructor(options: RunTailsOptions) {
    this.#options = options;
    options.listener.on('messages', (payload) => {
      for (const runId of parseIds(payload)) this.#tails.get(runId)?.wakeUp();
    });
    // Names no run: a message of the product may have been written, or a run may have ended.
    options.listener.on('changed', () => this.#wakeAll());
    options.listener.on('connected', () => this.#wakeAll());
  }

  /** Runs that are followed. */
  get size(): number {
    return this.#tails.size;
  }

  /**
   * Sends the viewer the messages of the run after `afterSeq`, and its steps, until the returned function is called.
   */
  follow(runId: string, afterSeq: number, viewer: TailViewer): () => void {
    const { sql, pollMs = 1_000, onError } = this.#options;
    const tail = this.#tails.get(runId) ?? new RunTail({ sql, runId, pollMs, onError });
    this.#tails.set(runId, tail);
    const leave = tail.join(viewer, afterSeq);
    return () => {
      leave();
      if (tail.isEmpty && this.#tails.get(runId) === tail) this.#tails.delete(runId);
    };
  }

  #wakeAll(): void {
    for (const tail of this.#tails.values()) tail.wakeUp();
  }
}

function parseIds(payload = ''): string[] {
  try {
    const ids: unknown = JSON.parse(payload);
    return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : [];
  } catch {
    return [];
  }
}
