import type pg from 'pg';
import { ConfigError } from '../config.js';
import { isPassing } from '../store/database-errors.js';
import { sessionOf } from './database-client.js';
import { type Migration, migrationNames, readFunctions, readMigration } from './migration-files.js';
import {
  checkFormerSchema,
  checkPermission,
  checkTarget,
  ENGINE,
  hasMigrations,
  type MigrationSet,
} from './migration-target.js';
import { OwnClient } from './own-client.mjs';
import { quoted, schemaOf } from './schema.js';

/** Any number that no other program uses for an advisory lock: two processes starting at once migrate one after the other. */
export const MIGRATION_LOCK = 7_021_984;

/** A migration that PostgreSQL refused; the message contains PostgreSQL's own. The database is as it was before. */
export class MigrationError extends ConfigError {}

/** The migrations that a database lacks, and those that it has and this version doesn't know. */
export interface MigrationState {
  pending: string[];
  /** Migrations that a newer version applied. */
  unknown: string[];
}

export interface MigrateOptions {
  /** The engine's unless given. */
  set?: MigrationSet;
  /**
   * False where the schema is the default: an error then names tables that an older version made elsewhere, and no
   * tables are created.
   */
  isSchemaNamed?: boolean;
}

/**
 * Applies the migrations of a set that the database lacks and returns their names. Each is one transaction together with its row
 * in the standard `_prisma_migrations` table, so one that fails leaves nothing, and `prisma migrate deploy` goes on
 * working. With the newest come the functions as this version has them: an older version, which has nothing to apply to
 * the same database, leaves them as they are. Throws ConfigError, with nothing written, where the schema belongs to another application or the role may not write to it.
 */
export async function migrate(
  url: string,
  { set = ENGINE, isSchemaNamed = true }: MigrateOptions = {},
): Promise<string[]> {
  const schema = schemaOf(url);
  // Migrations are sent as they are: their names are found by the search path.
  const client = new OwnClient({ connectionString: url, session: sessionOf(url), keepAlive: true });
  await client.connect();
  try {
    const applied: string[] = [];
    await checkPermission(client, schema, 'use');
    const { pending } = await migrationState(client, schema, set.folder);
    if (pending.length > 0) {
      for (const name of migrationNames(set.folder))
        if (await applyWhereMissing(client, { schema, name, set, isSchemaNamed })) applied.push(name);
    }
    await pinFunctions(client, schema);
    return applied;
  } finally {
    await client.end();
  }
}

/** Compares the migrations of a folder, the engine's by default, with those that the database has finished. */
export async function migrationState(
  client: pg.ClientBase,
  schema: string,
  folder = ENGINE.folder,
): Promise<MigrationState> {
  const names = migrationNames(folder);
  const done = await finishedMigrations(client, schema);
  const newest = names.at(-1) ?? '';
  return {
    pending: names.filter((name) => !done.has(name)),
    unknown: [...done].filter((name) => name > newest).sort(),
  };
}

async function finishedMigrations(client: pg.ClientBase, schema: string): Promise<Set<string>> {
  if (!(await hasMigrations(client, schema))) return new Set();
  const table = `${quoted(schema)}._prisma_migrations`;
  const { rows } = await client.query(`SELECT migration_name AS name FROM ${table} WHERE finished_at IS NOT NULL`);
  return new Set(rows.map(({ name }) => name));
}

async function applyWhereMissing(
  client: pg.ClientBase,
  { schema, name, ...how }: { schema: string; name: string } & Required<MigrateOptions>,
): Promise<boolean> {
  const migration = readMigration(name, how.set.folder);
  return inTransaction(client, schema, async () => {
    // Held to the end of the transaction: through a pooler a lock of the session would stay on a connection that others
    // use.
    await client.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    if ((await finishedMigrations(client, schema)).has(name)) return false;
    await checkTarget(client, schema, how);
    await makeSchema(client, schema);
    for (const part of [migration, ...functionsWith(name)]) await client.query(part.script).catch(explainAs(part));
    await note(client, schema, migration);
    return true;
  });
}

/** To the end of the transaction: through a pooler a lock of the session would stay on a connection that others use. */
const lockMigrations = (client: pg.ClientBase) => client.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);

/** The functions that are made anew with a migration: all of them with the newest, and none with others. */
const functionsWith = (migration: string) => (migration === migrationNames().at(-1) ? readFunctions() : []);

/**
 * Checked first: CREATE SCHEMA needs a permission that the owner of a schema may lack, even where the schema exists.
 */
async function makeSchema(client: pg.ClientBase, schema: string): Promise<void> {
  if (!(await hasSchema(client, schema))) await client.query(`CREATE SCHEMA ${quoted(schema)}`);
}

async function hasSchema(client: pg.ClientBase, schema: string): Promise<boolean> {
  const { rows } = await client.query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schema]);
  return rows.length > 0;
}

/**
 * Records, as Prisma does, that a migration is applied. A migration that failed in an older version left a row without
 * an end.
 */
async function note(client: pg.ClientBase, schema: string, migration: Migration): Promise<void> {
  for (const statement of noteOf(schema, migration)) await client.query(statement);
}

