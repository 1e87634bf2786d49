import * as z from 'zod';
import { jobRunMessage, jobRunStep } from './contract/message.js';
import { jobRunSummary, runId } from './contract/run.js';
import type { RunnerDetails, RunnerEvent } from './contract/runners.js';
import type { IncidentEvent, IncidentNews, OpenIncidents } from './incident-news.js';

/** Counts of the active set; `queued` stops counting at `queuedCap`. */
export const activeCounts = z.object({ running: z.number().int(), queued: z.number().int() });
export type ActiveCounts = z.infer<typeof activeCounts>;
export const queuedCap = 10_000;

const message = <Type extends string, Data extends z.ZodType>(type: Type, data: Data) =>
  z.object({ type: z.literal(type), seq: z.number().int().nonnegative(), data });

/** The part of a run that changed; `rev` always has. */
const runPatch = jobRunSummary.partial().required({ id: true, rev: true });
export type RunPatch = z.infer<typeof runPatch>;

const countsNow = z.object({ counts: activeCounts, serverTime: z.iso.datetime() });

const oneRun = z.object({ jobRunId: runId, run: jobRunSummary });

/** The whole of these is checked nowhere: their schema would be a part of the panel's first page. */
const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;

const alertChange = z.object({
  event: z.custom<IncidentEvent>((value) => typeof value === 'string'),
  incident: z.custom<IncidentNews>(isObject),
  open: z.number().int(),
  critical: z.number().int(),
});

/**
 * What the server sends on `/ws`. `seq` rises by one with each message of a connection, and further only with a
 * snapshot; a client that misses a number requests a new snapshot. Any message with a run that the client doesn't know,
 * or knows with a lower `rev`, replaces it.
 */
export const serverMessage = z.discriminatedUnion('type', [
  message(
    'server.admin.jobs_snapshot',
    countsNow.extend({
      runs: z.array(jobRunSummary),
      alerts: z.custom<OpenIncidents>(isObject).optional(),
    }),
  ),
  message('server.admin.job_queued', oneRun),
  message('server.admin.job_started', oneRun),
  message(
    'server.admin.job_progress',
    oneRun.extend({ progressPercent: z.number().nullable(), message: z.string().nullable() }),
  ),
  message('server.admin.job_cancel_requested', oneRun),
  message('server.admin.job_completed', oneRun),
  /**
   * Many changes of one refresh, in one message. Of each run only what differs from what was sent before; of a new one
   * what differs from `blankRun`. With the counts where they changed as well.
   */
  message('server.admin.jobs_changed', countsNow.partial().extend({ runs: z.array(runPatch), hidden: z.array(runId) })),
  /** Still queued, but pushed out of the part of the queue that is shown. */
  message('server.admin.job_hidden', z.object({ jobRunId: runId })),
  message('server.admin.jobs_counts', countsNow),
  /**
   * New messages of a run that this connection follows, in order and without gaps: the first has the
   * `seq` after the last one sent, but for dropped ones.
   */
  message(
    'server.admin.run_messages',
    z.object({
      jobRunId: runId,
      messages: z.array(jobRunMessage),
      messageCount: z.number().int(),
      droppedMessages: z.number().int(),
    }),
  ),
  /** The steps of a run that this connection follows, whole; also once when it begins to follow. */
  message('server.admin.run_steps', z.object({ jobRunId: runId, steps: z.array(jobRunStep).nullable() })),
  /** All runners; once when a connection begins to follow them, and again when one was removed. */
  message(
    'server.admin.runners_snapshot',
    z.object({ runners: z.custom<RunnerDetails[]>(Array.isArray), asOf: z.iso.datetime() }),
  ),
  message('server.admin.runner_changed', z.object({ runner: z.custom<RunnerDetails>(isObject) })),
  message('server.admin.runner_event', z.object({ event: z.custom<RunnerEvent>(isObject) })),
  /** To all: an incident has opened, for the first time or again. */
  message('server.admin.alert_opened', alertChange),
  /** To all: an incident is over, or was acknowledged, muted or sent. */
  message('server.admin.alert_changed', alertChange),
]);
export type ServerMessage = z.infer<typeof serverMessage>;

/** Close codes after which reconnecting is pointless until the user signs in (again). */
export const closeCodes = { signedOut: 4401, noAccess: 4403, tooSlow: 4408, tooMany: 4429 } as const;
