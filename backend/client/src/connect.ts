import type { Connection, Pool } from './pool.js';
import { sessionStatement } from './session.js';

/** Ten thousand runs at once take seconds; a statement that takes longer than this hangs. */
const LIMITS = { statementTimeoutMs: 30_000, idleInTransactionMs: 60_000 };

/** A pool that is opened when it is first needed, so that programs with connections of their own need no `pg`. */
export function connect(connectionString: string): { open(): Promise<Pool>; close(): Promise<void> } {
  let pool: Promise<Pool & { end(): Promise<void> }> | undefined;
  return {
    open: () => {
      pool ??= openPool(connectionString);
      return pool;
    },
    close: async () => {
      await (await pool)?.end();
      pool = undefined;
    },
  };
}

/** Its connections bring what the statements need, whatever the process has done to the parsers of `pg` and the database has as defaults. */
async function openPool(connectionString: string): Promise<Pool & { end(): Promise<void> }> {
  const { default: pg } = await import('pg');
  // Everything is read as text.
  const pool = new pg.Pool({ connectionString, types: { getTypeParser: () => String } });
  // A broken idle connection is replaced at its next use; without a listener, its error would end the process.
  pool.on('error', () => {});
  const isPooled = URL.canParse(connectionString) && new URL(connectionString).searchParams.get('pgbouncer') === 'true';
  const prepared = new WeakSet<object>();
  return {
    query: (text, values) => pool.query(text, values),
    end: () => pool.end(),
    connect: async (): Promise<Connection> => {
      const connection = await pool.connect();
      // Behind a pooler the setting would reach other clients.
      if (isPooled || prepared.has(connection)) return connection;
      try {
        await connection.query(sessionStatement(LIMITS));
      } catch (error) {
        connection.release(error as Error);
        throw error;
      }
      prepared.add(connection);
      return connection;
    },
  };
}
