// First of all that imports pg: the configuration is read before anything is connected.
import './light-pg.mjs';
import pg from 'pg';

/** What Prisma calls it, so that one URL serves both. */
const PARAMETER = 'pgbouncer';

/**
 * Whether this URL leads through a pooler in transaction mode, such as PgBouncer: each transaction gets another
 * connection there, so nothing may be expected of the last, neither its settings nor its prepared statements.
 */
export const isPooled = (url: string): boolean =>
  URL.canParse(url) && new URL(url).searchParams.get(PARAMETER) === 'true';

/** The URL with the pooler told in it: whoever gets the URL needs to be told nothing else. */
export function throughPooler(url: string): string {
  if (isPooled(url)) return url;
  const told = new URL(url);
  told.searchParams.set(PARAMETER, 'true');
  return told.href;
}

/** Where notifications of this database are heard: directly, or nowhere when only a pooler leads there. */
export function listenUrlOf(databaseUrl: string, direct: string | undefined): string | null {
  return direct ?? (isPooled(databaseUrl) ? null : databaseUrl);
}

/** The driver's client for this URL. */
export const clientClassFor = (url: string): typeof pg.Client => (isPooled(url) ? ClientOfPooler : pg.Client);

/** Sends statements without their names: a name would be looked for on a connection that has never heard it. */
class ClientOfPooler extends pg.Client {
  // The driver has a dozen forms of this call; all but the name goes through as it came.
  override query = ((statement: unknown, ...rest: unknown[]) =>
    (super.query as (...given: unknown[]) => unknown)(withoutName(statement), ...rest)) as pg.Client['query'];
}

function withoutName(statement: unknown): unknown {
  const isNamed =
    typeof statement === 'object' && statement !== null && 'name' in statement && !('submit' in statement);
  return isNamed ? { ...statement, name: undefined } : statement;
}
