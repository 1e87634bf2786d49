import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { createPool } from '../database/client.js';
import type { PrismaClient } from '../generated/prisma/client.js';
import { createPrisma } from './prisma.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** A migrated, empty database to copy from; nothing may be connected to it. */
    templateUrl: string;
  }
}

export interface TestDatabase {
  url: string;
  pool: pg.Pool;
  readonly db: PrismaClient;
  /** Empties every table and starts the numbers over: much cheaper than a database for each test. */
  clear(): Promise<void>;
  /** Disconnects everything from it, and drops it or keeps it for the next that needs one. */
  drop(): Promise<void>;
}

/** Databases of this worker that are as good as new: a copy of the template costs a fifth of a second of the processor. */
const spares: string[] = [];

/** A migrated, empty database of this test file's own. Use in `beforeAll`, drop in `afterAll`. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const template = inject('templateUrl');
  const name = spares.pop() ?? (await copyOf(template));
  const url = withName(template, name);
  const pool = createPool(url);
  let db: PrismaClient | undefined;
  return {
    url,
    pool,
    get db() {
      db ??= createPrisma(pool);
      return db;
    },
    clear: () => clearTables(pool),
    drop: async () => {
      await db?.$disconnect();
      await pool.end();
      if (await restore(url)) spares.push(name);
      else
        await connected(withName(template, 'postgres'), (client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`));
    },
  };
}

async function copyOf(template: string): Promise<string> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  // The default copies block by block through the log, which costs about twice the processor time. From the database
  // `postgres`: nothing may be connected to a template while it is copied.
  const copy = `CREATE DATABASE ${name} TEMPLATE template_jobs STRATEGY FILE_COPY`;
  await connected(withName(template, 'postgres'), (client) => client.query(copy));
  fingerprintOfTemplate ??= await connected(withName(template, name), fingerprintOf);
  return name;
}

/** Empties every table that the search path leads to first, and starts all numbers over. */
export const clearTables = async (pool: Pick<pg.Pool, 'query'>): Promise<void> => void (await pool.query(CLEAR));

/**
 * Without triggers, which protect the audit log, and without the order that foreign keys require. Most tables have
 * never been written to: deleting from them as well takes three times as long.
 */
const CLEAR = `DO $$
DECLARE name text;
BEGIN
  SET LOCAL session_replication_role = replica;
  FOR name IN SELECT oid::regclass FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND relname <> '_prisma_migrations'
      AND pg_relation_size(oid) > 0
  LOOP
    EXECUTE 'DELETE FROM ' || name;
  END LOOP;
  PERFORM setval(seqrelid, seqstart, false) FROM pg_sequence;
END $$`;

/**
 * What differs from the template's after any change of the schema, of settings or of the migrations, and once the
 * planner has figures or the tables have grown: plans and volumes are then not those of a new database.
 */
const FINGERPRINT = `SELECT concat_ws(' ',
  (SELECT sum(xmin::text::bigint) FROM pg_attribute), (SELECT sum(xmin::text::bigint) FROM pg_constraint),
  (SELECT sum(xmin::text::bigint) FROM pg_proc), (SELECT sum(xmin::text::bigint) FROM pg_trigger),
  (SELECT count(*) FROM pg_namespace WHERE nspname !~ '^pg_'), (SELECT sum(xmin::text::bigint) FROM _prisma_migrations),
  (SELECT count(*) FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase WHERE d.datname = current_database()),
  (SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND (reltuples > 0 OR relpages > 8)),
  (SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 262144)
) AS fingerprint`;

let fingerprintOfTemplate: string | undefined;

const END_CONNECTIONS = `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid()`;

/** Resets it to the state of a new one if possible; returns whether it did. */
function restore(url: string): Promise<boolean> {
  return connected(url, async (client) => {
    await client.query(END_CONNECTIONS);
    // A test of migrations may have removed the tables of this query.
    const fingerprint = await fingerprintOf(client).catch(() => null);
    if (fingerprint !== fingerprintOfTemplate) return false;
    await client.query(CLEAR);
    return true;
  });
}

async function fingerprintOf(client: pg.Client): Promise<string | undefined> {
  return (await client.query<{ fingerprint: string }>(FINGERPRINT)).rows[0]?.fingerprint;
}

/** A test may have given its database settings that no statement outlives. */
const USUAL_SETTINGS =
  '-c statement_timeout=0 -c lock_timeout=0 -c default_transaction_read_only=off -c search_path=public';

async function connected<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, options: USUAL_SETTINGS });
  await client.connect();
  return work(client).finally(() => client.end());
}

function withName(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}
