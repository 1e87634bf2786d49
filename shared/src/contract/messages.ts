import * as z from 'zod';
import { limits } from '../limits.js';
import { messageLevels } from '../message.js';
import { jobRunMessage } from './message.js';
import { routeFor } from './policy.js';
import { runId } from './run.js';

const TAG = ['Messages'];

/** The messages of runs. */
export const messages = {
  list: routeFor('view')
    .route({
      method: 'GET',
      path: '/admin/jobs/{jobRunId}/messages',
      summary: 'Messages of a run, in the order they were written',
      tags: TAG,
    })
    .input(
      z.strictObject({
        jobRunId: runId,
        afterSeq: z.coerce.number().int().min(0).max(2_147_483_647).default(0),
        level: z.enum(messageLevels).optional().describe('This level and worse'),
        limit: z.coerce
          .number()
          .int()
          .min(1)
          .max(limits.messagesPage)
          .default(1_000)
          .describe('A page of about 4 MB ends before it: read on until one is empty'),
      }),
    )
    .output(
      z.object({
        messages: z.array(jobRunMessage),
        messageCount: z.number().int(),
        droppedMessages: z.number().int(),
      }),
    ),

  download: routeFor('view')
    .route({
      method: 'GET',
      path: '/admin/jobs/{jobRunId}/messages/download',
      summary: 'All messages of a run as a text file',
      tags: TAG,
    })
    .input(z.strictObject({ jobRunId: runId }))
    .output(z.file()),
};
