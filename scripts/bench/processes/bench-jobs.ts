import { createHash } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { type AnyJob, defineJob } from '@job-manager/server';
import * as z from 'zod';

const settings = { examples: ['pnpm bench'], algorithmVersion: '1' };

/** Does nothing. */
export const noOp = defineJob({
  ...settings,
  name: 'bench-no-op',
  description: 'Does nothing, for the benchmark.',
  parameters: z.strictObject({}),
  defaultParams: {},
  run: async () => {},
});

/** How long `waiter` waits, in milliseconds. */
export const WAIT_MS = 5;

/** Waits, as a job that calls another service does. */
export const waiter = defineJob({
  ...settings,
  name: 'bench-waiter',
  description: 'Waits for some milliseconds, for the benchmark.',
  parameters: z.strictObject({}),
  defaultParams: {},
  run: () => delay(WAIT_MS),
});

/** Where `starter` writes its starts; every process has a file of its own. */
export const STARTS_FILE = 'BENCH_STARTS_FILE';

/** Only records that it was started, where no transaction of the engine could roll it back. */
export const starter = defineJob({
  ...settings,
  name: 'bench-starter',
  description: 'Records that it was started, for the benchmark.',
  parameters: z.strictObject({}),
  defaultParams: {},
  run: async ({ runId }) => appendFileSync(process.env[STARTS_FILE] ?? '', `${runId}\n`),
});

/** About a tenth of a millisecond to hash. */
const PIECE = Buffer.alloc(160 * 1024, 'a piece of work');
/** Pieces between two chances for the rest of the process. */
const BREATH = 20;

/** Works in small pieces, and speaks of every one of them or of none. */
export const worker = defineJob({
  ...settings,
  name: 'bench-worker',
  description: 'Works in small pieces, in silence or not, for the benchmark.',
  parameters: z.strictObject({
    pieces: z.number().int().describe('How many pieces of work'),
    isChatty: z.boolean().describe('Log a line and report progress after each'),
  }),
  async run(ctx, { pieces, isChatty }) {
    for (let piece = 1; piece <= pieces; piece += 1) {
      const digest = createHash('sha256').update(PIECE).update(String(piece)).digest('hex');
      if (isChatty) {
        ctx.log.info(`Piece ${piece} of ${pieces} is ${digest}`, { piece });
        ctx.progress(piece / pieces, `${piece} of ${pieces}`);
      }
      if (piece % BREATH === 0) await ctx.checkCancellation();
    }
  },
});

/** All of them, for the processes that execute them. */
export const benchJobs: AnyJob[] = [noOp, waiter, starter, worker];
