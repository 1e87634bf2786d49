import type pg from 'pg';
import { ConfigError } from '../config.js';
import { expectedObjects } from './expected-objects.js';
import { MIGRATIONS, migrationNames, readMigration } from './migration-files.js';
import { DEFAULT_SCHEMA, quoted } from './schema.js';

/** Migrations of one kind, each in a folder of its own name. */
export interface MigrationSet {
  folder: string;
  /** What a person can do where the schema belongs to another application. */
  remedy: string;
}

const REMEDY =
  'set DATABASE_SCHEMA to a schema of its own for Job Manager, such as DATABASE_SCHEMA=job_manager (embedded: settings: { DATABASE_SCHEMA: "job_manager" }); nothing was written';
export const ENGINE: MigrationSet = { folder: MIGRATIONS, remedy: REMEDY };

/**
 * Checks before anything is written: whether the schema is ours or empty, and whether this role may create tables
 * there. Throws ConfigError with one sentence about what to set or to grant.
 */
export async function checkTarget(
  client: pg.ClientBase,
  schema: string,
  { set: { folder, remedy }, isSchemaNamed }: { set: MigrationSet; isSchemaNamed: boolean },
): Promise<void> {
  if (!(await isOurs(client, schema, folder))) {
    const foreign = [
      ...(await foreignRelations(client, schema, folder)),
      ...(await foreignTypes(client, schema, folder)),
    ];
    if (foreign.length > 0) {
      const message = `The schema "${schema}" of this database belongs to another application (it has ${listed(foreign)}): ${remedy}`;
      throw new ConfigError(message);
    }
    if (schema === DEFAULT_SCHEMA) await checkSearchPath(client);
    if (!isSchemaNamed) await checkFormerSchema(client, schema);
  }
  await checkPermission(client, schema);
}

/**
 * Whether there is a table of migrations. Reads the catalog, because PostgreSQL refuses a statement that names a table
 * to a role that may not use the schema.
 */
export async function hasMigrations(client: pg.ClientBase, schema: string): Promise<boolean> {
  const { rows } = await client.query(
    `SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = $1 AND relname = '_prisma_migrations'`,
    [schema],
  );
  return rows.length > 0;
}

/** Ours has our first migration, by its checksum, or what that made. */
async function isOurs(client: pg.ClientBase, schema: string, folder: string): Promise<boolean> {
  if (!(await hasMigrations(client, schema))) return false;
  const table = `${quoted(schema)}._prisma_migrations`;
  const [first = ''] = migrationNames(folder);
  const { checksum } = readMigration(first, folder);
  // As JSON, for a table of this name may have any columns.
  const { rows } = await client.query(
    `SELECT 1 FROM ${table} m CROSS JOIN LATERAL to_jsonb(m) AS j
     WHERE j->>'migration_name' = $1 AND j->>'finished_at' IS NOT NULL AND (j->>'checksum' = $2 OR ${hasOurRuns('$3')})`,
    [first, checksum, schema],
  );
  return rows.length > 0;
}

const hasOurRuns = (schema: string): string => `EXISTS (
  SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
  WHERE n.nspname = ${schema} AND c.relname = 'JobRun' AND a.attname = 'leaseToken')`;

/**
 * Tables and views of other applications. Those of extensions don't count. A table of migrations counts unless it has
 * nothing but unfinished rows of ours, which a failed older version left.
 */
