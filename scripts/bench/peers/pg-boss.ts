import { PgBoss, type WorkOptions } from 'pg-boss';
import { type Engine, type Payload, type Place, QUEUE, type Rank } from './engine.js';

/** Higher runs first; 0 is the default. */
const PRIORITY: Record<Rank, number> = { urgent: 100, usual: 0, patient: 0 };

/** pg-boss; with `isWoken` its workers listen, else they poll, which is the default. */
export function pgBoss(options: WorkOptions, isWoken: boolean): Engine {
  async function start({ databaseUrl }: Place): Promise<PgBoss> {
    const boss = new PgBoss({ connectionString: databaseUrl, useListenNotify: isWoken });
    boss.on('error', (error) => console.error(error));
    await boss.start();
    return boss;
  }
  return {
    prepare: async (place) => {
      const boss = await start(place);
      await boss.createQueue(QUEUE, { notify: isWoken });
      await boss.stop();
    },

    openProducer: async (place) => {
      const boss = await start(place);
      return {
        enqueue: async (payload, rank) => {
          await boss.send(QUEUE, payload, { priority: PRIORITY[rank] });
        },
        enqueueMany: async (count) => {
          await boss.insert(
            QUEUE,
            Array.from({ length: count }, () => ({ data: {} })),
          );
        },
      };
    },

    startWorker: async (place, onStart) => {
      const boss = await start(place);
      await boss.work<Payload>(QUEUE, options, async (jobs) => {
        for (const { data } of jobs) onStart(data);
      });
    },
  };
}
