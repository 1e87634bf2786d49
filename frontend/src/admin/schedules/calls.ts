import { schedules } from '@job-manager/shared/contract/schedules';
import { createTanstackQueryUtils } from '@orpc/tanstack-query';
import { keepPreviousData } from '@tanstack/react-query';
import { createClient } from '../../api/client';

/** The calls about schedules, loaded with the pages that make them. */
export const { schedules: calls } = createClient({ schedules });

const api = createTanstackQueryUtils(calls, { path: ['schedules'] });

export const schedulesQuery = () => api.listSchedules.queryOptions({ select: ({ schedules: listed }) => listed });
export const schedulesKey = () => api.key();
export const scheduleQuery = (scheduleId: string) =>
  api.getSchedule.queryOptions({ input: { scheduleId }, select: ({ schedule }) => schedule });
export const nextRunsQuery = (scheduleId: string) =>
  api.nextRuns.queryOptions({ input: { scheduleId, count: 10 }, select: ({ times }) => times });
/** The runs that its page draws and lists. */
export const scheduleRunsQuery = (scheduleId: string) =>
  api.scheduleRuns.queryOptions({ input: { scheduleId, limit: 500 } });
export const calendarQuery = (hours: number) => api.calendar.queryOptions({ input: { hours } });

type Timing = Parameters<typeof calls.previewSchedule>[0];
/** What a timing means; the answer to what was typed before stays until the next is there. */
export const previewQuery = (timing: Timing) =>
  api.previewSchedule.queryOptions({
    input: { ...timing, count: 5 },
    placeholderData: keepPreviousData,
    retry: false,
    meta: { isQuiet: true },
  });
