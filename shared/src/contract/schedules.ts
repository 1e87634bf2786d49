import * as z from 'zod';
import { limits } from '../limits.js';
import { isPlainText, NOT_PLAIN } from '../plain-text.js';
import { jobRunStatuses } from '../run.js';
import { channelName, jobName, jobParameters, priority } from './enqueue-options.js';
import { isoTime } from './iso-time.js';
import { pauseState } from './pause.js';
import { forViewers, routeFor } from './policy.js';
import { runId } from './run.js';

const TAG = ['Schedules'];
const time = z.iso.datetime();
const byId = z.strictObject({ scheduleId: z.uuid() });

export const missedPolicies = ['skip', 'once', 'all'] as const;
export type MissedPolicy = (typeof missedPolicies)[number];
export const overlapPolicies = ['skip', 'queue', 'cancel'] as const;
export type OverlapPolicy = (typeof overlapPolicies)[number];
export const skipReasons = ['missed', 'overlap', 'paused', 'job-gone'] as const;
export type SkipReason = (typeof skipReasons)[number];

export const scheduleName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,99}$/, 'must begin with a lower case letter; lower case letters, digits and hyphens');

const timing = {
  cron: z.string().trim().min(1).max(200).optional().describe('Five fields, or six with seconds first'),
  everyMs: z.number().int().min(1_000).max(31_536_000_000).optional().describe('Instead of `cron`'),
  timeZone: z.string().min(1).max(64).default('UTC').describe('IANA name; the cron line is read in its local time'),
};

/** The settings of a schedule, in code or over the API. */
export const scheduleSettings = z.strictObject({
  name: scheduleName,
  jobName,
  parameters: jobParameters.default({}),
  ...timing,
  missed: z
    .enum(missedPolicies)
    .default('once')
    .describe('What becomes of due times that passed while no server ran: none, one run for all, or one each'),
  overlap: z
    .enum(overlapPolicies)
    .default('skip')
    .describe('While a run of it is queued or running: skip the new one, queue it behind, or cancel the old one'),
  channel: channelName.optional().describe('Of its runs; without, that of the job'),
  priority: priority.optional().describe('Of its runs, lower ones first; without, that of the job'),
});
export type ScheduleSettings = z.infer<typeof scheduleSettings>;

const outcome = { jobRunId: runId, status: z.enum(jobRunStatuses), dueAt: time, durationMs: z.number().nullable() };

export const scheduledRun = z.object({ ...outcome, startedAt: time.nullable(), finishedAt: time.nullable() });
export type ScheduledRun = z.infer<typeof scheduledRun>;

export const jobSchedule = z.object({
  id: z.uuid(),
  name: z.string(),
  jobName: z.string(),
  parameters: z.record(z.string(), z.unknown()),
  cron: z.string().nullable(),
  everyMs: z.number().nullable(),
  timeZone: z.string(),
  /** A description of the timing. */
  timing: z.string(),
  missed: z.enum(missedPolicies),
  overlap: z.enum(overlapPolicies),
  channel: z.string().nullable().describe('Null for that of the job'),
  priority: z.number().int().nullable().describe('Null for that of the job'),
  source: z.enum(['code', 'api']),
  paused: pauseState.nullable(),
  /** What keeps it from running, such as a job without code; null for nothing. */
  problem: z.string().nullable(),
  nextRunAt: time.nullable(),
  lastDueAt: time.nullable(),
  lastRunId: runId.nullable(),
  createdAt: time,
  createdBy: z.string().nullable(),
  /** The latest due times without a run, the newest first. */
  skips: z.array(
    z.object({
      firstDueAt: time,
      lastDueAt: time,
      dueTimes: z.number().int(),
      reason: z.enum(skipReasons),
      at: time,
    }),
  ),
  /** The latest 20 runs, the newest first. */
  outcomes: z.array(z.object(outcome)),
  rev: z.string().describe('Of what can be changed of it; firing and pausing leave it as it is'),
});
export type JobSchedule = z.infer<typeof jobSchedule>;

