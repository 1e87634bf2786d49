import * as z from 'zod';
import { limits } from '../limits.js';
import { jobRunStatuses, terminalStatuses } from '../run.js';
import { auditEvent } from './audit.js';
import { badges } from './badges.js';
import { jobName } from './enqueue-options.js';
import { jobRunMessage } from './message.js';
import { routeFor } from './policy.js';
import { jobRunSummary, runId } from './run.js';

const TAG = ['Jobs'];
const time = z.iso.datetime();
const count = z.number().int();
const byRun = z.strictObject({ jobRunId: runId });

const lookupHit = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('run'), run: jobRunSummary }),
  z.object({
    kind: z.literal('correlation'),
    correlationId: z.string(),
    runs: z.array(jobRunSummary).describe('The newest 50'),
    hasMore: z.boolean(),
  }),
  z.object({ kind: z.literal('key'), key: z.string(), run: jobRunSummary }),
  z.object({ kind: z.literal('batch'), batch: z.object({ id: runId, name: z.string(), finishedAt: time.nullable() }) }),
  z.object({
    kind: z.literal('schedule'),
    schedule: z.object({ id: z.string(), name: z.string(), jobName: z.string() }),
  }),
]);
export type LookupHit = z.infer<typeof lookupHit>;

export const queueStates = ['due', 'scheduled', 'blocked'] as const;

export const graphNode = z.object({
  jobRunId: runId,
  /** Null for a run that was removed. */
  jobName: z.string().nullable(),
  status: z.enum(jobRunStatuses).nullable(),
  isBlocked: z.boolean(),
  /** Longest way to it from a run that waits for none. */
  depth: count,
  startedAt: time.nullable(),
  finishedAt: time.nullable(),
  durationMs: z.number().nullable(),
  error: z.string().nullable(),
});
export type GraphNode = z.infer<typeof graphNode>;

/** Runs and who waits for whom. */
export const runGraph = z.object({
  nodes: z.array(graphNode).describe('By depth, then by number'),
  edges: z.array(z.object({ from: runId, to: runId })).describe('`to` waits or waited for `from`'),
  isCut: z.boolean().describe('There are more than 500'),
});

/** What is cleaned up without anyone's doing. */
const automaticCleanUp = z.object({
  recovery: z.object({
    stalledAfterMs: count.describe(
      'Time without a heartbeat after which a running run is recovered, unless its job has a setting of its own',
    ),
  }),
  retention: z
    .array(
      z.object({
        status: z.enum(terminalStatuses),
        keepDays: count.nullable().describe('Null: for ever. Jobs may have days of their own'),
        keepRuns: count.nullable().describe('The newest of each job; null: all'),
        due: count.describe('Past their time now, by whole hours; those that others still need are left then'),
        lastAt: time.nullable(),
        lastResult: z.string().nullable(),
        nextAt: time.nullable(),
      }),
    )
    .describe('By how runs ended'),
  forceFail: z.object({
    jobs: z
      .array(z.object({ jobName: z.string(), afterMs: count }))
      .describe('Jobs whose runs are failed by force when they ignore a cancel for so long'),
    next: z
      .array(z.object({ jobRunId: runId, jobName: z.string(), requestedAt: time, forceFailAt: time }))
      .describe('Running runs that ignore a cancel and will be failed, at most 20, the first to be failed first'),
  }),
});
export type AutomaticCleanUp = z.infer<typeof automaticCleanUp>;

/** Small figures of today. */
export const snapshotsAnswer = z.object({
  scheduledToday: z
    .object({ left: count, total: count })
    .describe('Due times of schedules of this day by UTC, those to come and all; paused ones have none to come'),
  retriesLastHour: z
    .object({ attempts: count, jobs: count })
    .describe('Attempts that failed and were not the last, counted up to 10,001'),
  regions: z
    .array(
      z.object({
        region: z.string(),
        runners: count.describe('Those that live'),
        endedRuns: count.describe('Executions of a day, as of the last heartbeats'),
      }),
    )
    .describe('By the label `region` of runners, by name; at most 20'),
  asOf: time,
});

const usual = z
  .object({ p50: z.number(), p95: z.number(), runs: count.describe('Successful runs that were read') })
  .nullable();

