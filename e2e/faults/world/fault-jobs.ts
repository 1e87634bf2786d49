import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type AnyJob, defineJob, type JobContext } from '@job-manager/engine/queue/job';
import * as z from 'zod';
import { note } from './ledger.js';

const ms = z.number().int().min(0).max(600_000);
/** Enough to outlive any storm of this suite. */
const COUNTLESS = 1_000;
/** Runners are killed by the hundred here: their runs are no poison. */
const settings = { examples: ['only the tests of faults run it'], algorithmVersion: '1', maxCrashes: COUNTLESS };

/** Has a job note in the ledger of a folder when it begins and how it ends. */
export const notedIn =
  (folder: string) =>
  <Parameters, Result>(work: (ctx: JobContext, parameters: Parameters) => Promise<Result>) =>
  async (ctx: JobContext, parameters: Parameters): Promise<Result> => {
    const ledger = join(folder, 'ledger');
    note(ledger, 'start', ctx);
    try {
      const result = await work(ctx, parameters);
      note(ledger, 'end', ctx);
      return result;
    } catch (error) {
      note(ledger, ctx.signal.aborted ? 'stop' : 'throw', ctx);
      throw error;
    }
  };

/**
 * The jobs of this suite. Each notes in the ledger, a file outside the database, when it begins and how it
 * ends, so that the database can be compared afterwards with what happened.
 */
export function createFaultJobs(folder: string): AnyJob[] {
  const noted = notedIn(folder);
  const wait = defineJob({
    ...settings,
    name: 'wait',
    description: 'Waits, and reports its progress',
    maxAttempts: COUNTLESS,
    parameters: z.strictObject({ ms }),
    run: noted(async (ctx, { ms }) => {
      ctx.log.info('Waiting', { ms });
      for (const part of [1, 2, 3]) {
        await ctx.pause(ms / 3);
        ctx.progress(part / 3, `Part ${part} of 3`);
      }
    }),
  });
  const fragile = defineJob({
    ...settings,
    name: 'fragile',
    description: 'Waits, and is begun again once only, unless its runner was lost',
    maxAttempts: 2,
    parameters: z.strictObject({ ms }),
    run: noted((ctx, { ms }) => ctx.pause(ms)),
  });
  const broken = defineJob({
    ...settings,
    name: 'broken',
    description: 'Waits, then fails for good',
    maxAttempts: COUNTLESS,
    parameters: z.strictObject({ ms }),
    run: noted(async (ctx, { ms }) => {
      await ctx.pause(ms);
      ctx.fail('broken on purpose', { retry: false });
    }),
  });
  const spin = defineJob({
    ...settings,
    name: 'spin',
    description: 'Computes without a pause',
    maxAttempts: COUNTLESS,
    parameters: z.strictObject({ ms }),
    run: noted(async (_ctx, { ms }) => {
      const until = performance.now() + ms;
      while (performance.now() < until);
    }),
  });
  const hold = defineJob({
    ...settings,
    name: 'hold',
    description: 'Waits until a file is there',
    maxAttempts: COUNTLESS,
    parameters: z.strictObject({ gate: z.string().regex(/^[a-z0-9-]+$/) }),
    run: noted(async (ctx, { gate }) => {
      while (!existsSync(join(folder, gate))) await ctx.pause(25);
    }),
  });
  const heedless = defineJob({
    ...settings,
    name: 'heedless',
    description: 'Waits and ignores requests to stop, then logs and ends',
    maxAttempts: COUNTLESS,
    parameters: z.strictObject({ ms }),
    run: noted(async (ctx, { ms }) => {
      await delay(ms);
      ctx.log.info('Still here');
      ctx.progress(0.9, 'Still here');
    }),
  });
  const chatty = defineJob({
    ...settings,
    name: 'chatty',
    description: 'Reports its progress repeatedly, with long messages',
    maxAttempts: COUNTLESS,
    parameters: z.strictObject({ ms }),
    run: noted(async (ctx, { ms }) => {
      const beganAt = performance.now();
      for (let spent = 0; spent < ms; spent = performance.now() - beganAt) {
        ctx.progress(spent / ms, `${Math.round(spent)} ms ${'and on '.repeat(60)}`);
        await ctx.pause(50);
      }
    }),
  });
  return [wait, fragile, broken, spin, hold, heedless, chatty];
}
