import { jobSettingsCalls } from '@job-manager/shared/contract/job-settings';
import { presets } from '@job-manager/shared/contract/presets';
import { schedules } from '@job-manager/shared/contract/schedules';
import { createTanstackQueryUtils } from '@orpc/tanstack-query';
import { useQueryClient } from '@tanstack/react-query';
import { createClient, api as panel } from '../../api/client';

/** The calls about jobs, loaded with the pages that make them. */
const client = createClient({ jobSettings: jobSettingsCalls, presets, schedules });
export const { jobSettings } = client;

/** Jobs with what operators have set of them, as of now. */
export const jobsQuery = () => panel.jobs.definitions.queryOptions({ select: ({ jobs }) => jobs, staleTime: 0 });
export const jobsKey = () => panel.jobs.definitions.key();
export { activityQuery, recentQuery } from '../../api/job-activity-queries';

const listed = createTanstackQueryUtils({ presets: client.presets, schedules: client.schedules });
export const presetsQuery = (jobName: string) =>
  listed.presets.list.queryOptions({ input: { jobName }, select: ({ presets: saved }) => saved });
export const schedulesOfQuery = (jobName: string) =>
  listed.schedules.listSchedules.queryOptions({
    select: ({ schedules: all }) => all.filter((schedule) => schedule.jobName === jobName),
  });

/** Reads again all that the page of a job shows. */
export function useRefreshJob(): () => void {
  const queryClient = useQueryClient();
  return () => void queryClient.refetchQueries({ type: 'active' });
}
