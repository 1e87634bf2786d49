import { contract } from '@job-manager/shared/contract/index';
import { implement } from '@orpc/server';
import { presentSchedule } from '../present/schedule.js';
import type { Schedule } from '../store/schedules.js';
import { actorOf, type CallContext, callerOf, type HttpDeps } from './context.js';

const os = implement(contract.schedules).$context<CallContext>();

/** Reading and steering schedules. */
export function createScheduleCalls({ queue: { schedules } }: HttpDeps) {
  return os.router({
    listSchedules: os.listSchedules.handler(async () => {
      const listed = await schedules.list();
      return { schedules: listed.schedules.map(presentSchedule), serverTime: listed.now.toISOString() };
    }),

    getSchedule: os.getSchedule.handler(async ({ input }) => ({
      schedule: presentSchedule(await schedules.get(input.scheduleId)),
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

    changeSchedule: os.changeSchedule.handler(async ({ input: { scheduleId, ...settings }, context }) =>
      changed(await schedules.change(scheduleId, settings, actorOf(context))),
    ),

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

const changed = (schedule: Schedule) => ({ scheduleId: schedule.id, schedule: presentSchedule(schedule) });

const inIso = (times: Date[]): string[] => times.map((at) => at.toISOString());
