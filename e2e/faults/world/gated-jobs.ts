import { join } from 'node:path';
import { type AnyJob, defineJob, type JobContext } from '@job-manager/engine/queue/job';
import * as z from 'zod';
import { notedIn } from './fault-jobs.js';
import { note } from './ledger.js';

/** By run: what lets it go on. */
export type Gates = Map<string, () => void>;

const settings = {
  examples: ['only the tests of faults run it'],
  algorithmVersion: '1',
  maxAttempts: 5,
  parameters: z.strictObject({}),
  retry: { backoffMs: 1 },
};

/** Jobs that go on at the very moment at which a test in the same process opens their gate. */
export function createGatedJobs(folder: string, gates: Gates): AnyJob[] {
  const noted = notedIn(folder);
  const gate = ({ runId }: JobContext) =>
    new Promise<void>((open) => {
      if (gates.has(runId)) open();
      else gates.set(runId, open);
    });
  const ends = defineJob({
    ...settings,
    name: 'ends',
    description: 'Ends when its gate opens, and ignores requests to stop',
    run: noted(gate),
  });
  const obeys = defineJob({
    ...settings,
    name: 'obeys',
    description: 'Ends when its gate opens, or stops on request',
    run: noted(async (ctx) => {
      const stopped = new Promise<never>((_, reject) => {
        ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason));
      });
      await Promise.race([gate(ctx), stopped]);
      ctx.signal.throwIfAborted();
    }),
  });
  const fails = defineJob({
    ...settings,
    name: 'fails',
    description: 'Fails when its gate opens, and ignores requests to stop',
    run: async (ctx) => {
      note(join(folder, 'ledger'), 'start', ctx);
      await gate(ctx);
      note(join(folder, 'ledger'), 'throw', ctx);
      ctx.fail('failed on purpose');
    },
  });
  return [ends, obeys, fails];
}
