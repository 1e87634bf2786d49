import type pg from 'pg';
import { expectedObjects, isLasting } from './expected-objects.js';
import { migrationState } from './migrate.js';

/** How the tables in a database compare with what this version expects. */
export interface Installation {
  /** Migrations that are not applied. */
  pending: string[];
  /** Migrations of a newer version. */
  unknown: string[];
  /**
   * Objects of the migrations that are missing, such as `column JobRun.scope`. Not checked while migrations are
   * pending.
   */
  missing: string[];
}

/** Reads only the catalog, which takes some milliseconds. */
export async function readInstallation(client: pg.ClientBase, schema: string): Promise<Installation> {
  const state = await migrationState(client, schema);
  if (state.pending.length > 0) return { ...state, missing: [] };
  const [expected, found] = [await expectedObjects(), await objectsIn(client, schema)];
  // A newer version may have taken away what it no longer needs.
  const missing = state.unknown.length > 0 ? [] : expected.filter((object) => !found.has(object));
  return { ...state, missing: withoutParts(missing) };
}

/** Names as `expectedObjects` has them. */
export async function objectsIn(client: pg.ClientBase, schema: string): Promise<Set<string>> {
  const { rows } = await client.query<{ object: string }>(
    `WITH relation AS (
       SELECT c.oid, relname, relkind, relispartition FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
       WHERE nspname = $1 AND relname <> '_prisma_migrations'
     )
     SELECT 'table ' || relname AS object FROM relation WHERE relkind IN ('r', 'p')
     UNION ALL SELECT 'column ' || relname || '.' || attname FROM relation JOIN pg_attribute ON attrelid = relation.oid
       WHERE relkind IN ('r', 'p') AND NOT relispartition AND attnum > 0 AND NOT attisdropped
     UNION ALL SELECT 'index ' || relname FROM relation WHERE relkind IN ('i', 'I')
       AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = relation.oid AND contype IN ('p', 'u'))
     UNION ALL SELECT 'trigger ' || tgname FROM relation JOIN pg_trigger ON tgrelid = relation.oid WHERE NOT tgisinternal
     UNION ALL SELECT 'function ' || proname FROM pg_proc JOIN pg_namespace n ON n.oid = pronamespace WHERE nspname = $1
     UNION ALL SELECT 'type ' || typname FROM pg_type JOIN pg_namespace n ON n.oid = typnamespace WHERE nspname = $1 AND typtype = 'e'`,
    [schema],
  );
  return new Set(rows.map(({ object }) => object).filter(isLasting));
}

/** A table that is missing has no columns, and listing each would only hide the rest. */
function withoutParts(missing: string[]): string[] {
  const tables = missing.filter((object) => object.startsWith('table ')).map((object) => object.slice('table '.length));
  return missing.filter((object) => !tables.some((table) => object.startsWith(`column ${table}.`)));
}

/** Without them statements fail; without an index they are slow, or let two have one key. */
export const isNeeded = (object: string): boolean => !object.startsWith('index ');
