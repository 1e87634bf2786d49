import { rowsOf, type Sql } from './sql.js';

/**
 * Returns the schema of the tables, read through a connection to their database; undefined where its search path has to
 * find them.
 */
export type FindSchema = (sql: Sql) => Promise<string | undefined>;

/** The default schema of an application. */
export const OWN_SCHEMA = 'job_manager';

/**
 * For a program that names no schema: searches for the tables in the default schema of applications, then in that of a
 * clone, until they are found once.
 */
export function detectSchema(): FindSchema {
  let found: string | undefined;
  return async (sql) => {
    found ??= (await rowsOf<{ schema: string }>(sql, LOOK, []))[0]?.schema;
    return found ?? OWN_SCHEMA;
  };
}

/** By a column that no other application's table of that name has. */
const LOOK = `
SELECT nspname::text AS schema FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
WHERE relname = 'JobRun' AND nspname IN ('${OWN_SCHEMA}', 'public')
  AND EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = c.oid AND attname = 'leaseToken')
ORDER BY nspname LIMIT 1`;
