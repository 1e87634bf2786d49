import { defineJob } from '@job-manager/engine/queue/job';
import * as z from 'zod';
import { inStep } from './batches.js';
import { EXTRACTION_VERSION, extractMedia } from './media-extraction.js';
import { openMediaFolder } from './media-folder.js';
import { saveExtractions } from './media-rows.js';

export const mediaMetadataJob = defineJob({
  name: 'media-metadata',
  description:
    'Reads one media file: dimensions, format, EXIF time and orientation, dominant colour, blur placeholder, checksum.',
  examples: ['tsx scripts/runJobs.ts media-metadata --mediaId=12'],
  algorithmVersion: EXTRACTION_VERSION,
  parameters: z.strictObject({
    mediaId: z.number().int().min(1).max(2_147_483_647).describe('The media item to read'),
  }),
  defaultParams: { mediaId: 1 },
  async run(ctx, { mediaId }) {
    ctx.pipeline([
      { id: 'read', label: 'Reading the file', weight: 9 },
      { id: 'save', label: 'Saving what was read' },
    ]);
    const root = await openMediaFolder(ctx.services.mediaDir);
    const media = await ctx.services.db.media.findUnique({ where: { id: mediaId }, select: { fileName: true } });
    if (!media) return ctx.fail(`There is no media item with the id ${mediaId}.`, { retry: false });
    const { fileName } = media;
    ctx.setMetadata({ mediaId, fileName, ready: 0, failed: 0 });
    ctx.step('read').progress(0.1, `Reading ${fileName}`);
    await ctx.checkCancellation();
    const extraction = await extractMedia(root, fileName);
    await ctx.checkCancellation();
    const save = () => saveExtractions(ctx.services.db, ctx.startedAt, [{ id: mediaId, extraction }]);
    if (!extraction.ok) {
      await save();
      ctx.setMetadata({ failed: 1 });
      // The row records the error; another attempt would have the same result.
      return ctx.fail(`Media item ${mediaId} (${fileName}) can't be read: ${extraction.error}`, { retry: false });
    }
    ctx.step('read').done();
    await inStep(ctx, 'save', save);
    const { format, width, height, byteSize, orientation, dominantColor } = extraction.metadata;
    return { ready: 1, format, width, height, byteSize, orientation, dominantColor };
  },
});
