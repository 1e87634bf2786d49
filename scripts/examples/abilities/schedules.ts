import { defineJob } from '@job-manager/server';
import * as z from 'zod';

// #region readme
export const dailyReport = defineJob({
  name: 'daily-report',
  description: 'Sums up the sales of a day',
  examples: ['daily-report --shop=berlin'],
  algorithmVersion: '1',
  parameters: z.object({ shop: z.string().describe('Name of the shop') }),
  schedules: [
    {
      name: 'report-berlin',
      cron: '30 2 * * *',
      timeZone: 'Europe/Berlin', // summer and winter, once a night
      parameters: { shop: 'berlin' },
      missed: 'once', // nothing ran for three nights: one run, not three
      overlap: 'queue', // the last one still runs: wait for it
    },
    { name: 'report-online', everyMs: 15 * 60_000, parameters: { shop: 'online' }, overlap: 'skip' },
  ],
  run: async (_ctx, { shop }) => ({ reported: shop }),
});
// #endregion
