import * as z from 'zod';
import { limits } from '../limits.js';
import { historyFilter } from './history.js';
import { routeFor } from './policy.js';

const TAG = ['Jobs'];

/** The history as a file; apart from the other calls, which the panel's first page loads. */
export const historyExport = {
  runs: routeFor('export', 'view')
    .route({
      method: 'GET',
      path: '/admin/jobs/history/export',
      summary: `The finished runs that match as a file, newest first, at most ${limits.exportedRuns}`,
      description:
        'Written into the audit log, with how many rows it had and whether older runs were left out (`isCut`). To go on, give the `finishedAt` of the last row as `to`.',
      tags: TAG,
    })
    .input(
      z.strictObject({
        ...historyFilter,
        ids: z
          .string()
          .max(20_000)
          .regex(/^[1-9]\d{0,17}(?:,[1-9]\d{0,17})*$/, 'must be numbers of runs, with commas between')
          .optional()
          .describe('None but these'),
        format: z.enum(['csv', 'jsonl']).default('csv'),
        columns: z
          .string()
          .max(500)
          .regex(/^\w+(?:,\w+)*$/, 'must be names, with commas between')
          .optional()
          .describe('Names with commas between, in their order; all but `parameters` and `metadata` where left out'),
      }),
    )
    .output(z.file()),
};
