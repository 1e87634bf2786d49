import * as z from 'zod';
import { runnerChange, runnerCommandKinds, runnerCommandStates, runnerLogLevels } from '../runner.js';
import { runnerHealth } from './health.js';
import { forViewers, routeFor } from './policy.js';
import { jobRunSummary } from './run.js';

const TAG = ['Runners'];
const time = z.iso.datetime();
const runnerId = z.uuid();
const byId = z.strictObject({ runnerId });

export const runnerCommand = z.object({
  id: z.string(),
  runnerId: z.string(),
  runnerName: z.string().nullable().describe('`host:pid`; null where the runner was removed'),
  kind: z.enum(runnerCommandKinds),
  change: runnerChange.nullable(),
  groupId: z.string().describe('The same for commands that were given together'),
  state: z.enum(runnerCommandStates),
  /** The reason, where it failed or was not delivered. */
  reason: z.string().nullable(),
  createdAt: time,
  createdBy: z.string().nullable(),
  acceptedAt: time.nullable(),
  doneAt: time.nullable(),
  successorId: z.string().nullable().describe('Of a restart that is done, the runner that came instead'),
});
export type RunnerCommand = z.infer<typeof runnerCommand>;

export const runnerDetails = runnerHealth.extend({
  name: z.string().describe('`host:pid`'),
  stoppedAt: time.nullable(),
  labels: z.record(z.string(), z.string()),
  canRestart: z.boolean().describe('Something starts it again when it ends'),
  supervisor: z
    .string()
    .nullable()
    .describe('What starts its process, as far as that can know: `server`, `kubernetes`, `systemd`, `docker`, `pm2`'),
  channels: z.array(z.string()).nullable().describe('The only channels that it serves; null for all'),
  logLevel: z.string().nullable().describe('Null for as it was started with'),
  runsByChannel: z.record(z.string(), z.number().int()),
  pulse: z
    .array(z.number().nullable())
    .describe('Round trips of the last heartbeats in milliseconds, the oldest first'),
  cpuPercent: z.number().nullable().describe('Of one core'),
  rssBytes: z.number().nullable(),
  endedRuns: z.number().nullable().describe('Since it began, as of its last heartbeat'),
  command: runnerCommand.nullable().describe('The newest one'),
});
export type RunnerDetails = z.infer<typeof runnerDetails>;

export const runnerSeverities = ['info', 'warning', 'error'] as const;
export const runnerEvent = z.object({
  id: z.string(),
  at: time,
  runnerId: z.string(),
  runnerName: z.string(),
  kind: z.string(),
  severity: z.enum(runnerSeverities),
  message: z.string(),
  actor: z.string().nullable(),
});
export type RunnerEvent = z.infer<typeof runnerEvent>;

export const runnerLogLine = z.object({
  id: z.string(),
  at: time,
  level: z.enum(runnerLogLevels),
  message: z.string(),
  data: z.unknown().describe('What belongs to the line, without secrets; null for nothing'),
});
export type RunnerLogLine = z.infer<typeof runnerLogLine>;

const order = z.strictObject({
  kind: z.enum(runnerCommandKinds),
  runnerIds: z.array(runnerId).min(1).max(500),
  change: runnerChange.optional().describe('Of SET: what is to be set; what is left out stays'),
});

const refused = z.array(z.object({ runnerId: z.string(), reason: z.string() }));

/** What runners take over when they start, from the one place where it is set for all. */
export const runnerDefaults = z.object({
  change: runnerChange.nullable().describe('Null where runners start with their own settings'),
  updatedBy: z.string().nullable(),
  updatedAt: time.nullable(),
});
export type RunnerDefaults = z.infer<typeof runnerDefaults>;

export const runnerSetup = z.object({
  database: z
    .enum(['embedded', 'own'])
    .describe('`embedded`: the server brings it, for its own machine alone; `own`: the one that DATABASE_URL names'),
  schema: z.string().describe('Of the tables, as DATABASE_SCHEMA'),
  isHosted: z.boolean().describe('Part of another application, which starts its runners by code'),
  drainMs: z.number().int().describe('JOBS_DRAIN_MS: a supervisor must wait longer before it kills'),
  here: z.object({
    running: z.number().int().describe('Runners that this server runs'),
    max: z.number().int().describe('JOBS_MAX_BUILT_IN'),
    refusal: z.string().nullable().describe('Why it can start no other; null where it can'),
  }),
});
export type RunnerSetup = z.infer<typeof runnerSetup>;

