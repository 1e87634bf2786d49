/** Where tables are unless somebody says otherwise: a connection's own search path finds them there. */
export const DEFAULT_SCHEMA = 'public';

/** The URL with the schema of our tables in it, as Prisma writes it: whoever gets the URL needs to be told nothing else. */
export function withSchema(url: string, schema: string): string {
  // Written anew only where it has to be: what else stands in it stays as it is.
  if (schemaOf(url) === schema) return url;
  const changed = new URL(url);
  if (schema === DEFAULT_SCHEMA) changed.searchParams.delete('schema');
  else changed.searchParams.set('schema', schema);
  return changed.href;
}

/** The schema of our tables in the database of this URL. */
export function schemaOf(url: string): string {
  return (URL.canParse(url) && new URL(url).searchParams.get('schema')) || DEFAULT_SCHEMA;
}

/** What a new connection has to say first, so that names without a schema are those of ours; null for nothing. */
export function schemaStatement(url: string): string | null {
  const schema = schemaOf(url);
  return schema === DEFAULT_SCHEMA ? null : `SET search_path = ${quoted(schema)}`;
}

/** A name as SQL has it, whatever stands in it. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
