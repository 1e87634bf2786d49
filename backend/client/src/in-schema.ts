import { refusal } from './errors.js';
import type { Sql } from './sql.js';

/** Our tables, types and sequences are the only quoted names that begin with a capital; our functions have our name. */
const OUR_NAMES = /"[A-Z]\w*"|\bjob_manager_\w+(?=\()/g;

/** Every statement is sent again and again, and is always the same text. */
const known = new Map<string, string>();

/** Refuses what is no name of a schema before it stands in a statement. Throws QueueError. */
export function checkSchema(schema: string): void {
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) {
    throw refusal('INVALID_INPUT', 'schema', 'must be lower case letters, digits and _');
  }
}

/**
 * The same connection for statements about tables in a schema: each name gets it written before. So the search path
 * of the caller's transaction is never touched, and it doesn't matter which statements of theirs come in between.
 * Without a schema the search path has to find the tables.
 */
export function inSchema(sql: Sql, schema: string | undefined): Sql {
  if (schema === undefined) return sql;
  return { query: (text, values) => sql.query(qualified(text, schema), values) };
}

function qualified(text: string, schema: string): string {
  const key = `${schema} ${text}`;
  const found = known.get(key) ?? text.replace(OUR_NAMES, (name) => `"${schema}".${name}`);
  known.set(key, found);
  return found;
}
