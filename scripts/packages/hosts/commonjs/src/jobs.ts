import { pathToFileURL } from 'node:url';
import { defineJob } from '@job-manager/server';
import * as z from 'zod';
import { services } from './services';

const notifyFollowers = defineJob({
  name: 'notify-followers',
  description: 'Notifies the followers of an author of an article',
  examples: ['notify-followers --article=7'],
  algorithmVersion: '1',
  parameters: z.strictObject({ article: z.number().int() }),
  defaultParams: { article: 7 },
  async run(ctx, { article }) {
    ctx.log.info(`Article ${article}`);
    ctx.progress(1, 'Notified all followers');
    const notified: number = await ctx.services.followers.notify(article);
    // @ts-expect-error: the services have types
    ctx.services.unknown;
    // @ts-expect-error: the parameters have types
    const wrong: string = article;
    return { article: wrong, notified };
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
    return { article, pid: process.pid, notified: await ctx.services.followers.notify(article) };
  },
});

export const jobs = [notifyFollowers, renderCover];
/** For the processes of isolated jobs and for `job-manager worker`. */
export { services };
/** This module. */
export const jobsModule = pathToFileURL(__filename).href;
