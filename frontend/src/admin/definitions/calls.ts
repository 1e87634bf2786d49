import { definitions } from '@job-manager/shared/contract/definitions';
import { jobSettingsCalls } from '@job-manager/shared/contract/job-settings';
import { createTanstackQueryUtils } from '@orpc/tanstack-query';
import { createClient, api as panel } from '../../api/client';

/** The calls about jobs, loaded with the pages that make them. */
const { definitions: calls, jobSettings } = createClient({ definitions, jobSettings: jobSettingsCalls });

export { jobSettings };

const api = createTanstackQueryUtils(calls, { path: ['definitions'] });

/** Jobs with what operators have set of them, as of now. */
export const jobsQuery = () => panel.jobs.definitions.queryOptions({ select: ({ jobs }) => jobs, staleTime: 0 });
export const jobsKey = () => panel.jobs.definitions.key();
export const activityQuery = () => api.activity.queryOptions({ select: ({ jobs }) => jobs });
export const recentQuery = (jobName: string) =>
  api.recent.queryOptions({ input: { jobName }, select: ({ recent }) => recent });
