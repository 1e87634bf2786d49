import { defineJob, startJobWorker } from '@job-manager/server';
import * as z from 'zod';
// As an application has it under the name @job-manager/client.
import { createClient } from '../../../backend/client/src/index.js';
import { type Engine, type OnStart, type Payload, QUEUE, type Rank } from './engine.js';

const PRIORITY: Record<Rank, number> = { urgent: -100, usual: 0, patient: 0 };

const noOp = (onStart: OnStart) =>
  defineJob({
    name: QUEUE,
    description: 'Does nothing, for the benchmark.',
    examples: ['pnpm bench'],
    algorithmVersion: '1',
    parameters: z.strictObject({ sentAt: z.number().optional().describe('When its enqueue was begun') }),
    run: async (_ctx, payload: Payload) => onStart(payload),
  });

/** Where the database that is copied for each measurement has the tables. */
const settings = { DATABASE_SCHEMA: 'public' };

/** Job Manager by its public API, with the settings as shipped and nothing switched off. */
export const ours: Engine = {
  // A job is known once a process that has its code was started.
  prepare: async ({ databaseUrl }) => {
    const worker = await startJobWorker({ databaseUrl, jobs: [noOp(() => {})], settings });
    await worker.stop();
  },

  openProducer: async ({ databaseUrl }) => {
    const client = createClient({ connectionString: databaseUrl });
    return {
      enqueue: async (payload, rank) => {
        await client.enqueue({ jobName: QUEUE, parameters: { ...payload }, priority: PRIORITY[rank] });
      },
      enqueueMany: async (count) => {
        await client.enqueueMany(Array.from({ length: count }, () => ({ jobName: QUEUE })));
      },
    };
  },

  startWorker: async ({ databaseUrl }, onStart) => {
    await startJobWorker({ databaseUrl, jobs: [noOp(onStart)], settings });
  },
};
