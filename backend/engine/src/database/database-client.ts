import { qualified } from '@job-manager/client/in-schema';
import { sessionStatement } from '@job-manager/client/session';
import type pg from 'pg';
import { OwnClient } from './own-client.mjs';
import { DEFAULT_SCHEMA, schemaOf } from './schema.js';
import { isPooled } from './transaction-pooling.js';
import { ownTypesUnder } from './type-parsers.mjs';

export interface DatabaseClientConfig extends pg.ClientConfig {
  connectionString: string;
  /**
   * The server ends statements that take longer, in milliseconds; no limit without it. Behind a pooler the role sets
   * it.
   */
  statementTimeoutMs?: number;
  /** See `PoolOptions`. */
  keepsPlans?: boolean;
}

/** A transaction that waits so long for its next statement belongs to a stopped process. */
const IDLE_IN_TRANSACTION_MS = 60_000;

/**
 * A statement is planned once, without regard to its parameters. Whatever the tables and their statistics were then, a
 * plan that finds runs by an index, and in its order where only the first are wanted, is right for millions of runs;
 * and its estimated cost must not make the server compile it.
 */
const KEEP_PLANS = [
  'SET plan_cache_mode = force_generic_plan',
  ...['seqscan', 'sort', 'hashjoin', 'mergejoin'].map((way) => `SET enable_${way} = off`),
  'SET jit = off',
].join('; ');

/** What a connection to this URL sets before anything else; null behind a pooler, where it would be set for others. */
export function sessionOf(url: string, statementTimeoutMs = 0, keepsPlans = false): string | null {
  if (isPooled(url)) return null;
  const limits = { statementTimeoutMs, idleInTransactionMs: statementTimeoutMs > 0 ? IDLE_IN_TRANSACTION_MS : 0 };
  const session = `${sessionStatement(limits)}; ${searchPathOf(schemaOf(url))}`;
  return keepsPlans ? `${session}; ${KEEP_PLANS}` : session;
}

/**
 * The search path for statements of jobs; our own statements name the schema. With a schema of our own the path has
 * nothing else, so that a missing table is never replaced by one of another application. With the default schema the
 * rest of the path stays.
 */
const searchPathOf = (schema: string): string =>
  schema === DEFAULT_SCHEMA
    ? `SELECT set_config('search_path', concat_ws(', ', '${schema}', nullif(current_setting('search_path'), '')), false)`
    : `SET search_path = "${schema}"`;

/** A connection of ours to the database of a URL: in its statements our tables and functions have their schema before them. */
export class DatabaseClient extends OwnClient {
  readonly #schema: string;
  readonly #isPooled: boolean;

  constructor({ statementTimeoutMs, keepsPlans, ...config }: DatabaseClientConfig) {
    const url = config.connectionString;
    super({ ...config, session: sessionOf(url, statementTimeoutMs, keepsPlans) });
    this.#schema = schemaOf(url);
    this.#isPooled = isPooled(url);
  }

  // The driver has a dozen forms of this call; the statement comes first in each.
  override query = ((statement: unknown, ...rest: unknown[]) =>
    (super.query as (...given: unknown[]) => unknown)(this.#prepared(statement), ...rest)) as pg.Client['query'];

  #prepared(statement: unknown): unknown {
    if (typeof statement === 'string') return qualified(statement, this.#schema);
    if (!isConfig(statement)) return statement;
    const { text, types, name } = statement;
    return {
      ...statement,
      // Prisma names the schema itself, and brings its own parsers; through a pooler its raw statements get the search
      // path of another client.
      text: types === undefined || this.#isPooled ? qualified(text, this.#schema) : text,
      // Through a pooler the name would be used on a connection that never prepared the statement.
      name: this.#isPooled ? undefined : name,
      ...(types !== undefined && { types: ownTypesUnder(types) }),
    };
  }
}

/** Other than what brings its own way to send itself, such as a cursor. */
const isConfig = (statement: unknown): statement is pg.QueryConfig =>
  typeof statement === 'object' && statement !== null && 'text' in statement && !('submit' in statement);

/** Opens a connection. Rejects where that fails; nothing is left open then. */
export async function openClient(config: DatabaseClientConfig): Promise<DatabaseClient> {
  const client = new DatabaseClient(config);
  await client.connect();
  return client;
}
