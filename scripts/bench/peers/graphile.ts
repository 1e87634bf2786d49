import { makeWorkerUtils, run, runMigrations } from 'graphile-worker';
import { type Engine, type Payload, QUEUE, type Rank } from './engine.js';

/** Lower runs first; 0 is the default. */
const PRIORITY: Record<Rank, number> = { urgent: -100, usual: 0, patient: 0 };

/** graphile-worker, which deletes its jobs when they are done. */
export function graphile(worker: GraphileConfig.WorkerOptions): Engine {
  return {
    prepare: ({ databaseUrl }) => runMigrations({ connectionString: databaseUrl }),

    openProducer: async ({ databaseUrl }) => {
      const utils = await makeWorkerUtils({ connectionString: databaseUrl });
      return {
        enqueue: async (payload, rank) => {
          await utils.addJob(QUEUE, payload, { priority: PRIORITY[rank] });
        },
        enqueueMany: async (count) => {
          await utils.addJobs(Array.from({ length: count }, () => ({ identifier: QUEUE, payload: {} })));
        },
      };
    },

    startWorker: async ({ databaseUrl }, onStart) => {
      await run({
        preset: { worker: { ...worker, connectionString: databaseUrl } },
        taskList: { [QUEUE]: async (payload) => onStart(payload as Payload) },
        noHandleSignals: true,
      });
    },
  };
}
