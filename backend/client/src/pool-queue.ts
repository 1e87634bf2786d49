import { Batcher } from './batcher.js';
import { type Enqueued, enqueueOfProgram, only } from './enqueue.js';
import { QueueError } from './errors.js';
import type { FindSchema } from './find-schema.js';
import { inSchema } from './in-schema.js';
import { notificationChannels } from './notification-channels.js';
import { type AddedRun, addEach, isPlain, type PlainRun, plainRun } from './plain-runs.js';
import { ENQUEUE_ONE, ENQUEUE_PLAIN } from './plain-statement.js';
import { borrow, type Connection, type Pool, Preparing } from './pool.js';
import type { RunRequest } from './request.js';
import { retryOnContention } from './retry-on-contention.js';
import type { Sql } from './sql.js';
import { WakeUp } from './wake-up.js';

const NOTIFY = `SELECT pg_notify(channel, '') FROM unnest(ARRAY['${notificationChannels.queued}', '${notificationChannels.changed}']) AS channel`;

const DONE = Promise.resolve();

/** Statements whose plan does not depend on the content of the tables. */
const KEPT = new Set([ENQUEUE_ONE, ENQUEUE_PLAIN]);

/**
 * Queues runs through the connections of a pool. Single runs that arrive at the same time are sent together, and each
 * caller waits for the commit. Runners are notified after it, or by the statement itself where a run comes alone.
 */
export class PoolQueue {
  readonly #open: () => Promise<Pool>;
  readonly #findSchema: FindSchema;
  readonly #preparing = new Preparing();
  readonly #batcher = new Batcher<PlainRun, AddedRun>((runs) => this.#add(runs));
  readonly #wakeUp = new WakeUp(async () => (await this.#open()).query(NOTIFY, []));

  constructor(open: () => Promise<Pool>, findSchema: FindSchema) {
    this.#open = open;
    this.#findSchema = findSchema;
  }

  /** Queues a run whose request was checked; `parameters` are its as JSON. */
  async enqueue(request: RunRequest, parameters: string): Promise<Enqueued> {
    if (!isPlain(request)) return only(await this.enqueueMany([request], [parameters]));
    const run = plainRun(request, { parameters, actor: null, settings: undefined });
    const { jobRunId } = await this.#batcher.add(run);
    return { jobRunId, isNew: true };
  }

  /** Queues runs of one call that was checked, all of them or none; `parameters` are theirs as JSON. */
  enqueueMany(requests: readonly RunRequest[], parameters: readonly string[]): Promise<Enqueued[]> {
    const notifies = requests.length === 1 && this.#wakeUp.takeTurn();
    return this.#send((sql) => enqueueOfProgram(sql, requests, { notifies, parameters }), !notifies);
  }

  /** The connection for other reads. */
  readonly sql: Sql = {
    query: async (text, values) => {
      const pool = await this.#open();
      return inSchema(pool, await this.#findSchema(pool)).query(text, values);
    },
  };

  /** Sends the notifications that are still due. */
  flush(): Promise<void> {
    return this.#wakeUp.flush();
  }

  #add(runs: PlainRun[]): Promise<(AddedRun | Error)[]> {
    const notifies = runs.length === 1 && this.#wakeUp.takeTurn();
    return this.#send((sql) => addEach(sql, runs, { notifies }), !notifies);
  }

  /** Uses a connection of the pool, and notifies runners where the statement doesn't. */
  async #send<Answer>(add: (sql: Sql) => Promise<Answer[]>, isNotificationDue: boolean): Promise<Answer[]> {
    const { connection, release } = await borrow(await this.#open());
    try {
      const answers = await add(this.#over(connection, await this.#findSchema(connection)));
      void (isNotificationDue ? this.#notify(connection, answers) : DONE).then(() => release());
      return answers;
    } catch (error) {
      release(error instanceof QueueError ? undefined : (error as Error));
      throw error;
    }
  }

  /** The statements that read other runs are planned anew each time, because the number of those runs changes. */
  #over(connection: Connection, schema: string | undefined): Sql {
    const prepared = inSchema(this.#preparing.over(connection), schema);
    const sql = inSchema(connection, schema);
    return {
      query: (text, values) => retryOnContention(() => (KEPT.has(text) ? prepared : sql).query(text, values)),
    };
  }

  /** On the same connection, before the caller gets the answer: it may close the pool then. */
  async #notify(connection: Connection, answers: readonly unknown[]): Promise<void> {
    if (answers.every((answer) => answer instanceof Error)) return;
    await this.#wakeUp.queued(() => connection.query(NOTIFY, []));
  }
}
