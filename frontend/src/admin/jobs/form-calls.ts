import { presets } from '@job-manager/shared/contract/presets';
import { createTanstackQueryUtils } from '@orpc/tanstack-query';
import { createClient } from '../../api/client';

/** The calls about presets, loaded with the form that queues a run. */
export const { presets: presetCalls } = createClient({ presets });

const api = createTanstackQueryUtils(presetCalls, { path: ['presets'] });

export const presetsQuery = (jobName: string) =>
  api.list.queryOptions({ input: { jobName }, select: ({ presets: listed }) => listed });
export const presetsKey = () => api.list.key();
