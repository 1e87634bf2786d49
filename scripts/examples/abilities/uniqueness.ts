import { defineJob } from '@job-manager/server';
import * as z from 'zod';
import type { JobClient } from '../../../backend/client/src/index.js';

/** What the snippets queue. */
export const indexProduct = defineJob({
  name: 'index-product',
  description: 'Makes a product findable',
  examples: ['index-product --product=7'],
  algorithmVersion: '1',
  parameters: z.object({
    product: z.number().int().describe('Number of the product'),
    text: z.string().default('').describe('What it is found by'),
  }),
  run: async (_ctx, { text }) => ({ words: text.split(/\s+/).length }),
});

// #region readme
/** Debounced: however often a product is saved, it is indexed once, 5 s after the last time, as it was then. */
export const indexSoon = (jobs: JobClient, product: number, text: string) =>
  jobs.enqueue({
    jobName: 'index-product',
    parameters: { product, text },
    delayMs: 5_000,
    unique: { key: `product-${product}`, scope: 'queued', onConflict: 'replace' },
  });

/** Throttled: once an hour; a second call within it returns the run that was there, `isNew` false. */
export const indexHourly = (jobs: JobClient, product: number) =>
  jobs.enqueue({
    jobName: 'index-product',
    parameters: { product },
    unique: { key: `hourly-${product}`, scope: 'period', periodMs: 3_600_000 },
  });

/** One at a time: behind the run of this product that is queued or running. `refuse` would throw instead. */
export const indexInTurn = (jobs: JobClient, product: number) =>
  jobs.enqueue({
    jobName: 'index-product',
    parameters: { product },
    unique: { key: `turn-${product}`, scope: 'running', onConflict: 'after' },
  });
// #endregion
