import { defineJob, type Queue, SYSTEM } from '@job-manager/server';
import * as z from 'zod';

/** What a batch is made of. */
export const makeThumbnail = defineJob({
  name: 'make-thumbnail',
  description: 'Makes the thumbnail of a photo',
  examples: ['make-thumbnail --photo=a.jpg'],
  algorithmVersion: '1',
  parameters: z.object({ photo: z.string().describe('File name') }),
  maxAttempts: 1,
  run: async (_ctx, { photo }) => {
    if (!photo.endsWith('.jpg')) throw new Error(`${photo} is no photo`);
  },
});

// #region readme
export const publishAlbum = defineJob({
  name: 'publish-album',
  description: 'Publishes an album once its thumbnails are made',
  examples: ['publish-album --album=7'],
  algorithmVersion: '1',
  parameters: z.object({ album: z.number().int().describe('Number of the album') }),
  run: async (ctx) => {
    const thumbnails = await ctx.upstream(); // the runs of the batch
    return { shown: thumbnails.filter(({ status }) => status === 'SUCCESS').length, of: thumbnails.length };
  },
});

/** All of them or none. `publish-album` begins when the last thumbnail has ended, well or not. */
export const addAlbum = (queue: Queue, album: number, photos: string[]) =>
  queue.enqueueBatch(
    {
      name: `Album ${album}`,
      runs: photos.map((photo) => ({ jobName: 'make-thumbnail', parameters: { photo } })),
      callback: { jobName: 'publish-album', parameters: { album } },
      trigger: 'EVENT',
    },
    SYSTEM,
  );
// #endregion
