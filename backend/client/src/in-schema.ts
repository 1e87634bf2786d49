import { refusal } from './errors.js';
import type { Sql } from './sql.js';

/**
 * Our tables, types and sequences are the only quoted names that begin with a capital, but for aliases, and what stands
 * after one of these words; our functions have our name. A name that has a schema keeps it. Comments and texts stay as
 * they are, except a text that is a name, as `nextval` takes it.
 */
const OUR_NAMES =
  /--[^\n]*|'"[A-Z]\w*"'|'(?:[^']|'')*'|(?<![.\w]|\b(?:AS|COLLATE|CONSTRAINT|INDEX|TRIGGER)\s+)"[A-Z]\w*"|(?<![.\w])job_manager_\w+(?=\()/g;

/** Every statement is sent again and again, and is always the same text: by schema. */
const known = new Map<string, Map<string, string>>();
/** A few statements are built per call; the cache must not grow with each. */
const MAX_KNOWN = 2_000;

/** Throws QueueError for a text that is no schema name, before it is put into a statement. */
export function checkSchema(schema: string): void {
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) {
    throw refusal('INVALID_INPUT', 'schema', 'must be lower case letters, digits and _');
  }
}

/**
 * The same connection for statements about tables in a schema: each name gets the schema as its prefix. So the search
 * path of the caller's transaction is never changed, and statements of the caller in between do no harm. Without a
 * schema the search path has to find the tables.
 */
export function inSchema(sql: Sql, schema: string | undefined): Sql {
  if (schema === undefined) return sql;
  return { query: (text, values) => sql.query(qualified(text, schema), values) };
}

/** The statement with the schema before each of our names. */
export function qualified(text: string, schema: string): string {
  const ofSchema = known.get(schema) ?? new Map<string, string>();
  const found = ofSchema.get(text);
  if (found !== undefined) return found;
  const made = text.replace(OUR_NAMES, (found) => withSchema(found, schema));
  if (ofSchema.size >= MAX_KNOWN) ofSchema.clear();
  ofSchema.set(text, made);
  known.set(schema, ofSchema);
  return made;
}

function withSchema(found: string, schema: string): string {
  if (found.startsWith(`'"`) && /^'"[A-Z]\w*"'$/.test(found)) return `'"${schema}".${found.slice(1)}`;
  return found.startsWith("'") || found.startsWith('--') ? found : `"${schema}".${found}`;
}