export const goneRunner = z.object({
  runnerId: z.string(),
  name: z.string().describe('`host:pid`'),
  status: z.enum(['STOPPED', 'LOST']),
  lastHeartbeatAt: time,
  runs: z.number().int().describe('Runs that still name it as their runner; they are recovered first'),
});
export type GoneRunner = z.infer<typeof goneRunner>;

/** Processes that claim and execute runs, and commands for them. */
export const runners = {
  listRunners: routeFor('view')
    .route({
      method: 'GET',
      path: '/admin/jobs/runners',
      summary: 'Runners that live, and those lost or stopped in the last 24 hours',
      tags: TAG,
    })
    .output(z.object({ runners: z.array(runnerDetails), asOf: time })),

  getRunner: routeFor('view')
    .route({ method: 'GET', path: '/admin/jobs/runners/{runnerId}', summary: 'One runner', tags: TAG })
    .input(byId)
    .output(z.object({ runner: runnerDetails, asOf: time })),

  getRunnerDefaults: routeFor('view')
    .route({
      method: 'GET',
      path: '/admin/jobs/runners/defaults',
      summary: 'What runners take over when they start',
      tags: TAG,
    })
    .output(runnerDefaults),

  setRunnerDefaults: routeFor('manageSettings', 'view')
    .route({
      method: 'PUT',
      path: '/admin/jobs/runners/defaults',
      summary: 'Set what runners take over when they start',
      description:
        'Counts for runners that start from now on, before the settings that they were started with; those that live stay as they are. Runners of a single run (`CLI`) take nothing over.',
      tags: TAG,
    })
    .input(z.strictObject({ change: runnerChange.nullable().describe('Null for none; replaces what was set before') }))
    .output(runnerDefaults),

  getRunnerSetup: routeFor('view')
    .route({
      method: 'GET',
      path: '/admin/jobs/runners/setup',
      summary: 'What a new runner needs, and whether the server may start one',
      tags: TAG,
    })
    .output(runnerSetup),

  startRunnerHere: routeFor('manageRunners')
    .route({
      method: 'POST',
      path: '/admin/jobs/runners/start-here',
      summary: 'Have the server start one more runner on its machine',
      description:
        'At most `JOBS_MAX_BUILT_IN` at once; refused (409 `NOT_ALLOWED`) beyond that, where JOBS_RUNNER is off, and where another application embeds the server. It ends with the server.',
      tags: TAG,
    })
    .output(z.object({ running: z.number().int().describe('Runners that this server runs now') })),

  previewRunnerCleanup: routeFor('cleanup', 'view')
    .route({
      method: 'GET',
      path: '/admin/jobs/runners/cleanup',
      summary: 'Runners that are lost or have stopped, the newest 500',
      tags: TAG,
    })
    .output(z.object({ runners: z.array(goneRunner), runs: z.number().int() })),

  cleanUpRunners: routeFor('cleanup')
    .route({
      method: 'POST',
      path: '/admin/jobs/runners/cleanup',
      summary: 'Recover the runs of lost or stopped runners, and remove their rows',
      description: 'Their events stay. One that is active again meanwhile stays, and is answered in `left`.',
      tags: TAG,
    })
    .input(z.strictObject({ runnerIds: z.array(runnerId).min(1).max(500) }))
    .output(
      z.object({
        removed: z.number().int(),
        recovered: z.number().int().describe('Runs that were recovered'),
        left: refused,
      }),
    ),

  listRunnerBeats: routeFor('view')
    .route({
      method: 'GET',
      path: '/admin/jobs/runners/beats',
      summary: 'Heartbeats of a runner in the last hours, in at most 240 steps',
      tags: TAG,
    })
    .input(z.strictObject({ runnerId, hours: z.coerce.number().int().min(1).max(24).optional() }))
    .output(
      z.object({
        from: time,
        to: time,
        stepMs: z.number().int(),
        beats: z.array(
          z.object({
            at: time,
            latencyMs: z.number().nullable(),
            loopLagMs: z.number().describe('The longest of the step'),
            activeRuns: z.number(),
            slots: z.number().int(),
            cpuPercent: z.number().nullable(),
            rssBytes: z.number().nullable(),
          }),
        ),
      }),
    ),

  listRunnerEvents: routeFor('view')
    .route({
      method: 'GET',
      path: '/admin/jobs/runners/events',
      summary: 'What happened to runners, the newest 100 first',
      tags: TAG,
    })
    .input(
      z.strictObject({
        runnerId: runnerId.optional(),
        severity: z.enum(runnerSeverities).optional().describe('This and what is more severe'),
        since: time.optional().describe('Only from this time on'),
        before: z
          .string()
          .regex(/^\d{1,18}$/)
          .optional()
          .describe('Only those before this id'),
      }),
    )
    .output(z.object({ events: z.array(runnerEvent) })),

  listRunnerRuns: routeFor('view')
    .route({
      method: 'GET',
      path: '/admin/jobs/runners/{runnerId}/runs',
      summary: 'The last 50 runs that ended at a runner',
      tags: TAG,
    })
    .input(byId)
    .output(
      z.object({
        runs: z.array(jobRunSummary),
        searchedBackTo: time.nullable().describe('Runs that ended earlier were not read; null where all were'),
      }),
    ),

  readRunnerLog: routeFor('view')
    .route({
      method: 'GET',
      path: '/admin/jobs/runners/{runnerId}/log',
      summary: 'What a runner has logged in the last 24 hours, the newest lines, the oldest first',
      description:
        'Warnings and errors are always kept, at most 100 a minute. With `follow` the runner keeps everything that it logs for the next 30 seconds; repeat the call to go on.',
      tags: TAG,
    })
    .input(
      z.strictObject({
        runnerId,
        level: z.enum(runnerLogLevels).optional().describe('This and what is more severe; all where left out'),
        limit: z.coerce.number().int().min(1).max(1_000).optional().describe('500 where left out'),
        follow: z.stringbool().optional(),
      }),
    )
    .output(z.object({ lines: z.array(runnerLogLine), asOf: time })),

  listRunnerCommands: routeFor('view')
    .route({
      method: 'GET',
      path: '/admin/jobs/runners/commands',
      summary: 'The newest 200 commands, all or those of a runner or a group',
      tags: TAG,
    })
    .input(z.strictObject({ runnerId: runnerId.optional(), groupId: z.uuid().optional() }))
    .output(z.object({ commands: z.array(runnerCommand) })),

  previewRunnerCommand: routeFor('manageRunners', 'view')
    .route({
      method: 'POST',
      path: '/admin/jobs/runners/commands/preview',
      summary: 'What a command would touch; changes nothing',
      tags: TAG,
    })
    .input(order)
    .output(
      z.object({
        runners: z.array(
          z.object({
            runnerId: z.string(),
            name: z.string(),
            activeRuns: z.number().int(),
            /** Of SET: a description of the changes. */
            changes: z.array(z.object({ setting: z.string(), from: z.string(), to: z.string() })),
          }),
        ),
        refused,
        runs: z.number().int().describe('Runs that these runners execute now'),
        drainMs: z.number().int().describe('How long runs may go on before they are released, of STOP and RESTART'),
      }),
    ),

  sendRunnerCommand: routeFor('manageRunners')
    .route({
      method: 'POST',
      path: '/admin/jobs/runners/commands',
      summary: 'Drain, resume, stop, restart, ping runners or set something of them',
      description:
        'Delivered at once by notification, else with the next heartbeat; not delivered within two minutes it expires. With `rolling` each runner waits until the one before has obeyed, and is left alone when that fails. Refused (409 `NOT_ALLOWED`) where none of the runners can obey; of several, those that cannot are answered in `refused`.',
      tags: TAG,
    })
    .input(order.extend({ rolling: z.boolean().optional() }))
    .output(
      z.object({
        groupId: z.string(),
        sent: z.number().int(),
        refused,
        commands: forViewers(z.array(runnerCommand)),
      }),
    ),
};
