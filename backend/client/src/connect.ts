import type { Sql } from './sql.js';

/** A pool that is opened by the first statement, so that programs with connections of their own need no `pg`. */
export function connect(connectionString: string): { sql: Sql; close(): Promise<void> } {
  let pool: Promise<{ query: Sql['query']; end(): Promise<void> }> | undefined;
  const open = async () => {
    const { default: pg } = await import('pg');
    const opened = new pg.Pool({ connectionString });
    // A broken idle connection is replaced at its next use; unheard, its error would end the process.
    opened.on('error', () => {});
    return opened;
  };
  return {
    sql: {
      query: async (text, values) => {
        pool ??= open();
        return (await pool).query(text, values);
      },
    },
    close: async () => {
      await (await pool)?.end();
      pool = undefined;
    },
  };
}
