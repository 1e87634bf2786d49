/** The default schema of a clone: a connection's own search path contains it. */
export const DEFAULT_SCHEMA = 'public';

/** The default schema in the database of an application that embeds us or runs our command. */
export const OWN_SCHEMA = 'job_manager';

/** The URL with the schema of our tables in it, as Prisma writes it: what gets the URL needs no other setting. */
export function withSchema(url: string, schema: string): string {
  // Written anew only where it has to be: what else stands in it stays as it is.
  if (schemaOf(url) === schema) return url;
  const changed = new URL(url);
  if (schema === DEFAULT_SCHEMA) changed.searchParams.delete('schema');
  else changed.searchParams.set('schema', schema);
  return changed.href;
}

/** The schema that a URL names; undefined where it names none. */
export const schemaIn = (url: string): string | undefined =>
  (URL.canParse(url) && new URL(url).searchParams.get('schema')) || undefined;

/** The schema of our tables in the database of this URL. */
export const schemaOf = (url: string): string => schemaIn(url) ?? DEFAULT_SCHEMA;

/** A name as SQL has it, whatever stands in it. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
