import { type Config, readConfig } from '../config.js';
import { Refusal } from './refusal.js';

/** The settings of the environment, and the database that they name. Throws Refusal where they name none. */
export function readSettings(): { config: Config; databaseUrl: string } {
  const config = readConfig();
  if (config.DATABASE_URL) return { config, databaseUrl: config.DATABASE_URL };
  throw new Refusal('Set DATABASE_URL to the PostgreSQL database, such as postgres://user:password@host/database.');
}
