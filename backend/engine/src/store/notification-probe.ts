import { randomUUID } from 'node:crypto';
import { channels } from './channels.js';
import type { Listener } from './listener.js';
import type { Sql } from './sql.js';

const TIMEOUT_MS = 2_000;

/** Measures how long a notification takes from this process to PostgreSQL and back. */
export class NotificationProbe {
  readonly #sql: Sql;
  readonly #listener: Listener;
  /** One that hangs must not use up a connection for each measurement. */
  #isSending = false;

  /** `listener` must listen to `probe`. */
  constructor(sql: Sql, listener: Listener) {
    this.#sql = sql;
    this.#listener = listener;
  }

  get isOff(): boolean {
    return this.#listener.isOff;
  }

  get isConnected(): boolean {
    return this.#listener.isConnected;
  }

  /** The round trip in milliseconds; null when nothing came back within two seconds. */
  async roundTrip(): Promise<number | null> {
    if (!this.isConnected || this.#isSending) return null;
    const mark = randomUUID();
    const sentAt = performance.now();
    return new Promise((resolve) => {
      const settle = (ms: number | null) => {
        clearTimeout(timer);
        this.#listener.off('probe', onPayload);
        resolve(ms);
      };
      const onPayload = (payload: string) => {
        if (payload === mark) settle(performance.now() - sentAt);
      };
      const timer = setTimeout(() => settle(null), TIMEOUT_MS);
      this.#listener.on('probe', onPayload);
      this.#isSending = true;
      this.#sql
        .query('SELECT pg_notify($1, $2)', [channels.probe, mark])
        .catch(() => settle(null))
        .finally(() => {
          this.#isSending = false;
        });
    });
  }
}
