import { createHash } from 'node:crypto';
import type { Sql } from './sql.js';

/** A connection that a pool of `pg` has lent. */
export interface Connection extends Sql {
  query(text: string, values: unknown[]): Promise<{ rows: unknown[] }>;
  query(statement: { name: string; text: string; values: unknown[] }): Promise<{ rows: unknown[] }>;
  on(event: 'error', listener: () => void): unknown;
  off(event: 'error', listener: () => void): unknown;
  /** With an error it is closed. */
  release(error?: Error): void;
}

/** What we use of a pool of `pg`. */
export interface Pool extends Sql {
  connect(): Promise<Connection>;
}

/** Whether statements sent over it go by connections of their own; a transaction is always on one. */
export const isPool = (sql: Sql): sql is Pool => 'totalCount' in sql && 'connect' in sql;

/** Takes a connection from the pool; `release` returns it. */
export async function borrow(pool: Pool): Promise<{ connection: Connection; release(error?: Error): void }> {
  const connection = await pool.connect();
  // The caller of a statement gets the error of a connection that breaks; without a listener the event would end the process.
  const ignore = () => {};
  connection.on('error', ignore);
  return {
    connection,
    release: (error) => {
      connection.off('error', ignore);
      connection.release(error);
    },
  };
}

/** Has a statement planned once per connection, which takes longer than queueing a run. */
export class Preparing {
  #isPossible = true;

  over(connection: Connection): Sql {
    return {
      query: async (text, values) => {
        if (!this.#isPossible) return connection.query(text, values);
        try {
          return await connection.query({ name: nameOf(text), text, values });
        } catch (error) {
          if (!isLostName(error)) throw error;
          this.#isPossible = false;
          return connection.query(text, values);
        }
      },
    };
  }
}

/** A pooler gives each transaction another connection, and this one knows the name not, or knows it from another client. */
const isLostName = (error: unknown): boolean =>
  ['26000', '42P05'].includes(String((error as { code?: unknown } | null)?.code));

const names = new Map<string, string>();

/** By its text: behind a pooler the name may have been given by another version of this package. */
function nameOf(text: string): string {
  const name = names.get(text) ?? `job-manager-${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
  names.set(text, name);
  return name;
}
