import { type RunnerDetails, runners } from '@job-manager/shared/contract/runners';
import type { RunnerLogLevel } from '@job-manager/shared/runner';
import { createTanstackQueryUtils } from '@orpc/tanstack-query';
import type { QueryClient } from '@tanstack/react-query';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { createClient } from '../../api/client';
import type { RunnersMessage } from '../../api/live/followed-runs';
import { useFollowRunners } from '../../api/live/LiveProvider';

/** The calls about runners, loaded with the pages that make them. */
export const { runners: calls } = createClient({ runners });

/** A command to runners, as it is sent. */
export type RunnerOrder = Parameters<typeof calls.sendRunnerCommand>[0];

const api = createTanstackQueryUtils(calls, { path: ['runners'] });

export const runnersQuery = () => api.listRunners.queryOptions();
export const runnerQuery = (runnerId: string) => api.getRunner.queryOptions({ input: { runnerId } });
export const defaultsQuery = () => api.getRunnerDefaults.queryOptions();
/** Read again with each dialog that shows it. */
export const setupQuery = () => api.getRunnerSetup.queryOptions({ staleTime: 0 });
export const beatsQuery = (runnerId: string) => api.listRunnerBeats.queryOptions({ input: { runnerId } });
export const runsQuery = (runnerId: string) => api.listRunnerRuns.queryOptions({ input: { runnerId } });
export const logQuery = ({ follow, ...input }: { runnerId: string; level: RunnerLogLevel; follow: boolean }) =>
  api.readRunnerLog.queryOptions({ input: { ...input, ...(follow && { follow: 'true' }) } });
export const eventsQuery = (input: { runnerId?: string; severity?: 'warning' | 'error'; since?: string }) =>
  api.listRunnerEvents.queryOptions({ input });
export const previewQuery = (order: Parameters<typeof calls.previewRunnerCommand>[0]) =>
  api.previewRunnerCommand.queryOptions({ input: order, staleTime: 0, gcTime: 0 });

export type RunnersAnswer = Awaited<ReturnType<typeof calls.listRunners>>;
export type Beats = Awaited<ReturnType<typeof calls.listRunnerBeats>>;

/** All runners as they are now: a part of the page that reads them draws with each heartbeat. */
export const useRunners = (): readonly RunnerDetails[] => useQuery(runnersQuery()).data?.runners ?? NONE;
const NONE: readonly RunnerDetails[] = [];

/** Has the live connection keep what was read of runners up to date, while a page shows them. */
export function useLiveRunners(): void {
  const queryClient = useQueryClient();
  const follow = useFollowRunners();
  useEffect(() => follow((message) => take(queryClient, message)), [follow, queryClient]);
}

function take(queryClient: QueryClient, message: RunnersMessage): void {
  switch (message.type) {
    case 'server.admin.runners_snapshot':
      queryClient.setQueryData(runnersQuery().queryKey, message.data);
      for (const runner of message.data.runners) takeOne(queryClient, runner);
      break;
    case 'server.admin.runner_changed': {
      const { runner } = message.data;
      queryClient.setQueryData(
        runnersQuery().queryKey,
        (known) => known && { ...known, runners: withRunner(known.runners, runner) },
      );
      takeOne(queryClient, runner);
      break;
    }
    case 'server.admin.runner_event':
      void queryClient.invalidateQueries({ queryKey: api.listRunnerEvents.key() });
      break;
  }
}

function takeOne(queryClient: QueryClient, runner: RunnerDetails): void {
  queryClient.setQueryData(runnerQuery(runner.id).queryKey, (known) => known && { ...known, runner });
}

function withRunner(known: RunnerDetails[], runner: RunnerDetails): RunnerDetails[] {
  const at = known.findIndex(({ id }) => id === runner.id);
  return at < 0 ? [...known, runner] : known.with(at, runner);
}
