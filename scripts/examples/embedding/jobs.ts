import { defineJob } from '@job-manager/server';
import * as z from 'zod';

/** The shop's background work. */
export const jobs = [
  defineJob({
    name: 'send-invoice',
    description: 'Writes the invoice of an order and sends it',
    examples: ['send-invoice --order=12'],
    algorithmVersion: '1',
    parameters: z.object({
      order: z.number().int().min(1).describe('Number of the order'),
      pages: z.number().int().min(1).max(100).default(3).describe('Pages to write'),
      pauseMs: z.number().int().min(0).max(10_000).default(100).describe('How long a page takes'),
    }),
    defaultParams: { order: 12 },
    run: async (ctx, { order, pages, pauseMs }) => {
      for (let page = 1; page <= pages; page++) {
        await ctx.pause(pauseMs);
        await ctx.checkCancellation();
        ctx.progress(page / pages, `Wrote page ${page} of ${pages}`);
      }
      ctx.log.info(`Sent the invoice of order ${order}`);
      return { pagesWritten: pages };
    },
  }),
];
