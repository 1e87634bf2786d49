import { hostname } from 'node:os';
import { createClient, type JobClient } from '@job-manager/client/client';
import type { Sql } from '@job-manager/client/sql';
import { schemaOf } from '@job-manager/engine/database/schema';
import { QueueEvents } from '@job-manager/engine/queue/events';
import type { AnyJob, JobServices } from '@job-manager/engine/queue/job';
import { JobAnnouncer } from '@job-manager/engine/queue/maintenance/job-announcer';
import { Scheduler } from '@job-manager/engine/queue/maintenance/scheduler';
import { createRedaction } from '@job-manager/engine/queue/redaction';
import { createRegistry } from '@job-manager/engine/queue/registry';
import { Runner } from '@job-manager/engine/queue/runner';
import { type CreateServices, openServices } from '@job-manager/engine/queue/services';
import { Notifier } from '@job-manager/engine/store/notifier';
import { type Clock, installClock } from './clock.js';
import { type DrainedRun, type DrainOptions, drain } from './drain.js';
import { assertEnqueued, assertNotEnqueued, type EnqueuedRun, type ExpectedRun, findEnqueued } from './enqueued.js';
import { createTestSchema, type TestSchema } from './test-schema.js';

export interface TestKitOptions<Jobs extends readonly AnyJob[]> {
  /** A PostgreSQL database for tests. Nothing of it is used but a schema of the kit's own. */
  databaseUrl: string;
  jobs: Jobs;
  /** What jobs get as `ctx.services`: what these jobs use of it, or the application's own function that makes it. */
  services?: Partial<JobServices> | CreateServices | undefined;
}

/** Where to read runs: the caller's open transaction, else the committed rows. */
interface RunSource {
  sql?: Sql;
}

/** Job Manager for one file of tests: a schema, the jobs, and a hand that executes them. */
export interface TestKit<Jobs extends readonly AnyJob[] = readonly AnyJob[]> {
  /** For the application: the URL with the schema in it. */
  databaseUrl: string;
  /** For the application's own connections: `createClient({ sql, schema })`. */
  schema: string;
  pool: TestSchema['pool'];
  /** Queues runs of the jobs, as the application's own client does. */
  client: JobClient<Jobs>;
  /** Executes due runs here, one after the other and ten at once, until none is left. */
  drain(options?: DrainOptions): Promise<DrainedRun[]>;
  /** All runs, or those of a job, in the order they were queued. */
  enqueued(jobName?: string, where?: RunSource): Promise<EnqueuedRun[]>;
  /** Returns the only run that is like this; throws an AssertionError that shows what there is instead. */
  assertEnqueued(expected: ExpectedRun, options?: RunSource & { times?: number }): Promise<EnqueuedRun>;
  assertNotEnqueued(expected: ExpectedRun, where?: RunSource): Promise<void>;
  /** Holds Node's timers, and moves them together with the due times in the schema. */
  installClock(): Clock;
  /** Removes all runs, keys and batches, for the next test. */
  clear(): Promise<void>;
  /** Drops the schema. */
  close(): Promise<void>;
}

/** Makes a schema with Job Manager's tables and the jobs in it. Isolated jobs are executed in this process. */
export async function createTestKit<Jobs extends readonly AnyJob[]>({
  databaseUrl,
  jobs,
  services: given,
}: TestKitOptions<Jobs>): Promise<TestKit<Jobs>> {
  const schema = await createTestSchema(databaseUrl);
  const { pool } = schema;
  const registry = createRegistry(jobs.map((job) => ({ ...job, isolated: false, memoryLimitMb: undefined })));
  const events = new QueueEvents();
  const notifier = new Notifier(pool, schemaOf(schema.databaseUrl));
  const services = await openServices(given as JobServices | CreateServices | undefined, schema.databaseUrl).catch(
    async (error) => {
      await schema.drop();
      throw error;
    },
  );
  const runner = createRunner();
  const scheduler = new Scheduler({ sql: pool, registry, events, notifier });
  const here = { runnerId: null, host: hostname(), pid: process.pid };
  const announcer = new JobAnnouncer({ sql: pool, registry, events, process: here });
  await announcer.tick();
  const client = createClient<Jobs>({ connectionString: schema.databaseUrl });
  let opening: Promise<void> | undefined;
  const where = ({ sql }: RunSource) => (sql === undefined ? { sql: pool } : { sql, schema: schema.name });

  return {
    databaseUrl: schema.databaseUrl,
    schema: schema.name,
    pool,
    client,
    drain: async (options = {}) => {
      opening ??= runner.open();
      await opening;
      return drain({ pool, runner, registry, scheduler, events }, options);
    },
    enqueued: (jobName, source = {}) => findEnqueued(where(source), jobName),
    assertEnqueued: (expected, options = {}) => assertEnqueued(where(options), expected, options),
    assertNotEnqueued: (expected, source = {}) => assertNotEnqueued(where(source), expected),
    installClock: () => installClock({ sql: pool }),
    clear: async () => {
      await pool.query(CLEAR);
    },
    close: async () => {
      if (opening !== undefined) await runner.stop();
      await notifier.flush();
      await client.close();
      await services.close().finally(() => schema.drop());
    },
  };

  function createRunner(): Runner {
    return new Runner({
      sql: pool,
      databaseUrl: schema.databaseUrl,
      registry,
      services: services.services,
      settings: {
        concurrency: 10,
        pollMs: 1_000,
        heartbeatMs: 30_000,
        stalledAfterMs: 300_000,
        drainMs: 5_000,
        messagesPerRun: 10_000,
      },
      redaction: createRedaction(''),
      // Parameters that are refused fail the run at once: there is no other version to wait for.
      kind: 'CLI',
      host: hostname(),
      version: 'test',
      events,
      notifier,
    });
  }
}

const CLEAR =
  'TRUNCATE "JobRun", "JobRunKey", "JobRunMessage", "JobRunAttempt", "JobRunBatch", "SuspectRun", "ChannelStart", "JobRunAuthor"';
