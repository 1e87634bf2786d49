import { defineJob, type JobContext } from '@job-manager/engine/queue/job';
import * as z from 'zod';
import { inBatches, inStep } from './batches.js';
import { openMediaFolder } from './media-folder.js';
import { cleanFiles, cleanRows, emptyTally, type Sweep, skip } from './media-orphans.js';
import { walkMediaFolder } from './media-walk.js';

const HOUR_MS = 3_600_000;

export const mediaOrphanCleanupJob = defineJob({
  name: 'media-orphan-cleanup',
  description:
    'Reports, or with dryRun false removes, media files without a row and media rows without a file, past a grace period.',
  examples: [
    'tsx scripts/runJobs.ts media-orphan-cleanup',
    'tsx scripts/runJobs.ts media-orphan-cleanup --graceHours=48 --dryRun=false',
  ],
  algorithmVersion: '1.0.0',
  parameters: z.strictObject({
    graceHours: z
      .number()
      .int()
      .min(1)
      .max(8_760)
      .default(24)
      .describe('Files changed and rows created within so many hours before the run are left alone'),
    // Files and rows can't be made again: a run that names no parameters must not remove them.
    dryRun: z.boolean().default(true).describe('Only report the orphans; false removes them'),
    batchSize: z.number().int().min(1).max(5_000).default(200).describe('Files or rows per batch'),
    pauseMs: z.number().int().min(0).max(60_000).default(20).describe('Pause between batches, in milliseconds'),
  }),
  defaultParams: { graceHours: 24, dryRun: true, batchSize: 200, pauseMs: 20 },
  async run(ctx, { graceHours, dryRun, batchSize, pauseMs }) {
    ctx.pipeline([
      { id: 'list', label: 'Listing the media folder' },
      { id: 'check', label: dryRun ? 'Looking for orphans' : 'Removing orphans', weight: 9 },
    ]);
    const root = await openMediaFolder(ctx.services.mediaDir);
    const { files, skipped } = await inStep(ctx, 'list', () => walkMediaFolder(ctx, root));
    const sweep: Sweep = {
      ctx,
      root,
      cutoff: new Date(ctx.startedAt.getTime() - graceHours * HOUR_MS),
      dryRun,
      folderIsEmpty: files.length === 0,
      claimed: new Set(),
      tally: emptyTally(),
    };
    for (const entry of skipped) skip(sweep, entry);
    const rows = await mediaIds(ctx);
    ctx.step('check').pipeline([
      { id: 'rows', label: 'Media rows', weight: Math.max(1, rows.length) },
      { id: 'files', label: 'Files', weight: Math.max(1, files.length) },
    ]);
    const plan = { batchSize, pauseMs, done: 'Checked' };
    await inBatches(ctx, rows, { ...plan, step: 'rows', items: 'media rows' }, (ids) => cleanRows(sweep, ids));
    await inBatches(ctx, files, { ...plan, step: 'files', items: 'files' }, (names) => cleanFiles(sweep, names));
    return { ...sweep.tally, dryRun, folderIsEmpty: sweep.folderIsEmpty };
  },
});

async function mediaIds(ctx: JobContext): Promise<number[]> {
  const rows = await ctx.services.db.media.findMany({ select: { id: true }, orderBy: { id: 'asc' } });
  return rows.map((row) => row.id);
}
