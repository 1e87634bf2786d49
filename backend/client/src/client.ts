import { createHash } from 'node:crypto';
import { checkMany, checkOne } from './check-call.js';
import { connect } from './connect.js';
import { withCorrelationOfRun } from './correlation-of-run.js';
import { DeclaredParameters } from './declared-parameters.js';
import { type Enqueued, enqueueOfProgram, only } from './enqueue.js';
import { notInstalled, refusal } from './errors.js';
import { detectSchema, type FindSchema, OWN_SCHEMA } from './find-schema.js';
import { checkSchema, inSchema } from './in-schema.js';
import type { AnyJobs, RequestFor } from './job-types.js';
import { isPool } from './pool.js';
import { PoolQueue } from './pool-queue.js';
import type { RunRequest } from './request.js';
import { inSendSpan } from './send-span.js';
import { limits } from './shared.js';
import type { Sql } from './sql.js';
import { isTraced } from './tracing.js';

/** Where the client finds Job Manager's tables. */
export type ClientOptions = {
  /**
   * The schema of its tables, as DATABASE_SCHEMA names it. Without, it is that of the URL (`?schema=`) unless that is `public`,
   * else `job_manager` or `public`, whichever has them; the search path of a connection of the program's own has to find them.
   */
  schema?: string | undefined;
} & (
  | /** A connection, a pool or a transaction of the program's own. */ { sql: Sql }
  | /** A PostgreSQL URL; needs the package `pg`. */ { connectionString: string }
);

export interface CallOptions {
  /**
   * Another connection for this call: a client of `pg` in a transaction, or `prismaSql(tx)`. The run exists once that
   * transaction commits, and runners are notified only then.
   */
  sql?: Sql | undefined;
}

/** Queues runs of `Jobs` from any Node program, without the server and without the code of the jobs. */
export interface JobClient<Jobs extends object = AnyJobs> {
  /** Queues a run, or answers the one that has its key. Throws QueueError with what is wrong. */
  enqueue(request: RequestFor<Jobs>, options?: CallOptions): Promise<Enqueued>;
  /** Queues up to 10,000 runs at once, all of them or none; answers in their order. */
  enqueueMany(requests: readonly RequestFor<Jobs>[], options?: CallOptions): Promise<Enqueued[]>;
  /** Sends the notifications that are still due, and closes what the client opened itself. */
  close(): Promise<void>;
}

/**
 * Makes a client. Connects when it is first needed. With `createClient<typeof jobs>` the compiler checks names and
 * parameters of the jobs that `defineJob` made; with `createClient<{ 'send-invoice': { order: number } }>` those that are
 * named. A client without either takes any.
 */
export function createClient<Jobs extends object = AnyJobs>(options: ClientOptions): JobClient<Jobs> {
  // The types of the jobs do not exist at run time.
  return openClient(options) as unknown as JobClient<Jobs>;
}

function openClient({ schema: given, ...options }: ClientOptions): JobClient {
  const url = 'connectionString' in options ? options.connectionString : undefined;
  const schema = schemaNamed(given, url);
  const findSchema = schema === undefined && url !== undefined ? detectSchema() : async () => schema;
  const own = openOwn(options, findSchema);
  const declared = new DeclaredParameters();
  const explain = (error: unknown): never => {
    throw notInstalled(error, schema ?? (url && OWN_SCHEMA)) ?? error;
  };
  const wayOf = ({ sql }: CallOptions): Way => (sql === undefined ? own : wayOver(sql, findSchema));
  return {
    enqueue: async (request, call = {}) => {
      const parameters = checkOne(request);
      const complete = completed({ ...request });
      const way = wayOf(call);
      const checked = declared.check(way.sql, request);
      if (checked instanceof Promise) await checked.catch(explain);
      const enqueue = (one: RunRequest) => way.enqueue(one, parameters).catch(explain);
      if (!isTraced()) return enqueue(complete);
      return inSendSpan(
        [complete],
        ([one = complete]) => enqueue(one),
        ({ jobRunId }) => [jobRunId],
      );
    },
    enqueueMany: async (requests, call = {}) => {
      if (!Array.isArray(requests)) throw refusal('INVALID_INPUT', 'runs', 'must be a list');
      const parameters = checkMany(requests);
      const complete = requests.map((request) => completed({ ...request }));
      const way = wayOf(call);
      for (const [index, request] of requests.entries()) {
        const checked = declared.check(way.sql, request, `runs.${index}.`);
        if (checked instanceof Promise) await checked.catch(explain);
      }
      const enqueue = (all: RunRequest[]) => way.enqueueMany(all, parameters).catch(explain);
      return isTraced() ? inSendSpan(complete, enqueue, idsOf) : enqueue(complete);
    },
    close: own.close,
  };
}

