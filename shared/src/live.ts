import * as z from 'zod';
import { jobRunSummary, runId } from './contract/run.js';

/** Counts of the active set; `queued` stops counting at `queuedCap`. */
export const activeCounts = z.object({ running: z.number().int(), queued: z.number().int() });
export type ActiveCounts = z.infer<typeof activeCounts>;
export const queuedCap = 10_000;

const message = <Type extends string, Data extends z.ZodType>(type: Type, data: Data) =>
  z.object({ type: z.literal(type), seq: z.number().int().nonnegative(), data });

const oneRun = z.object({ jobRunId: runId, run: jobRunSummary });

/**
 * What the server says on `/ws`. `seq` rises by one with each message of a connection; a client that
 * misses a number asks for a new snapshot. A run the client doesn't know yet, or knows with a lower
 * `rev`, is put in place by whatever message carries it.
 */
export const serverMessage = z.discriminatedUnion('type', [
  message(
    'server.admin.jobs_snapshot',
    z.object({ runs: z.array(jobRunSummary), counts: activeCounts, serverTime: z.iso.datetime() }),
  ),
  message('server.admin.job_queued', oneRun),
  message('server.admin.job_started', oneRun),
  message(
    'server.admin.job_progress',
    oneRun.extend({ progressPercent: z.number().nullable(), message: z.string().nullable() }),
  ),
  message('server.admin.job_cancel_requested', oneRun),
  message('server.admin.job_completed', oneRun),
  /** Still queued, but pushed out of the part of the queue that is shown. */
  message('server.admin.job_hidden', z.object({ jobRunId: runId })),
  message('server.admin.jobs_counts', z.object({ counts: activeCounts, serverTime: z.iso.datetime() })),
]);
export type ServerMessage = z.infer<typeof serverMessage>;

/** What a client may say. */
export const clientMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('client.admin.resync') }),
  /** Asks for a `jobs_counts`, to learn whether the connection still lives. */
  z.object({ type: z.literal('client.admin.ping') }),
]);
export type ClientMessage = z.infer<typeof clientMessage>;

/** Close codes after which reconnecting is pointless until somebody signs in (again). */
export const closeCodes = { signedOut: 4401, noAccess: 4403, tooSlow: 4408 } as const;
