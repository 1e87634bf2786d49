import { retryOnContention } from '@job-manager/client/retry-on-contention';
import pg from 'pg';
import { DatabaseClient, type DatabaseClientConfig } from './database-client.js';
import { withinScope } from './job-scope.js';

export interface PoolOptions {
  max?: number;
  /**
   * The server ends statements that take longer, in milliseconds; no limit without it. When even that answer does not
   * come, the connection is closed, and the statement rejects. Through a pooler only the connection is closed: a limit
   * would stay on a connection that other clients get next.
   */
  statementTimeoutMs?: number;
  /**
   * Prepared statements keep the first plan, which uses indexes and their order: for a few statements that are sent
   * often. Not through a pooler.
   */
  keepsPlans?: boolean;
  /**
   * Connections that stay open while idle: for a statement every half minute, opening a connection costs more than the
   * statement.
   */
  min?: number;
}

/** Added to the statement's own limit, for the way of the answer. */
const ANSWER_LATE_MS = 2_000;
/** Idle time of a connection after which the system sends a keepalive probe. */
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
    // A network that breaks without an error must not hold up a runner for the two hours that systems wait by default.
    keepAlive: true,
    keepAliveInitialDelayMillis: PROBE_AFTER_MS,
    statementTimeoutMs,
    keepsPlans,
    query_timeout: statementTimeoutMs === undefined ? 0 : statementTimeoutMs + ANSWER_LATE_MS,
  };
  const pool = new DatabasePool(config);
  // A broken idle connection is replaced at its next use; without a listener, its error would end the process.
  pool.on('error', () => {});
  return pool;
}

/**
 * Sends a statement again after a conflict with another transaction: it changed nothing, and it was a transaction of
 * its own. Each statement sees only the jobs that the caller may see (`withinScope`).
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