/** What lists, the search and a run's page read beside the run itself. */
export const runLists = {
  lookup: routeFor('view')
    .route({
      method: 'GET',
      path: '/admin/jobs/lookup',
      summary: 'Whatever has this number, correlation id, key or name',
      description:
        'Run and batch numbers, correlation ids and idempotency keys are compared as a whole, as are the unique keys of runs that have not ended or hold their key for a time; names of schedules and of the newest 10,000 batches in part.',
      tags: TAG,
    })
    .input(z.strictObject({ q: z.string().trim().min(1).max(200) }))
    .output(z.object({ hits: z.array(lookupHit) })),

  queue: routeFor('view')
    .route({
      method: 'GET',
      path: '/admin/jobs/queue',
      summary: 'Queued runs in the order in which they are claimed, 50 each',
      description:
        'Due and scheduled runs by priority and time, then those that wait for other runs. A page of a filter that matches few runs may hold fewer than 50 although more follow: `cursor` says so.',
      tags: TAG,
    })
    .input(
      z.strictObject({
        channel: z.string().min(1).max(100).optional(),
        jobName: jobName.optional(),
        state: z.enum(queueStates).optional(),
        cursor: z.string().min(1).max(200).optional().describe('Of the page before'),
        skip: z.coerce
          .number()
          .int()
          .min(0)
          .max(limits.queuedInSnapshot)
          .default(0)
          .describe('Without a cursor: begins after so many, such as those that the live list has'),
      }),
    )
    .output(
      z.object({
        runs: z.array(jobRunSummary),
        cursor: z.string().nullable().describe('For the next page; null where this is the last'),
        asOf: time,
      }),
    ),

  ...badges,

  upcoming: routeFor('view')
    .route({
      method: 'GET',
      path: '/admin/jobs/upcoming',
      summary: 'What comes due next: schedules that are not paused, and delayed runs',
      tags: TAG,
    })
    .input(z.strictObject({ limit: z.coerce.number().int().min(1).max(100).default(10) }))
    .output(
      z.object({
        upcoming: z.array(
          z.discriminatedUnion('kind', [
            z.object({
              kind: z.literal('schedule'),
              at: time,
              jobName: z.string(),
              scheduleId: z.string(),
              name: z.string(),
            }),
            z.object({
              kind: z.literal('run'),
              at: time,
              jobName: z.string(),
              jobRunId: runId,
              channel: z.string(),
            }),
          ]),
        ),
        asOf: time,
      }),
    ),

  operations: routeFor('view')
    .route({
      method: 'GET',
      path: '/admin/jobs/operations',
      summary: 'What the acts on many runs and runners would find now',
      tags: TAG,
    })
    .output(
      z.object({
        running: count,
        queued: count.describe('Up to 10,001'),
        stalled: count.describe('Running without heartbeats of their runner'),
        stopping: count.describe('Running, though they were requested to stop'),
        goneRunners: count.describe('Lost or stopped'),
        freeSlots: count.describe('Of the active runners that claim'),
      }),
    ),

  automatic: routeFor('view')
    .route({
      method: 'GET',
      path: '/admin/jobs/automatic-cleanup',
      summary: 'What is cleaned up by itself, and what that will do next',
      description: 'Retention is at most 60 s old.',
      tags: TAG,
    })
    .output(automaticCleanUp),

  snapshots: routeFor('view')
    .route({
      method: 'GET',
      path: '/admin/jobs/snapshots',
      summary: 'Small figures of today, at most 60 s old',
      tags: TAG,
    })
    .output(snapshotsAnswer),

  neighbours: routeFor('view')
    .route({
      method: 'GET',
      path: '/admin/jobs/{jobRunId}/neighbours',
      summary: 'Finished runs of the same job before and after this one, and how long it usually takes',
      description: 'Of those before it at most 1,000 are read.',
      tags: TAG,
    })
    .input(byRun)
    .output(
      z.object({
        previous: jobRunSummary.nullable(),
        next: jobRunSummary.nullable(),
        lastSuccess: jobRunSummary.nullable(),
        lastFailure: jobRunSummary.nullable(),
        usual: usual.describe('Duration of successful runs in milliseconds; null where there were none'),
        usualUse: z
          .object({
            cpuMs: usual.describe('Processor time in milliseconds'),
            peakMemoryBytes: usual.describe('The most memory at once'),
          })
          .describe('Of the last attempts of successful runs; null where none was measured'),
        alike: z
          .object({ fingerprint: z.string(), runs: count })
          .nullable()
          .describe('The cause of a failed run and how many runs have it, this one included; null for other runs'),
      }),
    ),

  graph: routeFor('view')
    .route({
      method: 'GET',
      path: '/admin/jobs/{jobRunId}/graph',
      summary: 'The runs that hang together with this one, at most 500',
      description:
        'Runs that it waits or waited for, those that wait for it, and so on. Ended runs that waited for others are found in the same batch, and where they were queued within 2,000 runs of the oldest.',
      tags: TAG,
    })
    .input(byRun)
    .output(runGraph),

  activity: routeFor('viewAudit', 'view')
    .route({
      method: 'GET',
      path: '/admin/jobs/{jobRunId}/activity',
      summary: 'What people and the product did to a run, oldest first',
      description: 'At most 500 entries of the audit log and 500 messages of the product.',
      tags: TAG,
    })
    .input(byRun)
    .output(
      z.object({
        entries: z.array(
          z.discriminatedUnion('kind', [
            z.object({ kind: z.literal('audit'), at: time, event: auditEvent }),
            z.object({ kind: z.literal('message'), at: time, message: jobRunMessage }),
          ]),
        ),
        isCut: z.boolean(),
      }),
    ),
};
