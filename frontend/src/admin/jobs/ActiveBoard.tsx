import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { Button } from '@mantine/core';
import { IconFilterOff } from '@tabler/icons-react';
import { useMemo } from 'react';
import { useServerTime } from '../../api/server-clock';
import { ConnectionBanner } from '../../components/ConnectionBanner';
import { EmptyState } from '../../ui/EmptyState';
import { ActiveJobsMonitor } from './ActiveJobsMonitor';
import { ActiveToolbar, StateCounts } from './ActiveToolbar';
import { type ActiveFilters, isWanted } from './active-groups';
import { useActivePlace } from './active-place';
import { QueueBeyond } from './QueueBeyond';
import { RunBoard } from './RunBoard';
import { useActiveList } from './useActiveList';

/** How often time alone may bring a run into the filter, or out of it. */
const REFILTER_MS = 2_000;

/** The active runs to work in: filtered, grouped, of any number, and the queue beyond what lives. */
export function ActiveBoard({ onCleanupStalled }: { onCleanupStalled?: () => void }) {
  const list = useActiveList();
  const { filters, set } = useActivePlace();
  const jobs = useWanted(list.jobs, filters);
  const clear = () => set({ q: null, job: null, channel: null, state: null });
  const queued = list.counts?.queued ?? 0;
  const shown = useMemo(() => list.jobs.filter(({ status }) => status === 'QUEUED').length, [list.jobs]);
  return (
    <>
      <ConnectionBanner />
      <ActiveJobsMonitor
        {...list}
        jobs={jobs}
        isOnlySection
        List={RunBoard}
        aside={<StateCounts runs={list.jobs} />}
        toolbar={<ActiveToolbar runs={list.jobs} />}
        noMatch={list.jobs.length > 0 ? <NoMatch onClear={clear} /> : undefined}
        below={<QueueBeyond hidden={queued - shown} queued={queued} />}
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
