import { defineJob } from '@job-manager/server';
import * as z from 'zod';

declare module '@job-manager/server' {
  interface JobServices {
    followers: { notify(article: number): number };
  }
}

export const jobs = [
  defineJob({
    name: 'notify-followers',
    description: 'Notifies the followers of an author of an article',
    examples: ['notify-followers --article=7'],
    algorithmVersion: '1',
    parameters: z.strictObject({ article: z.number().int() }),
    defaultParams: { article: 7 },
    run: async (ctx, { article }) => {
      ctx.log.info(`Article ${article}`);
      return { article, notified: ctx.services.followers.notify(article) };
    },
  }),
];
