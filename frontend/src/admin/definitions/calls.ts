import { jobSettingsCalls } from '@job-manager/shared/contract/job-settings';
import { createClient, api as panel } from '../../api/client';

/** The calls about jobs, loaded with the pages that make them. */
export const { jobSettings } = createClient({ jobSettings: jobSettingsCalls });

/** Jobs with what operators have set of them, as of now. */
export const jobsQuery = () => panel.jobs.definitions.queryOptions({ select: ({ jobs }) => jobs, staleTime: 0 });
export const jobsKey = () => panel.jobs.definitions.key();
export { activityQuery, recentQuery } from '../../api/job-activity-queries';
