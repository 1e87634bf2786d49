import { createRedaction } from '@job-manager/engine/queue/redaction';
import { pauseOf } from '@job-manager/engine/queue/transitions/pause';
import type { Schedule } from '@job-manager/engine/store/schedules';
import { contract } from '@job-manager/shared/contract/index';
import { implement } from '@orpc/server';
import { presentSchedule } from '../present/schedule.js';
import { restoreSecrets } from '../present/secrets.js';
import { withCurrent } from './changed-meanwhile.js';
import { actorOf, type CallContext, callerOf, type HttpDeps } from './context.js';
import { publicBaseOf } from './mounted.js';

const os = implement(contract.schedules).$context<CallContext>();

/** Reading and steering schedules. */
export function createScheduleCalls({ queue: { schedules }, config }: HttpDeps) {
  const redaction = createRedaction(config.JOBS_REDACT_KEYS);
  const present = (schedule: Schedule) => presentSchedule(schedule, redaction);
  const changed = (schedule: Schedule) => ({ scheduleId: schedule.id, schedule: present(schedule) });
  /** One by one, each with its own audit entry; one that is gone, or so already, is left as it is. */
  const changeMany = async (ids: string[], act: 'pause' | 'resume', change: (id: string) => Promise<Schedule>) => {
    const answer = { changed: [] as string[], unchanged: [] as string[] };
    const listed = new Map((await schedules.list()).schedules.map((schedule) => [schedule.id, schedule]));
    for (const id of new Set(ids)) {
      const before = listed.get(id);
      const isDone = before === undefined || (before.pausedAt !== null) === (act === 'pause');
      if (!isDone) await change(id);
      answer[isDone ? 'unchanged' : 'changed'].push(id);
    }
    return answer;
  };
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

    scheduleRuns: os.scheduleRuns.handler(async ({ input: { scheduleId, before, limit } }) => {
      const page = { before: before === undefined ? null : new Date(before), limit: limit + 1 };
      const rows = await schedules.runs(scheduleId, page);
      const runs = rows.slice(0, limit).map(({ dueAt, startedAt, finishedAt, ...row }) => ({
        ...row,
        dueAt: dueAt.toISOString(),
        startedAt: startedAt?.toISOString() ?? null,
        finishedAt: finishedAt?.toISOString() ?? null,
      }));
      // One more than requested shows whether there are more.
      return { runs, hasMore: rows.length > limit };
    }),

    previewSchedule: os.previewSchedule.handler(async ({ input: { count, ...timing } }) => {
      const preview = await schedules.preview(timing, count);
      return { ...preview, times: inIso(preview.times) };
    }),

    createSchedule: os.createSchedule.handler(async ({ input, context }) => {
      const schedule = await schedules.create(input, actorOf(context));
      context.res.location(`${publicBaseOf(context.req)}/admin/jobs/schedules/${schedule.id}`);
      return changed(schedule);
    }),

    changeSchedule: os.changeSchedule.handler(async ({ input: { scheduleId, rev, ...settings }, context }) => {
      // What was shown of them has its secrets redacted.
      const { jobName, parameters: kept } = await schedules.get(scheduleId);
      const isSameJob = settings.jobName === jobName;
      const parameters = isSameJob ? restoreSecrets(settings.parameters, kept, redaction) : settings.parameters;
      return withCurrent(context, present, async () =>
        changed(await schedules.change(scheduleId, { ...settings, parameters }, actorOf(context), rev)),
      );
    }),

    removeSchedule: os.removeSchedule.handler(async ({ input, context }) => {
      await schedules.remove(input.scheduleId, actorOf(context));
      return { removed: true as const };
    }),

    pauseSchedule: os.pauseSchedule.handler(async ({ input: { scheduleId, ...pause }, context }) =>
      changed(await schedules.pause(scheduleId, pauseOf(pause), actorOf(context))),
    ),

    pauseSchedules: os.pauseSchedules.handler(({ input: { scheduleIds, ...pause }, context }) =>
      changeMany(scheduleIds, 'pause', (id) => schedules.pause(id, pauseOf(pause), actorOf(context))),
    ),

    resumeSchedules: os.resumeSchedules.handler(({ input, context }) =>
      changeMany(input.scheduleIds, 'resume', (id) => schedules.resume(id, actorOf(context))),
    ),

    calendar: os.calendar.handler(async ({ input: { hours } }) => {
      const { from, schedules: entries, isCut } = await schedules.calendar(hours);
      const listed = entries.map(({ times, ...entry }) => ({ ...entry, times: inIso(times) }));
      return { from: from.toISOString(), hours, schedules: listed, isCut };
    }),

    previewBackfill: os.previewBackfill.handler(async ({ input: { scheduleId, from, to } }) => {
      const { times, ...backfill } = await schedules.previewBackfill(scheduleId, new Date(from), new Date(to));
      return { ...backfill, times: inIso(times) };
    }),

    backfill: os.backfill.handler(async ({ input: { scheduleId, from, to }, context }) => ({
      jobRunIds: await schedules.backfill(scheduleId, { from: new Date(from), to: new Date(to) }, actorOf(context)),
    })),

    resumeSchedule: os.resumeSchedule.handler(async ({ input, context }) =>
      changed(await schedules.resume(input.scheduleId, actorOf(context))),
    ),

    runSchedule: os.runSchedule.handler(async ({ input, context }) => {
      const trigger = callerOf(context).via === 'bearer' ? 'API' : 'MANUAL';
      const jobRunId = await schedules.run(input.scheduleId, trigger, actorOf(context));
      context.res.location(`${publicBaseOf(context.req)}/admin/jobs/${jobRunId}`);
      return { jobRunId };
    }),
  });
}

const inIso = (times: Date[]): string[] => times.map((at) => at.toISOString());
