import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import type { SchemaEngine } from '@prisma/schema-engine-wasm/schema_engine_bg';
import { PRISMA } from '../assets.js';
import { createPool } from './client.js';
import { schemaOf } from './schema.js';

const NO_FILTER = { externalTables: [], externalEnums: [] };

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
  const pool = createPool(url, { max: 2 });
  const adapter = new PrismaPg(pool, { schema: schemaOf(url), disposeExternalPool: false });
  try {
    const datamodels = await readSchema();
    return await work(
      await bindings.SchemaEngine.new({ datamodels }, () => {}, bindMigrationAwareSqlAdapterFactory(adapter)),
    );
  } finally {
    await pool.end();
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

/** A Prisma schema as it stands in the repository: that of the engine, unless another folder is given. */
export async function readSchema(folder = join(PRISMA, 'schema')): Promise<SchemaFiles> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.prisma')).sort();
  return Promise.all(
    names.map(
      async (name): Promise<[string, string]> => [join(folder, name), await readFile(join(folder, name), 'utf8')],
    ),
  );
}
