import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import type { MigrationList, SchemaEngine } from '@prisma/schema-engine-wasm/schema_engine_bg';
import pg from 'pg';
import { createPool } from './client.js';
import { DEFAULT_SCHEMA, quoted, schemaOf, schemaStatement } from './schema.js';

const PRISMA_DIR = fileURLToPath(new URL('../../../prisma', import.meta.url));
const MIGRATIONS_DIR = join(PRISMA_DIR, 'migrations');
/** Any number that no other program uses for an advisory lock: two processes starting at once migrate one after the other. */
const MIGRATION_LOCK = 7_021_984;
const NO_FILTER = { externalTables: [], externalEnums: [] };

/**
 * Applies the migrations that the database lacks and returns their names.
 *
 * Runs Prisma's own engine from its WebAssembly build, because the usual one is downloaded when first
 * used. It keeps the standard `_prisma_migrations` table, so `prisma migrate deploy` goes on working.
 */
export async function migrate(url: string): Promise<string[]> {
  const client = new pg.Client(url);
  const lock = new pg.Client(url);
  await Promise.all([client.connect(), lock.connect()]);
  try {
    await takeLock(lock);
    await enterSchema(client, url);
    const pending = await pendingMigrations(client);
    if (pending.length > 0) {
      const migrationsList = await readMigrations();
      await withEngine(url, (engine) => engine.applyMigrations({ migrationsList, filters: NO_FILTER }));
    }
    await pinFunctions(client, url);
    return pending;
  } finally {
    await Promise.all([client.end(), lock.end()]);
  }
}

/**
 * Holds the lock until the connection ends. It belongs to a transaction: through a pooler one of the session would stay
 * with a connection that others get next, and nobody would ever migrate again.
 */
async function takeLock(client: pg.Client): Promise<void> {
  await client.query('BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0');
  await client.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
}

/** Makes the schema of the URL when it is missing, and has the connection look there. */
async function enterSchema(client: pg.Client, url: string): Promise<void> {
  const statement = schemaStatement(url);
  if (statement === null) return;
  const { rows } = await client.query('SELECT to_regnamespace($1) IS NULL AS "isMissing"', [quoted(schemaOf(url))]);
  // Looked for first: to make one takes a permission that whoever was given a schema may lack.
  if (rows[0].isMissing) await client.query(`CREATE SCHEMA ${quoted(schemaOf(url))}`);
  await client.query(statement);
}

/**
 * Has the functions of a schema of our own find its tables whoever calls them: a caller's transaction looks
 * elsewhere. Those in the default schema stay as the migrations make them, and cost nothing more.
 */
async function pinFunctions(client: pg.Client, url: string): Promise<void> {
  const schema = schemaOf(url);
  if (schema === DEFAULT_SCHEMA) return;
  const { rows } = await client.query<{ pin: string }>(
    `SELECT format('ALTER FUNCTION %s SET search_path = %I', oid::regprocedure, $1::text) AS pin FROM pg_proc
     WHERE pronamespace = to_regnamespace(quote_ident($1)) AND prokind = 'f' AND coalesce(proconfig::text, '') NOT LIKE '%search_path=%'`,
    [schema],
  );
  for (const { pin } of rows) await client.query(pin);
}

/** Names of the migrations in the repository that the database has not finished. */
export async function pendingMigrations(client: pg.ClientBase): Promise<string[]> {
  const names = await migrationNames();
  const table = await client.query(`SELECT to_regclass('_prisma_migrations') AS name`);
  if (table.rows[0].name === null) return names;
  const applied = await client.query('SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL');
  const done = new Set(applied.rows.map((row) => row.migration_name));
  return names.filter((name) => !done.has(name));
}

/** A Prisma schema as its files: path and content. */
export type SchemaFiles = [path: string, content: string][];

/**
 * The SQL that takes one Prisma schema to another; `from` empty means an empty database.
 * Compares the schemas themselves: reading one back from PostgreSQL 18 fails in this engine
 * ("Column type 'char' could not be deserialized").
 */
export async function diffSchemas(url: string, from: SchemaFiles, to: SchemaFiles): Promise<string> {
  const container = (schema: SchemaFiles) => ({ files: schema.map(([path, content]) => ({ path, content })) });
  const result = await withEngine(url, (engine) =>
    engine.diff({
      from: from.length === 0 ? { tag: 'empty' } : { tag: 'schemaDatamodel', ...container(from) },
      to: { tag: 'schemaDatamodel', ...container(to) },
      script: true,
      exitCode: null,
      filters: NO_FILTER,
    }),
  );
  const sql = result.stdout ?? '';
  return sql.includes('This is an empty migration') ? '' : sql;
}

