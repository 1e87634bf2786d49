import { type Config, ConfigError, readConfig } from '@job-manager/engine/config';
import { reasonOf } from '@job-manager/engine/database/await-database';
import { Refusal } from './refusal.js';

/** The settings of the environment, and the database that they name. Throws Refusal where they name none. */
export function readSettings(): { config: Config; databaseUrl: string } {
  const config = readConfig();
  if (config.DATABASE_URL) return { config, databaseUrl: config.DATABASE_URL };
  throw new Refusal('Set DATABASE_URL to the PostgreSQL database, such as postgres://user:password@host/database.');
}

/** Throws ConfigError where the database of DATABASE_URL can't be used. */
export async function checkConnection(databaseUrl: string): Promise<void> {
  const { createPool } = await import('@job-manager/engine/database/client');
  const pool = createPool(databaseUrl, { max: 1 });
  try {
    await pool.query('SELECT 1');
  } catch (error) {
    // The URL itself stays out of the message: it holds the password.
    throw new ConfigError(`DATABASE_URL: the database can't be used: ${reasonOf(error)}`);
  } finally {
    await pool.end();
  }
}
