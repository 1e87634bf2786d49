import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { ConfigError } from '../config.js';
import { isUnreachable } from '../store/database-errors.js';

const RETRY_MS = { first: 250, max: 5_000 };

export interface AwaitDatabaseOptions {
  log: Pick<Logger, 'warn' | 'info'>;
  /** How long to wait for a database that can't be reached, in milliseconds; undefined for no limit. */
  waitMs: number | undefined;
  /** Aborted when the caller no longer waits. */
  signal?: AbortSignal;
}

/**
 * Does work that needs the database, such as applying migrations, as soon as it can be reached, and logs what it waits
 * for. Rejects with ConfigError when the time is over, and at once for any other error.
 */
export async function awaitDatabase<T>(
  work: () => Promise<T>,
  { log, waitMs, signal }: AwaitDatabaseOptions,
): Promise<T> {
  const deadline = performance.now() + (waitMs ?? Number.POSITIVE_INFINITY);
  for (let delayMs = RETRY_MS.first, tries = 1; ; delayMs = Math.min(delayMs * 2, RETRY_MS.max), tries++) {
    try {
      const done = await work();
      if (tries > 1) log.info('The database can be reached');
      return done;
    } catch (error) {
      if (!isUnreachable(error)) throw error;
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) throw new ConfigError(`The database can't be used: ${reasonOf(error)}`, { cause: error });
      log.warn({ reason: reasonOf(error) }, 'The database can not be reached; waiting for it');
      await delay(Math.min(delayMs, leftMs), undefined, { signal });
    }
  }
}

/** Node reports a host with several addresses as an AggregateError without a message of its own. */
export function reasonOf(error: unknown): string {
  const { message, errors } = error as Error & { errors?: Error[] };
  return message || (errors?.map((each) => each.message).join('; ') ?? 'no answer');
}
