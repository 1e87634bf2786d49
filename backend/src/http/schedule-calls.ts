import { contract } from '@job-manager/shared/contract/index';
import { implement } from '@orpc/server';
import { presentSchedule } from '../present/schedule.js';
import { restoreSecrets } from '../present/secrets.js';
import { createRedaction } from '../queue/redaction.js';
import type { Schedule } from '../store/schedules.js';
import { actorOf, type CallContext, callerOf, type HttpDeps } from './context.js';

const os = implement(contract.schedules).$context<CallContext>();

/** Reading and steering schedules. */
export function createScheduleCalls({ queue: { schedules }, config }: HttpDeps) {
  const redaction = createRedaction(config.JOBS_REDACT_KEYS);
  const present = (schedule: Schedule) => presentSchedule(schedule, redaction);
  const changed = (schedule: Schedule) => ({ scheduleId: schedule.id, schedule: present(schedule) });
  return os.router({
    listSchedules: os.listSchedules.handler(async () => {
      const listed = await schedules.list();
      return { schedules: listed.schedules.map(present), serverTime: listed.now.toISOString() };
    }),

    getSchedule: os.getSchedule.handler(async ({ input }) => ({
      schedule: present(await schedules.get(input.scheduleId)),
    })),

    nextRuns: os.nextRuns.handler(async ({ input }) => ({
      times: inIso(await schedules.next(input.scheduleId, input.count)),
    })),

    previewSchedule: os.previewSchedule.handler(async ({ input: { count, ...timing } }) => {
      const preview = await schedules.preview(timing, count);
      return { timing: preview.timing, times: inIso(preview.times) };
    }),

    createSchedule: os.createSchedule.handler(async ({ input, context }) => {
      const schedule = await schedules.create(input, actorOf(context));
      context.res.location(`${context.req.baseUrl}/admin/jobs/schedules/${schedule.id}`);
      return changed(schedule);
    }),

    changeSchedule: os.changeSchedule.handler(async ({ input: { scheduleId, ...settings }, context }) => {
      // What was shown of them has its secrets redacted.
      const { jobName, parameters: kept } = await schedules.get(scheduleId);
      const isSameJob = settings.jobName === jobName;
      const parameters = isSameJob ? restoreSecrets(settings.parameters, kept, redaction) : settings.parameters;
      return changed(await schedules.change(scheduleId, { ...settings, parameters }, actorOf(context)));
    }),

    removeSchedule: os.removeSchedule.handler(async ({ input, context }) => {
      await schedules.remove(input.scheduleId, actorOf(context));
      return { removed: true as const };
    }),

    pauseSchedule: os.pauseSchedule.handler(async ({ input, context }) =>
      changed(await schedules.pause(input.scheduleId, input.reason || null, actorOf(context))),
    ),

    resumeSchedule: os.resumeSchedule.handler(async ({ input, context }) =>
      changed(await schedules.resume(input.scheduleId, actorOf(context))),
    ),

    runSchedule: os.runSchedule.handler(async ({ input, context }) => {
      const trigger = callerOf(context).via === 'bearer' ? 'API' : 'MANUAL';
      const jobRunId = await schedules.run(input.scheduleId, trigger, actorOf(context));
      context.res.location(`${context.req.baseUrl}/admin/jobs/${jobRunId}`);
      return { jobRunId };
    }),
  });
}

const inIso = (times: Date[]): string[] => times.map((at) => at.toISOString());
