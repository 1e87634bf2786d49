import { retryOnContention } from '@job-manager/client/retry-on-contention';
import pg from 'pg';
import { DatabaseClient, type DatabaseClientConfig } from './database-client.js';
import { withinScope } from './job-scope.js';

export interface PoolOptions {
  max?: number;
  /**
   * Statements that take longer are ended by the server, in milliseconds; none without it. An answer that is
   * later still will never come: the connection is given up, and the statement rejects. Through a pooler only the
   * latter: a limit that was set would stay on a connection that others get next.
   */
  statementTimeoutMs?: number;
  /** Prepared statements keep the first plan, which uses indexes and their order: for a few statements that are sent again and again. Not through a pooler. */
  keepsPlans?: boolean;
  /** Connections that stay open, however long nothing is asked of them: for what comes back every half minute, opening one costs more than the question. */
  min?: number;
}

/** Beyond the statement's own time: for the answer to travel. */
const ANSWER_LATE_MS = 2_000;
/** Silence on an open connection after which the system asks whether the other end is still there. */
const PROBE_AFTER_MS = 10_000;

/** Opens a pool on the schema of the URL, whose idle connections may break without taking the process along. */
export function createPool(
  url: string,
  { max = 10, min = 0, statementTimeoutMs, keepsPlans }: PoolOptions = {},
): pg.Pool {
  const config: pg.PoolConfig & DatabaseClientConfig = {
    connectionString: url,
    // Pools make clients of what they are given themselves, though the type has nothing of it.
    Client: DatabaseClient as unknown as typeof pg.Client,
    max,
    min,
    connectionTimeoutMillis: 10_000,
    // A network that died without a word must not hold up a runner for the two hours that systems wait by default.
    keepAlive: true,
    keepAliveInitialDelayMillis: PROBE_AFTER_MS,
    statementTimeoutMs,
    keepsPlans,
    query_timeout: statementTimeoutMs === undefined ? 0 : statementTimeoutMs + ANSWER_LATE_MS,
  };
  const pool = new DatabasePool(config);
  // A broken idle connection is replaced at its next use; unheard, its error would end the process.
  pool.on('error', () => {});
  return pool;
}

/**
 * Sends a statement again that another transaction was in the way of: it has changed nothing, and it was a transaction of its own.
 * Each sees no more than the jobs that the caller may see (`withinScope`).
 */
class DatabasePool extends pg.Pool {
  override query = ((statement: unknown, ...rest: unknown[]) => {
    const scoped = withinScope(statement);
    return retryOnContention(() => (super.query as (...given: unknown[]) => Promise<unknown>)(scoped, ...rest)).catch(
      nameThePooler,
    );
  }) as pg.Pool['query'];
}

const UNTOLD_POOLER =
  'is a pooler in transaction mode in between? Then set DATABASE_LISTEN_URL, or put ?pgbouncer=true into the URL';
const OLD_CONNECTIONS =
  'the connections of a pooler are older than the tables: renew them, as RECONNECT does in PgBouncer';

/** Adds the likely cause to an error that only a shared connection of a pooler explains. */
function nameThePooler(error: unknown): never {
  const { code, message } = error as { code?: unknown; message?: unknown };
  const isLostName = code === '26000' || code === '42P05';
  const isOldPlan = code === '0A000' && String(message).includes('cached plan');
  if (error instanceof Error && (isLostName || isOldPlan)) {
    error.message += ` (${isLostName ? UNTOLD_POOLER : OLD_CONNECTIONS})`;
  }
  throw error;
}
