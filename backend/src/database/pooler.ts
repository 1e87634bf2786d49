import pg from 'pg';
import { ConfigError } from '../config.js';
import { DEFAULT_SCHEMA, schemaOf } from './schema.js';
import { isPooled } from './transaction-pooling.js';

/**
 * Behind a pooler in transaction mode each transaction gets another connection, which knows nothing of what was set
 * on the last: a schema of our own has to come with the role, or statements would meet tables of somebody else's.
 * Throws ConfigError with the statement that helps.
 */
export async function checkSchemaOfRole(databaseUrl: string): Promise<void> {
  const schema = schemaOf(databaseUrl);
  if (!isPooled(databaseUrl) || schema === DEFAULT_SCHEMA) return;
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    const { rows } = await client.query<{ path: string; remedy: string }>(
      `SELECT reset_val AS path,
         format('ALTER ROLE %I IN DATABASE %I SET search_path = %I', current_user, current_database(), $1::text) AS remedy
       FROM pg_settings WHERE name = 'search_path'`,
      [schema],
    );
    const [found] = rows;
    if (found?.path.replaceAll('"', '') === schema) return;
    throw new ConfigError(`DATABASE_SCHEMA: behind a pooler the role must bring the schema: ${found?.remedy}`);
  } finally {
    await client.end();
  }
}
