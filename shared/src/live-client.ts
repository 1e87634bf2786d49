import * as z from 'zod';
import { runId } from './contract/run.js';

/** Messages of a client. */
export const clientMessage = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('client.admin.resync') }),
  /** Requests a `jobs_counts`, to check that the connection still works. */
  z.strictObject({ type: z.literal('client.admin.ping') }),
  /** Subscribes to the messages and steps of one run; `afterSeq` is the last message that the client has. */
  z.strictObject({
    type: z.literal('client.admin.follow_run'),
    jobRunId: runId,
    afterSeq: z.number().int().min(0).max(2_147_483_647),
  }),
  z.strictObject({ type: z.literal('client.admin.unfollow_run'), jobRunId: runId }),
  /** Subscribes to what concerns no single run. */
  z.strictObject({ type: z.literal('client.admin.follow'), topic: z.literal('runners') }),
  z.strictObject({ type: z.literal('client.admin.unfollow'), topic: z.literal('runners') }),
]);
export type ClientMessage = z.infer<typeof clientMessage>;

/** Runs that one connection may follow at once. */
export const maxFollowed = 5;