async function withEngine<T>(url: string, work: (engine: SchemaEngine) => Promise<T>): Promise<T> {
  const bindings = await loadEngine();
  const adapter = new WholeScriptAdapter(url);
  try {
    const datamodels = await readSchema();
    return await work(
      await bindings.SchemaEngine.new({ datamodels }, () => {}, bindMigrationAwareSqlAdapterFactory(adapter)),
    );
  } finally {
    await adapter.close();
  }
}

/** Sends a migration to PostgreSQL as one script; the adapter's own way cuts it at every semicolon, function bodies too. */
class WholeScriptAdapter extends PrismaPg {
  readonly #url: string;
  readonly #pool: pg.Pool;
  readonly #open: { dispose(): Promise<void> }[] = [];

  constructor(url: string) {
    const pool = createPool(url, { max: 2 });
    super(pool, { schema: schemaOf(url), disposeExternalPool: false });
    this.#url = url;
    this.#pool = pool;
  }

  override async connect() {
    const connection = await super.connect();
    connection.executeScript = async (script) => {
      const client = new pg.Client(this.#url);
      await client.connect();
      const schema = schemaStatement(this.#url);
      await client.query(schema === null ? script : `${schema}; ${script}`).finally(() => client.end());
    };
    this.#open.push(connection);
    return connection;
  }

  async close(): Promise<void> {
    await Promise.all(this.#open.map((connection) => connection.dispose()));
    await this.#pool.end();
  }
}

type EngineBindings = typeof import('@prisma/schema-engine-wasm/schema_engine_bg');
let loading: Promise<EngineBindings> | undefined;

/** Once per process: the bindings keep views of one instance's memory, a second instance would corrupt them. */
function loadEngine(): Promise<EngineBindings> {
  loading ??= instantiateEngine();
  return loading;
}

async function instantiateEngine(): Promise<EngineBindings> {
  const bindings = await import('@prisma/schema-engine-wasm/schema_engine_bg');
  const folder = dirname(createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg'));
  const bytes = await readFile(join(folder, 'schema_engine_bg.wasm'));
  const { instance } = await WebAssembly.instantiate(bytes, {
    './schema_engine_bg.js': withIdleTimers(bindings),
  });
  const { __wbg_set_wasm: setWasm } = bindings as unknown as { __wbg_set_wasm(exports: object): void };
  setWasm(instance.exports);
  (instance.exports.__wbindgen_start as () => void)();
  return bindings;
}

/** The engine never clears the 10 s timer of its advisory lock; held, it would keep a finished process waiting. */
function withIdleTimers(bindings: EngineBindings): WebAssembly.ModuleImports {
  const imports = { ...bindings } as unknown as WebAssembly.ModuleImports;
  for (const name of Object.keys(imports).filter((key) => key.startsWith('__wbg_setTimeout_'))) {
    imports[name] = (callback: () => void, ms: number) => setTimeout(callback, ms).unref();
  }
  return imports;
}

/** The Prisma schema as it stands in the repository. */
export async function readSchema(): Promise<SchemaFiles> {
  const folder = join(PRISMA_DIR, 'schema');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.prisma')).sort();
  return Promise.all(
    names.map(
      async (name): Promise<[string, string]> => [join(folder, name), await readFile(join(folder, name), 'utf8')],
    ),
  );
}

async function readMigrations(): Promise<MigrationList> {
  const read = async (name: string) => ({
    path: name,
    migrationFile: {
      path: 'migration.sql',
      content: { tag: 'ok' as const, value: await readFile(join(MIGRATIONS_DIR, name, 'migration.sql'), 'utf8') },
    },
  });
  return {
    baseDir: MIGRATIONS_DIR,
    lockfile: {
      path: 'migration_lock.toml',
      content: await readFile(join(MIGRATIONS_DIR, 'migration_lock.toml'), 'utf8'),
    },
    shadowDbInitScript: '',
    migrationDirectories: await Promise.all((await migrationNames()).map(read)),
  };
}

async function migrationNames(): Promise<string[]> {
  const entries = await readdir(MIGRATIONS_DIR, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}
