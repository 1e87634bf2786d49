import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaClient } from '../generated/prisma/client.js';
import { schemaOf, schemaStatement } from './schema.js';
import { clientClassFor, isPooled } from './transaction-pooling.js';

export interface PoolOptions {
  max?: number;
  /**
   * Statements that take longer are ended by the server, in milliseconds; none without it. An answer that is
   * later still will never come: the connection is given up, and the statement rejects. Through a pooler only the
   * latter: a limit that was set would stay on a connection that others get next.
   */
  statementTimeoutMs?: number;
}

/** Beyond the statement's own time: for the answer to travel. */
const ANSWER_LATE_MS = 2_000;
/** Silence on an open connection after which the system asks whether the other end is still there. */
const PROBE_AFTER_MS = 10_000;

/** Opens a pool on the schema of the URL, whose idle connections may break without taking the process along. */
export function createPool(url: string, { max = 10, statementTimeoutMs }: PoolOptions = {}): pg.Pool {
  // Prisma's adapter misreads times with a zone in any session that isn't in UTC. Set here and not as
  // start-up options, which connection poolers refuse.
  const settings = ["SET timezone = 'UTC'"];
  const schema = schemaStatement(url);
  if (schema !== null) settings.push(schema);
  if (statementTimeoutMs !== undefined && !isPooled(url)) {
    settings.push(`SET statement_timeout = ${statementTimeoutMs}`);
  }
  const pool = new pg.Pool({
    connectionString: url,
    Client: clientClassFor(url),
    max,
    connectionTimeoutMillis: 10_000,
    // A network that died without a word must not hold up a runner for the two hours that systems wait by default.
    keepAlive: true,
    keepAliveInitialDelayMillis: PROBE_AFTER_MS,
    ...(statementTimeoutMs !== undefined && { query_timeout: statementTimeoutMs + ANSWER_LATE_MS }),
    // The pool waits for what this returns before it lends the connection, though its type doesn't say so.
    onConnect: (client) => client.query(settings.join('; ')) as unknown as undefined,
  });
  // A broken idle connection is replaced at its next use; unheard, its error would end the process.
  pool.on('error', () => {});
  // One that breaks while it is lent out says so itself; whoever has it learns from the query that fails.
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

/** Prisma over a pool that stays the caller's to close. */
export function createPrisma(pool: pg.Pool): PrismaClient {
  // Prisma names the schema of each table, and takes no notice of the connection's.
  const schema = schemaOf(pool.options.connectionString ?? '');
  return new PrismaClient({ adapter: new PrismaPg(pool, { disposeExternalPool: false, schema }) });
}
