import { definitions } from '@job-manager/shared/contract/definitions';
import { presets } from '@job-manager/shared/contract/presets';
import { createTanstackQueryUtils } from '@orpc/tanstack-query';
import { createClient } from '../../api/client';

/** The calls of the form that queues a run, loaded with it. */
const client = createClient({ definitions, presets });
export const { presets: presetCalls } = client;

const api = createTanstackQueryUtils(client.presets, { path: ['presets'] });
const jobs = createTanstackQueryUtils(client.definitions, { path: ['definitions'] });

export const presetsQuery = (jobName: string) =>
  api.list.queryOptions({ input: { jobName }, select: ({ presets: listed }) => listed });
export const presetsKey = () => api.list.key();
export const recentQuery = (jobName: string) =>
  jobs.recent.queryOptions({ input: { jobName }, select: ({ recent }) => recent });

/** What enqueueing would say to these parameters. */
export const checkQuery = (jobName: string, parameters: Record<string, unknown>) =>
  jobs.check.queryOptions({
    input: { jobName, parameters },
    retry: false,
    gcTime: 0,
    meta: { isQuiet: true },
  });
