import type pg from 'pg';
import { migrationState } from '../database/migrate.js';
import type { QueueEvents } from './events.js';

/** PostgreSQL's codes for a statement that names a table, column, function, type or key that doesn't exist. */
const MISSING = new Set(['42P01', '42703', '42883', '42704', '42P10']);

const isMissing = (error: unknown): boolean => MISSING.has(String((error as { code?: unknown } | null)?.code));

interface OutdatedOptions {
  pool: Pick<pg.Pool, 'connect'>;
  schema: string;
  events: QueueEvents;
  /** Called once, with a sentence for people. */
  end(why: string): void;
}

/**
 * Ends a runner once a newer version has migrated the tables and removed objects that its statements use. As long as
 * all of them exist, as during most deploys, old and new versions work side by side.
 */
export function endWhenOutdated({ pool, schema, events, end }: OutdatedOptions): void {
  let isBusy = false;
  events.on('internalError', ({ error }) => {
    if (isBusy || !isMissing(error)) return;
    isBusy = true;
    void readNewer(pool, schema).then((newer) => {
      if (newer.length > 0) end(describeOutdated(newer, error));
      else isBusy = false;
    });
  });
}

/** Migrations that this version doesn't know; none where they can't be read. */
async function readNewer(pool: Pick<pg.Pool, 'connect'>, schema: string): Promise<string[]> {
  const client = await pool.connect().catch(() => undefined);
  if (!client) return [];
  try {
    return (await migrationState(client, schema)).unknown;
  } catch {
    return [];
  } finally {
    client.release();
  }
}

function describeOutdated(newer: string[], error: unknown): string {
  const migrations =
    newer.length === 1 ? `the migration ${newer[0]}` : `${newer.length} migrations up to ${newer.at(-1)}`;
  return `This version is too old for its tables and ends: a newer version applied ${migrations}, and PostgreSQL refuses a statement of this one (${(error as Error).message}). Its runs go on elsewhere; start the newer version here`;
}
