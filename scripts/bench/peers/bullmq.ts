import { createPostgresBackend, createRedisBackend, withBackend } from 'bullmq';
import { type Engine, type Payload, type Place, QUEUE, type Rank } from './engine.js';

/** Lower runs first, but whatever has none runs before all that have one. */
const PRIORITY: Record<Rank, number | undefined> = { urgent: undefined, usual: undefined, patient: 10 };

interface Settings {
  concurrency?: number;
  /** Connections of the worker's pool. */
  max?: number;
}

/** BullMQ on PostgreSQL. */
export function bullmqOnPostgres({ concurrency, max }: Settings): Engine {
  const { Queue, Worker } = withBackend(createPostgresBackend);
  const connect = ({ databaseUrl }: Place) => ({ connectionString: databaseUrl });
  return engineOf({
    prepare: async (place) => {
      const queue = new Queue(QUEUE, { connection: { ...connect(place), migrate: true } });
      await queue.waitUntilReady();
      await queue.close();
    },
    openQueue: (place) => new Queue(QUEUE, { connection: connect(place) }),
    openWorker: (place, work) => {
      const connection = { ...connect(place), ...(max !== undefined && { max }) };
      return new Worker(QUEUE, work, { connection, ...(concurrency !== undefined && { concurrency }) });
    },
  });
}

/** BullMQ on a Redis that keeps its data in memory alone. */
export function bullmqOnRedis({ concurrency }: Settings): Engine {
  const { Queue, Worker } = withBackend(createRedisBackend);
  const connect = ({ redisUrl }: Place) => ({ url: redisUrl ?? '' });
  return engineOf({
    prepare: async () => {},
    openQueue: (place) => new Queue(QUEUE, { connection: connect(place) }),
    openWorker: (place, work) =>
      new Worker(QUEUE, work, {
        // As BullMQ wants it for workers, which wait for jobs as long as it takes.
        connection: { ...connect(place), maxRetriesPerRequest: null },
        ...(concurrency !== undefined && { concurrency }),
      }),
  });
}

/** What both backends have in common. */
interface Face {
  prepare(place: Place): Promise<void>;
  openQueue(place: Place): {
    waitUntilReady(): Promise<unknown>;
    add(name: string, data: Payload, options: JobOptions): Promise<unknown>;
    addBulk(jobs: { name: string; data: Payload; opts: JobOptions }[]): Promise<unknown>;
  };
  openWorker(place: Place, work: (job: { data: Payload }) => Promise<void>): { waitUntilReady(): Promise<unknown> };
}

interface JobOptions {
  priority?: number;
}

function engineOf({ prepare, openQueue, openWorker }: Face): Engine {
  const optionsOf = (rank: Rank): JobOptions => (PRIORITY[rank] === undefined ? {} : { priority: PRIORITY[rank] });
  return {
    prepare,
    openProducer: async (place) => {
      const queue = openQueue(place);
      await queue.waitUntilReady();
      return {
        enqueue: async (payload, rank) => {
          await queue.add(QUEUE, payload, optionsOf(rank));
        },
        enqueueMany: async (count, rank) => {
          const job = { name: QUEUE, data: {}, opts: optionsOf(rank) };
          await queue.addBulk(Array.from({ length: count }, () => job));
        },
      };
    },
    startWorker: async (place, onStart) => {
      const worker = openWorker(place, async ({ data }) => onStart(data));
      await worker.waitUntilReady();
    },
  };
}
