// Before anything that imports pg: the configuration is read first.
import './light-pg.mjs';

/** What Prisma calls it, so that one URL serves both. */
const PARAMETER = 'pgbouncer';

/**
 * Whether this URL leads through a pooler in transaction mode, such as PgBouncer: each transaction gets another
 * connection there, so nothing may be expected of the last, neither its settings nor its prepared statements.
 */
export const isPooled = (url: string): boolean =>
  URL.canParse(url) && new URL(url).searchParams.get(PARAMETER) === 'true';

/** The URL with the parameter that declares the pooler: what gets the URL needs no other setting. */
export function throughPooler(url: string): string {
  if (isPooled(url)) return url;
  const declared = new URL(url);
  declared.searchParams.set(PARAMETER, 'true');
  return declared.href;
}

/** Where notifications of this database are received: directly, or nowhere when only a pooler leads there. */
export function listenUrlOf(databaseUrl: string, direct: string | undefined): string | null {
  return direct ?? (isPooled(databaseUrl) ? null : databaseUrl);
}
