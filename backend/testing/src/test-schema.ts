import { randomBytes } from 'node:crypto';
import { createPool } from '@job-manager/engine/database/client';
import { migrate } from '@job-manager/engine/database/migrate';
import { withSchema } from '@job-manager/engine/database/schema';
import type pg from 'pg';

/** A schema of its own in a database that others use as well. */
export interface TestSchema {
  name: string;
  /** The URL with the schema in it: for `createJobManager`, `startJobWorker` and `createClient`. */
  databaseUrl: string;
  /** Connections whose search path is the schema. */
  pool: pg.Pool;
  /** Closes the connections and drops the schema with everything in it. */
  drop(): Promise<void>;
}

/**
 * Makes a schema with Job Manager's tables and a name that no other has, for one file of tests: files may run beside each
 * other in one database. The role needs CREATE in the database.
 */
export async function createTestSchema(databaseUrl: string): Promise<TestSchema> {
  const name = `job_test_${randomBytes(6).toString('hex')}`;
  const url = withSchema(databaseUrl, name);
  await migrate(url);
  const pool = createPool(url, { max: 5 });
  return {
    name,
    databaseUrl: url,
    pool,
    drop: async () => {
      try {
        await pool.query(`DROP SCHEMA ${name} CASCADE`);
      } finally {
        await pool.end();
      }
    },
  };
}
