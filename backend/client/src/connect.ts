import type { Pool } from './pool.js';

/** A pool that is opened when it is first needed, so that programs with connections of their own need no `pg`. */
export function connect(connectionString: string): { open(): Promise<Pool>; close(): Promise<void> } {
  let pool: Promise<Pool & { end(): Promise<void> }> | undefined;
  const make = async () => {
    const { default: pg } = await import('pg');
    const opened = new pg.Pool({ connectionString });
    // A broken idle connection is replaced at its next use; unheard, its error would end the process.
    opened.on('error', () => {});
    return opened;
  };
  return {
    open: () => {
      pool ??= make();
      return pool;
    },
    close: async () => {
      await (await pool)?.end();
      pool = undefined;
    },
  };
}
