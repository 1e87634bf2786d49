import { createHash } from 'node:crypto';
import { defineJob } from '@job-manager/engine/queue/job';
import { SYSTEM } from '@job-manager/engine/queue/system-actor';
import * as z from 'zod';
import type { Bench } from './bench.js';
import { untilEnded } from './ended.js';
import type { Part } from './figure.js';
import { type OwnEngine, withOwnEngine } from './own-engine.js';
import { percentile } from './percentile.js';

const LINES = 10_000;
const ROUNDS = 5;
/** A line must cost its job less than this, so that its price is no reason to write none. */
const MAX_US_PER_LINE = 20;

/** Works the same whether it talks or not: each step hashes a little. */
const talker = defineJob({
  name: 'bench-talker',
  description: 'Works, and logs every step or none, for the benchmark.',
  examples: ['pnpm bench'],
  algorithmVersion: '1',
  parameters: z.strictObject({ isTalking: z.boolean().default(false).describe('Write a message in every step') }),
  async run(ctx, { isTalking }) {
    const from = performance.now();
    let digest = '';
    for (let step = 0; step < LINES; step++) {
      digest = createHash('sha256').update(`${digest} ${step}`).digest('hex');
      if (isTalking) ctx.log.info(`Step ${step} made ${digest}`, { step });
      if (step % 100 === 0) await ctx.checkCancellation();
    }
    return { workMs: performance.now() - from };
  },
});

/** What 10,000 messages cost the run that writes them, against the same run in silence. */
export const messages: Part = {
  id: 'messages',
  measure: (bench) =>
    withOwnEngine(bench, [talker], async (engine) => {
      await engine.runner.start();
      const silent: Sample[] = [];
      const talking: Sample[] = [];
      // In turns, so that a busy moment of the machine meets both.
      for (let round = 0; round < ROUNDS; round++) {
        silent.push(await measureRun(bench, engine, false));
        talking.push(await measureRun(bench, engine, true));
      }
      const median = (samples: Sample[], key: keyof Sample) =>
        percentile(
          samples.map((sample) => sample[key]),
          50,
        );
      const costUs = ((median(talking, 'workMs') - median(silent, 'workMs')) * 1_000) / LINES;
      return [
        {
          name: `Cost of a message to the job that writes ${LINES.toLocaleString('en')} of them`,
          value: Math.round(costUs * 10) / 10,
          unit: 'µs',
          most: MAX_US_PER_LINE,
          details: [
            `the job's work took ${Math.round(median(talking, 'workMs'))} ms with and ${Math.round(median(silent, 'workMs'))} ms without`,
            `the whole run, all messages stored, took ${Math.round(median(talking, 'runMs'))} ms with and ${Math.round(median(silent, 'runMs'))} ms without`,
          ],
        },
      ];
    }),
};

interface Sample {
  workMs: number;
  runMs: number;
}

async function measureRun(bench: Bench, { queue }: OwnEngine, isTalking: boolean): Promise<Sample> {
  const request = { jobName: talker.name, parameters: { isTalking }, trigger: 'MANUAL' } as const;
  const { id } = (await queue.enqueue(request, SYSTEM)).run;
  const run = await untilEnded(bench, id);
  const expected = isTalking ? LINES : 0;
  if (run.messageCount !== expected) throw new Error(`Run #${id} has ${run.messageCount} messages, not ${expected}`);
  return { workMs: run.metadata.workMs, runMs: Number(run.durationMs) };
}
