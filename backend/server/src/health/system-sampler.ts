import { randomUUID } from 'node:crypto';
import type { Sql } from '@job-manager/engine/store/sql';
import { addSystemSample } from '@job-manager/engine/store/system-samples';
import type { Health } from './health-check.js';
import type { RequestTimes } from './request-times.js';

const MINUTE_MS = 60_000;

export interface SystemSamplerOptions {
  sql: Sql;
  health: Pick<Health, 'system'>;
  requests: RequestTimes;
  /** Open ones, and how many were opened and how many broke off since the last sample. */
  sockets(): { open: number; opened: number; lost: number };
  onError(error: unknown): void;
}

/**
 * Notes at each full minute how this server did in the minute before. What can't be written is lost: it is a gap in a
 * chart.
 */
export class SystemSampler {
  readonly #options: SystemSamplerOptions;
  readonly #process = randomUUID();
  #timer: NodeJS.Timeout | undefined;
  #sampling: Promise<void> = Promise.resolve();

  constructor(options: SystemSamplerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setTimeout(
      () => {
        this.#sampling = this.sample();
        this.start();
      },
      MINUTE_MS - (Date.now() % MINUTE_MS),
    ).unref();
  }

  /** Resolves when the sample under way is written. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#sampling;
  }

  /** Takes one sample. Never rejects. */
  async sample(): Promise<void> {
    const { sql, health, requests, sockets, onError } = this.#options;
    const figures = requests.take();
    const { open, opened, lost } = sockets();
    try {
      const { verdict, database, notifications } = await health.system();
      await addSystemSample(sql, {
        ...figures,
        process: this.#process,
        dbMs: database.latencyMs,
        notifyMs: notifications.roundTripMs,
        sockets: open,
        socketsOpened: opened,
        socketsLost: lost,
        verdict,
      });
    } catch (error) {
      onError(error);
    }
  }
}