async function foreignRelations(client: pg.ClientBase, schema: string, folder: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE nspname = $1 AND relkind IN ('r', 'p', 'v', 'm', 'f')
       AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
     ORDER BY relname`,
    [schema],
  );
  const names = rows.map(({ name }) => name);
  const isLeftover =
    names.length === 1 && names[0] === '_prisma_migrations' && !(await hasForeignRows(client, schema, folder));
  return isLeftover ? [] : names;
}

/** Enums with our names: the first migration would fail because of them. */
async function foreignTypes(client: pg.ClientBase, schema: string, folder: string): Promise<string[]> {
  const ours = (await expectedObjects(folder)).filter((object) => object.startsWith('type '));
  const { rows } = await client.query<{ name: string }>(
    `SELECT typname AS name FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
     WHERE nspname = $1 AND typtype <> 'c' AND typname = ANY($2) ORDER BY typname`,
    [schema, ours.map((object) => object.slice('type '.length))],
  );
  return rows.map(({ name }) => name);
}

async function hasForeignRows(client: pg.ClientBase, schema: string, folder: string): Promise<boolean> {
  const { rows } = await client.query(
    `SELECT 1 FROM ${quoted(schema)}._prisma_migrations m CROSS JOIN LATERAL to_jsonb(m) AS j
     WHERE j->>'migration_name' <> ALL($1) OR j->>'finished_at' IS NOT NULL`,
    [migrationNames(folder)],
  );
  return rows.length > 0;
}

/** Older versions created tables in `public` where no schema was named: these are not abandoned for new empty ones. */
export async function checkFormerSchema(client: pg.ClientBase, schema: string): Promise<void> {
  const { rows } = await client.query(`SELECT 1 WHERE ${hasOurRuns('$1')}`, [DEFAULT_SCHEMA]);
  if (rows.length === 0 || schema === DEFAULT_SCHEMA) return;
  const message = `Job Manager's tables are in the schema "${DEFAULT_SCHEMA}" of this database, where they were made before "${schema}" was the default: set DATABASE_SCHEMA=${DEFAULT_SCHEMA} to go on with them (embedded: settings: { DATABASE_SCHEMA: "${DEFAULT_SCHEMA}" }), or DATABASE_SCHEMA=${schema} to begin anew beside them; nothing was written`;
  throw new ConfigError(message);
}

/** Older versions found tables by the search path, which a database or a role may change. */
async function checkSearchPath(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ schema: string }>(
    `SELECT nspname AS schema FROM pg_namespace
     WHERE nspname = ANY(string_to_array(replace(replace((SELECT reset_val FROM pg_settings WHERE name = 'search_path'), '"', ''), ' ', ''), ','))
       AND nspname <> $1 AND ${hasOurRuns('nspname')}`,
    [DEFAULT_SCHEMA],
  );
  const [elsewhere] = rows;
  if (!elsewhere) return;
  const message = `Job Manager's tables are in the schema "${elsewhere.schema}", to which the search path of this database leads, and that counts no longer: set DATABASE_SCHEMA=${elsewhere.schema}; nothing was written`;
  throw new ConfigError(message);
}

/**
 * Throws ConfigError, with what to grant, where this role may not create the schema, or tables in it; with `use`, where
 * it may not even read it.
 */
export async function checkPermission(
  client: pg.ClientBase,
  schema: string,
  wanted: 'make' | 'use' = 'make',
): Promise<void> {
  const { rows } = await client.query<{ refusal: string | null }>(
    `SELECT CASE
       WHEN n.oid IS NULL AND $2 = 'make' AND NOT has_database_privilege(current_database(), 'CREATE') THEN
         format('The role %I may not make the schema %I in the database %I: GRANT CREATE ON DATABASE %3$I TO %1$I, or have an owner of it run CREATE SCHEMA %2$I AUTHORIZATION %1$I',
           current_user, wanted.name, current_database())
       WHEN n.oid IS NOT NULL AND NOT ((has_schema_privilege(n.oid, 'CREATE') OR $2 = 'use') AND has_schema_privilege(n.oid, 'USAGE')) THEN
         format('The role %I may not use the schema %I, or not make tables in it: GRANT USAGE, CREATE ON SCHEMA %2$I TO %1$I', current_user, wanted.name)
     END AS refusal
     FROM (SELECT $1::text AS name) wanted LEFT JOIN pg_namespace n ON n.nspname = wanted.name`,
    [schema, wanted],
  );
  const refusal = rows[0]?.refusal;
  if (refusal) throw new ConfigError(`${refusal}; nothing was written`);
}

/** The first few of many. */
function listed(names: string[]): string {
  const shown = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}
