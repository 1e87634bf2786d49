import { pathToFileURL } from 'node:url';
import { defineJob } from '@job-manager/server';
import * as z from 'zod';

const notifyFollowers = defineJob({
  name: 'notify-followers',
  description: 'Tells the followers of an author that there is an article',
  examples: ['notify-followers --article=7'],
  algorithmVersion: '1',
  parameters: z.strictObject({ article: z.number().int() }),
  defaultParams: { article: 7 },
  async run(ctx, { article }) {
    ctx.log.info(`Article ${article}`);
    ctx.progress(1, 'Told everybody');
    // @ts-expect-error: the parameters have types
    const wrong: string = article;
    return { article: wrong };
  },
});

const renderCover = defineJob({
  name: 'render-cover',
  description: 'Draws the cover of an article, in a process of its own',
  examples: ['render-cover --article=7'],
  algorithmVersion: '1',
  parameters: z.strictObject({ article: z.number().int() }),
  defaultParams: { article: 7 },
  isolated: true,
  async run(ctx, { article }) {
    await ctx.checkCancellation();
    return { article, pid: process.pid };
  },
});

export const jobs = [notifyFollowers, renderCover];
/** For the processes of isolated jobs. */
export const jobsModule = pathToFileURL(__filename).href;
