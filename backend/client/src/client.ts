import { createHash } from 'node:crypto';
import { checkMany, checkOne } from './check-call.js';
import { connect } from './connect.js';
import { type Enqueued, enqueueRuns } from './enqueue.js';
import { refusal } from './errors.js';
import { checkSchema, inSchema } from './in-schema.js';
import type { RunRequest } from './request.js';
import { limits } from './shared.js';
import type { Sql } from './sql.js';

/** Where the client finds Job Manager's tables. */
export type ClientOptions = {
  /** The schema of its tables, as DATABASE_SCHEMA says it; without, the connection's search path has to find them. */
  schema?: string;
} & (
  | /** A connection, a pool or a transaction of the program's own. */ { sql: Sql }
  | /** A PostgreSQL URL; needs the package `pg`. */ { connectionString: string }
);

export interface CallOptions {
  /**
   * Another connection for this call: a client of `pg` in a transaction, or `prismaSql(tx)`. The run is there when that
   * is committed, and only then runners hear of it.
   */
  sql?: Sql;
}

/** Queues runs from any Node program, without the server and without the code of the jobs. */
export interface JobClient {
  /** Queues a run, or answers the one that has its key. Throws QueueError, which says what is wrong. */
  enqueue(request: RunRequest, options?: CallOptions): Promise<Enqueued>;
  /** Queues up to 10,000 runs at once, all of them or none; answers in their order. */
  enqueueMany(requests: readonly RunRequest[], options?: CallOptions): Promise<Enqueued[]>;
  /** Closes what the client opened itself. */
  close(): Promise<void>;
}

/** Makes a client. Connects when it is first needed. */
export function createClient({ schema, ...options }: ClientOptions): JobClient {
  if (schema !== undefined) checkSchema(schema);
  const own = 'sql' in options ? { sql: options.sql, close: async () => {} } : connect(options.connectionString);
  const enqueue = async (requests: readonly RunRequest[], sql: Sql = own.sql): Promise<Enqueued[]> => {
    // Nobody's doing, as the audit log sees it: programs queue runs by the thousands, and each run says where it is from.
    const { runs } = await enqueueRuns(inSchema(sql, schema), requests.map(withOwnKey), {
      actor: null,
      notifies: true,
    });
    return runs;
  };
  return {
    enqueue: async (request, { sql } = {}) => {
      checkOne(request);
      const [added] = await enqueue([request], sql);
      if (!added) throw new Error('A run was neither queued nor refused');
      return added;
    },
    enqueueMany: async (requests, { sql } = {}) => {
      if (!Array.isArray(requests)) throw refusal('INVALID_INPUT', 'runs', 'must be a list');
      checkMany(requests);
      return enqueue(requests, sql);
    },
    close: own.close,
  };
}

/** Keys of programs and those of people at the API never meet. */
function withOwnKey(request: RunRequest): RunRequest {
  const { idempotencyKey } = request;
  if (idempotencyKey === undefined) return request;
  const own = `client:${idempotencyKey}`;
  // What is put before it must not make a key too long for its column.
  const isTooLong = own.length > limits.uniqueKeyChars;
  const digest = () => `client:sha256:${createHash('sha256').update(idempotencyKey).digest('hex')}`;
  return { ...request, idempotencyKey: isTooLong ? digest() : own };
}