/** What a person should know about a timing before saving it. */
const scheduleWarning = z.object({
  kind: z
    .enum(['many', 'longer', 'skipped', 'doubled'])
    .describe('Many runs a day; runs take longer than the interval; a time that a clock change leaves out, or repeats'),
  message: z.string(),
});
export type ScheduleWarning = z.infer<typeof scheduleWarning>;

const range = { from: isoTime, to: isoTime };

const one = z.object({ schedule: jobSchedule });
const changed = z.object({ scheduleId: z.uuid(), schedule: forViewers(jobSchedule) });

const pause = {
  reason: z.string().trim().max(limits.reasonChars).refine(isPlainText, NOT_PLAIN).optional(),
  resumeAt: isoTime.optional().describe('Resumed by itself then'),
};
const many = z.strictObject({ scheduleIds: z.array(z.uuid()).min(1).max(200) });
const changedMany = z.object({
  changed: z.array(z.uuid()),
  unchanged: z.array(z.uuid()).describe('Those that were so already, or are gone'),
});

const DECIDES = 'Needs the permission `run` as well: it decides what runs, and the runs name who did.';

/** Runs at set times. */
export const schedules = {
  listSchedules: routeFor('view')
    .route({ method: 'GET', path: '/admin/jobs/schedules', summary: 'All schedules, the next due first', tags: TAG })
    .output(z.object({ schedules: z.array(jobSchedule), serverTime: time })),

  getSchedule: routeFor('view')
    .route({ method: 'GET', path: '/admin/jobs/schedules/{scheduleId}', summary: 'One schedule', tags: TAG })
    .input(byId)
    .output(one),

  nextRuns: routeFor('view')
    .route({
      method: 'GET',
      path: '/admin/jobs/schedules/{scheduleId}/next',
      summary: 'The next due times of a schedule',
      tags: TAG,
    })
    .input(byId.extend({ count: z.coerce.number().int().min(1).max(100).default(5) }))
    .output(z.object({ times: z.array(time) })),

  scheduleRuns: routeFor('view')
    .route({
      method: 'GET',
      path: '/admin/jobs/schedules/{scheduleId}/runs',
      summary: 'The runs of a schedule by due time, the newest first',
      description: 'A run that was started beside the due times is due when that was requested.',
      tags: TAG,
    })
    .input(
      byId.extend({
        before: isoTime.optional().describe('Only runs due before: `dueAt` of the last of the page before'),
        limit: z.coerce.number().int().min(1).max(500).default(50),
      }),
    )
    .output(z.object({ runs: z.array(scheduledRun), hasMore: z.boolean() })),

  previewSchedule: routeFor('view')
    .route({
      method: 'GET',
      path: '/admin/jobs/schedules/preview',
      summary: 'What a cron line or an interval means, and when it would run',
      tags: TAG,
    })
    .input(
      z.strictObject({
        cron: timing.cron,
        everyMs: z.coerce.number().int().min(1_000).max(31_536_000_000).optional(),
        timeZone: timing.timeZone,
        jobName: jobName.optional().describe('To compare its usual time with the interval'),
        count: z.coerce.number().int().min(1).max(100).default(5),
      }),
    )
    .output(z.object({ timing: z.string(), times: z.array(time), warnings: z.array(scheduleWarning) })),

  createSchedule: routeFor('manageSchedules', 'run')
    .route({
      method: 'POST',
      path: '/admin/jobs/schedules',
      successStatus: 201,
      summary: 'Create a schedule',
      description: DECIDES,
      tags: TAG,
    })
    .input(scheduleSettings)
    .output(changed),

  changeSchedule: routeFor('manageSchedules', 'run')
    .route({
      method: 'PUT',
      path: '/admin/jobs/schedules/{scheduleId}',
      summary: 'Change a schedule that was made over the API',
      description: `${DECIDES} With \`rev\` refused (409 \`CHANGED\`, with the present value as \`current\`) where another change came in between.`,
      tags: TAG,
    })
    .input(byId.extend({ ...scheduleSettings.shape, rev: z.string().max(64).optional() }))
    .output(changed),

  removeSchedule: routeFor('manageSchedules')
    .route({
      method: 'DELETE',
      path: '/admin/jobs/schedules/{scheduleId}',
      summary: 'Remove a schedule that was made over the API; its runs stay',
      tags: TAG,
    })
    .input(byId)
    .output(z.object({ removed: z.literal(true) })),

  pauseSchedule: routeFor('manageSchedules')
    .route({
      method: 'POST',
      path: '/admin/jobs/schedules/{scheduleId}/pause',
      summary: 'Let a schedule come due no more until it is resumed',
      tags: TAG,
    })
    .input(byId.extend(pause))
    .output(changed),

  resumeSchedule: routeFor('manageSchedules', 'run')
    .route({
      method: 'POST',
      path: '/admin/jobs/schedules/{scheduleId}/resume',
      summary: 'Resume a schedule, from its next due time on',
      description: DECIDES,
      tags: TAG,
    })
    .input(byId)
    .output(changed),

  runSchedule: routeFor('run')
    .route({
      method: 'POST',
      path: '/admin/jobs/schedules/{scheduleId}/run',
      successStatus: 201,
      summary: 'Queue a run of a schedule now, beside its due times',
      tags: TAG,
    })
    .input(byId)
    .output(z.object({ jobRunId: runId })),

  pauseSchedules: routeFor('manageSchedules')
    .route({ method: 'POST', path: '/admin/jobs/schedules/pause', summary: 'Pause several schedules', tags: TAG })
    .input(many.extend(pause))
    .output(changedMany),

  resumeSchedules: routeFor('manageSchedules', 'run')
    .route({
      method: 'POST',
      path: '/admin/jobs/schedules/resume',
      summary: 'Resume several schedules',
      description: DECIDES,
      tags: TAG,
    })
    .input(many)
    .output(changedMany),

  calendar: routeFor('view')
    .route({
      method: 'GET',
      path: '/admin/jobs/schedules/calendar',
      summary: 'When schedules come due within the next hours, and how many do in each',
      tags: TAG,
    })
    .input(z.strictObject({ hours: z.coerce.number().int().min(1).max(168).default(24) }))
    .output(
      z.object({
        from: time,
        hours: z.number().int(),
        schedules: z.array(
          z.object({
            scheduleId: z.uuid(),
            name: z.string(),
            jobName: z.string(),
            times: z.array(time).describe('The first 200'),
            perHour: z.array(z.number().int()),
            total: z.number().int(),
          }),
        ),
        isCut: z
          .boolean()
          .describe('More schedules come due in this time than are listed: the 200 that come due first are'),
      }),
    ),

  previewBackfill: routeFor('manageSchedules', 'view')
    .route({
      method: 'POST',
      path: '/admin/jobs/schedules/{scheduleId}/backfill/preview',
      summary: 'The due times between two moments that have no run; changes nothing',
      tags: TAG,
    })
    .input(byId.extend(range))
    .output(
      z.object({
        times: z.array(time).describe('Without a run, the first 500'),
        withRun: z.number().int().describe('Due times with a run, among those checked'),
        isCut: z.boolean().describe('There are more than can be queued at once'),
      }),
    ),

  backfill: routeFor('manageSchedules', 'run')
    .route({
      method: 'POST',
      path: '/admin/jobs/schedules/{scheduleId}/backfill',
      successStatus: 201,
      summary: 'Queue a run for each due time between two moments that has none, one behind the other',
      description: 'Refused where there are more than 500. A due time that has got a run meanwhile is left out.',
      tags: TAG,
    })
    .input(byId.extend(range))
    .output(z.object({ jobRunIds: z.array(runId) })),
};