function noteOf(schema: string, { name, checksum }: Migration): string[] {
  const table = `${quoted(schema)}._prisma_migrations`;
  return [
    `CREATE TABLE IF NOT EXISTS ${table} (
  id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ, migration_name VARCHAR(255) NOT NULL,
  logs TEXT, rolled_back_at TIMESTAMPTZ, started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0)`,
    `DELETE FROM ${table} WHERE migration_name = '${name}' AND finished_at IS NULL AND rolled_back_at IS NULL`,
    `INSERT INTO ${table} (id, checksum, migration_name, finished_at, applied_steps_count)
VALUES (gen_random_uuid(), '${checksum}', '${name}', clock_timestamp(), 1)`,
  ];
}

/**
 * What `migrate` would do to this database, as SQL for the owner of the tables to apply: one transaction
 * for each migration, together with its row in the table of migrations. Empty where nothing is pending. Reads only.
 */
export async function printMigrations(url: string, { isSchemaNamed = true }: MigrateOptions = {}): Promise<string> {
  const schema = schemaOf(url);
  const client = new OwnClient({ connectionString: url, session: sessionOf(url), keepAlive: true });
  await client.connect();
  try {
    const { pending } = await migrationState(client, schema);
    if (pending.length === 0) return '';
    if (!isSchemaNamed && pending.length === migrationNames().length) await checkFormerSchema(client, schema);
    const make = (await hasSchema(client, schema)) ? [] : [`CREATE SCHEMA ${quoted(schema)};`];
    const parts = pending
      .map((name) => readMigration(name))
      .map((migration, at) => [
        `-- ${migration.name}`,
        `${beginIn(schema).join(';\n')};`,
        ...(at === 0 ? make : []),
        ...[migration, ...functionsWith(migration.name)].map(({ script }) => script.trim()),
        ...noteOf(schema, migration).map((statement) => `${statement};`),
        'COMMIT;',
      ]);
    return [
      ...parts.flat(),
      `DO $pin$\nDECLARE\n  pin text;\nBEGIN\n  FOR pin IN ${pinsOf(schema)}\n  LOOP\n    EXECUTE pin;\n  END LOOP;\nEND\n$pin$;`,
      '',
    ].join('\n');
  } finally {
    await client.end();
  }
}

/**
 * Pins the search path of our functions, for any caller: the transaction of a caller, or a restore with an empty search
 * path. A role that doesn't own them leaves them as they are.
 */
async function pinFunctions(client: pg.ClientBase, schema: string): Promise<void> {
  const missingPins = async () => (await client.query<{ pin: string }>(pinsOf(schema))).rows;
  if ((await missingPins()).length === 0) return;
  await inTransaction(client, schema, async () => {
    await lockMigrations(client);
    // Under the lock: another process that starts at the same time may have pinned them meanwhile.
    for (const { pin } of await missingPins()) await client.query(pin);
  });
}

const pinsOf = (schema: string): string => `
  SELECT format('ALTER FUNCTION %s SET search_path = %I, pg_temp', p.oid::regprocedure, nspname) AS pin
  FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
  WHERE nspname = ${literal(schema)} AND prokind = 'f' AND pg_has_role(proowner, 'USAGE') AND coalesce(proconfig::text, '') NOT LIKE '%search_path=%'
    AND proname IN (${readFunctions()
      .map(({ name }) => literal(name))
      .join(', ')})`;

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Settings of a transaction alone: through a pooler those of the session would reach other clients. */
const beginIn = (schema: string): string[] => [
  'BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE',
  'SET LOCAL statement_timeout = 0',
  'SET LOCAL lock_timeout = 0',
  'SET LOCAL idle_in_transaction_session_timeout = 0',
  `SET LOCAL search_path = ${quoted(schema)}`,
];

async function inTransaction<T>(client: pg.ClientBase, schema: string, work: () => Promise<T>): Promise<T> {
  await client.query(beginIn(schema).join('; '));
  try {
    const done = await work();
    await client.query('COMMIT');
    return done;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

/** Names the migration and adds all that PostgreSQL reported; an unreachable database is left for the caller to wait for. */
const explainAs =
  ({ name, script }: Pick<Migration, 'name' | 'script'>) =>
  (error: pg.DatabaseError): never => {
    if (error.code === undefined || isPassing(error)) throw error;
    const { message, code, detail, hint, where } = error;
    const place = error.position === undefined ? undefined : placeOf(script, Number(error.position));
    const parts = [`${message} (${code})`, detail, hint, where, place].filter((part) => part !== undefined);
    throw new MigrationError(`Migration ${name} failed and changed nothing: ${parts.join('; ')}`, { cause: error });
  };

/** Line and text of the statement at this position of a script, which PostgreSQL counts from one. */
function placeOf(script: string, position: number): string {
  const before = script.slice(0, position - 1);
  const line = script.slice(before.lastIndexOf('\n') + 1).split('\n')[0] ?? '';
  return `at line ${before.split('\n').length}: ${line.trim().slice(0, 200)}`;
}
