import * as z from 'zod';
import { runId } from './contract/run.js';

/** What a client may say. */
export const clientMessage = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('client.admin.resync') }),
  /** Asks for a `jobs_counts`, to learn whether the connection still lives. */
  z.strictObject({ type: z.literal('client.admin.ping') }),
  /** Asks for the messages and steps of one run, live; `afterSeq` is the last message it has. */
  z.strictObject({
    type: z.literal('client.admin.follow_run'),
    jobRunId: runId,
    afterSeq: z.number().int().min(0).max(2_147_483_647),
  }),
  z.strictObject({ type: z.literal('client.admin.unfollow_run'), jobRunId: runId }),
  /** Asks for what concerns no single run, live. */
  z.strictObject({ type: z.literal('client.admin.follow'), topic: z.literal('runners') }),
  z.strictObject({ type: z.literal('client.admin.unfollow'), topic: z.literal('runners') }),
]);
export type ClientMessage = z.infer<typeof clientMessage>;

/** Runs that one connection may follow at once. */
export const mostFollowed = 5;
