import { defineJob } from '@job-manager/server';
import * as z from 'zod';
import type { JobClient } from '../../../backend/client/src/index.js';

const month = z.string().describe('Such as 2026-03');

/** What `mail-report` waits for. */
export const renderReport = defineJob({
  name: 'render-report',
  description: 'Renders the report of a month',
  examples: ['render-report --month=2026-03'],
  algorithmVersion: '1',
  parameters: z.object({ month }),
  run: async (_ctx, { month }) => ({ file: `report-${month}.pdf` }),
});

// #region readme
export const mailReport = defineJob({
  name: 'mail-report',
  description: 'Mails what the runs before it have rendered',
  examples: ['mail-report --to=ada@example.com'],
  algorithmVersion: '1',
  parameters: z.object({ to: z.email().describe('Address') }),
  run: async (ctx, { to }) => {
    const rendered = await ctx.upstream(); // [{ runId, jobName, status, result }, …]
    const files = rendered.map(({ result }) => (result as { file: string }).file);
    ctx.log.info(`Mailed ${files.join(' and ')} to ${to}`);
    return { files };
  },
});

/** Both reports at once; the mail when both have succeeded. `when: 'finished'` would send it in any case. */
export const mailTwoMonths = (jobs: JobClient, to: string) =>
  jobs.enqueueMany([
    { jobName: 'render-report', parameters: { month: '2026-02' } },
    { jobName: 'render-report', parameters: { month: '2026-03' } },
    { jobName: 'mail-report', parameters: { to }, after: [{ index: 0 }, { index: 1 }] },
  ]);

/** Behind a run that is there already, by its id. */
export const mailLater = (jobs: JobClient, to: string, reportRunId: string) =>
  jobs.enqueue({ jobName: 'mail-report', parameters: { to }, after: [reportRunId] });
// #endregion