/**
 * The schema that the program names, else the one in its URL. Prisma writes `public` into each new URL, so `public` is
 * ignored.
 */
function schemaNamed(given: string | undefined, url: string | undefined): string | undefined {
  const named = url !== undefined && URL.canParse(url) ? new URL(url).searchParams.get('schema') : null;
  const schema = given ?? (named === 'public' ? undefined : named || undefined);
  if (schema !== undefined) checkSchema(schema);
  return schema;
}

/** Stores checked calls in the database; `parameters` are those of the runs as JSON. */
interface Way {
  /** For what is read beside. */
  sql: Sql;
  enqueue(request: RunRequest, parameters: string): Promise<Enqueued>;
  enqueueMany(requests: readonly RunRequest[], parameters: readonly string[]): Promise<Enqueued[]>;
}

/** What a program has given for the calls that name no connection of their own. */
function openOwn(options: ClientOptions, findSchema: FindSchema): Way & { close(): Promise<void> } {
  if (!('sql' in options)) {
    const { open, close } = connect(options.connectionString);
    return wayByPool(new PoolQueue(open, findSchema), close);
  }
  const { sql } = options;
  if (!isPool(sql)) return { ...wayOver(sql, findSchema), close: async () => {} };
  return wayByPool(new PoolQueue(async () => sql, findSchema));
}

const wayByPool = (queue: PoolQueue, close = async () => {}): Way & { close(): Promise<void> } => ({
  sql: queue.sql,
  enqueue: (request, parameters) => queue.enqueue(request, parameters),
  enqueueMany: (requests, parameters) => queue.enqueueMany(requests, parameters),
  close: async () => {
    await queue.flush();
    await close();
  },
});

/** Uses one connection, perhaps in a transaction: sends each call by itself, and runners are notified at the commit. */
function wayOver(sql: Sql, findSchema: FindSchema): Way {
  const qualifying: Sql = {
    query: async (text, values) => inSchema(sql, await findSchema(sql)).query(text, values),
  };
  const enqueueMany: Way['enqueueMany'] = (requests, parameters) =>
    enqueueOfProgram(qualifying, requests, { notifies: true, parameters });
  const enqueue: Way['enqueue'] = async (request, parameters) => only(await enqueueMany([request], [parameters]));
  return { sql: qualifying, enqueue, enqueueMany };
}

const idsOf = (runs: readonly Enqueued[]): string[] => runs.map(({ jobRunId }) => jobRunId);

const completed = (request: RunRequest): RunRequest => withCorrelationOfRun(withOwnKey(request));

/** Keys of programs and keys of people at the API never collide. */
function withOwnKey(request: RunRequest): RunRequest {
  const { idempotencyKey } = request;
  if (idempotencyKey === undefined) return request;
  const own = `client:${idempotencyKey}`;
  // What is put before it must not make a key too long for its column.
  const isTooLong = own.length > limits.uniqueKeyChars;
  const digest = () => `client:sha256:${createHash('sha256').update(idempotencyKey).digest('hex')}`;
  return { ...request, idempotencyKey: isTooLong ? digest() : own };
}
