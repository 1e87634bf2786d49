import { definitions } from '@job-manager/shared/contract/definitions';
import { createTanstackQueryUtils } from '@orpc/tanstack-query';
import { createClient } from '../../api/client';

const { definitions: client } = createClient({ definitions });
const api = createTanstackQueryUtils(client, { path: ['definitions'] });

export type CheckInput = Parameters<typeof client.check>[0];

/**
 * The problems that enqueueing would find in these parameters, which runs of the job are under way, and what a run
 * would wait for.
 */
export const checkQuery = (input: CheckInput) =>
  api.check.queryOptions({
    input,
    retry: false,
    gcTime: 0,
    meta: { isQuiet: true },
  });

/** A run of the job that runs or waits. */
export type UnderWay = NonNullable<Awaited<ReturnType<typeof client.check>>['underWay']>[number];
