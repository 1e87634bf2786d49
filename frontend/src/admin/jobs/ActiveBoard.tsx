import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { Button } from '@mantine/core';
import { IconFilterOff } from '@tabler/icons-react';
import { Suspense, useMemo } from 'react';
import { useServerTime } from '../../api/server-clock';
import { ConnectionBanner } from '../../components/ConnectionBanner';
import { useTicks } from '../../components/ticks';
import { EmptyState } from '../../ui/EmptyState';
import { useHoldStill } from '../../ui/hold-still';
import { loadable } from '../../ui/loadable';
import { ActiveJobsMonitor } from './ActiveJobsMonitor';
import { ActiveToolbar, StateCounts } from './ActiveToolbar';
import { type ActiveFilters, isWanted } from './active-groups';
import { useActiveUrlState } from './active-url-state';
import { QueueBeyond } from './QueueBeyond';
import { RunBoard } from './RunBoard';
import { useActiveList } from './useActiveList';

const ActiveSelection = loadable(() => import('./ActiveSelection').then((module) => module.ActiveSelection));

/** How often time alone may bring a run into the filter, or out of it. */
const REFILTER_MS = 2_000;

/** The active runs to work in: filtered, grouped, of any number, and the queue beyond what lives. */
export function ActiveBoard({ onCleanupStalled }: { onCleanupStalled?: () => void }) {
  const list = useActiveList();
  const { filters, set } = useActiveUrlState();
  const jobs = useWanted(list.jobs, filters);
  const ticks = useTicks(`active ${JSON.stringify(filters)}`);
  useHoldStill(ticks.ids.size > 0);
  const clear = () => set({ q: null, job: null, channel: null, runner: null, state: null });
  return (
    <>
      <ConnectionBanner />
      <ActiveJobsMonitor
        {...list}
        jobs={jobs}
        isOnlySection
        List={RunBoard}
        aside={list.jobs.length > 0 ? <StateCounts runs={list.jobs} queued={list.counts?.queued ?? 0} /> : null}
        toolbar={<ActiveToolbar runs={list.jobs} />}
        noMatch={list.jobs.length > 0 ? <NoMatch onClear={clear} /> : undefined}
        below={
          <>
            <QueueBeyond runs={list.jobs} queued={list.counts?.queued ?? 0} filters={filters} />
            {ticks.ids.size > 0 && (
              <Suspense>
                <ActiveSelection ticks={ticks} active={list.jobs} shown={jobs} />
              </Suspense>
            )}
          </>
        }
        ticks={ticks}
        onCleanupStalled={onCleanupStalled}
      />
    </>
  );
}

function useWanted(jobs: readonly JobRunSummary[], filters: ActiveFilters): readonly JobRunSummary[] {
  const now = useServerTime((time) => Math.floor(time / REFILTER_MS) * REFILTER_MS);
  return useMemo(() => jobs.filter((run) => isWanted(run, filters, now)), [jobs, filters, now]);
}

function NoMatch({ onClear }: { onClear: () => void }) {
  return (
    <EmptyState
      icon={IconFilterOff}
      title="No active run matches"
      text="Others are active; these filters leave none of them."
      action={
        <Button variant="default" onClick={onClear}>
          Clear filters
        </Button>
      }
    />
  );
}
