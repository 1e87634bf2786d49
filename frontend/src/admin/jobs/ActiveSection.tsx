import { useQuery } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import { definitionsQuery, stalledAfterQuery } from '../../api/job-queries';
import { useFallback } from '../../api/live/HttpFallback';
import { useLive } from '../../api/live/LiveProvider';
import { ConnectionBanner } from '../../components/ConnectionBanner';
import { useOpenedRun } from '../../components/url-state';
import { ActiveJobsMonitor } from './ActiveJobsMonitor';
import { limitsOf } from './attention';
import { useCancelling } from './CancelProvider';

interface Props {
  /** The page has nothing else: no title, and the list grows with its content. */
  isOnlySection?: boolean;
  /** Absent for those who may not. */
  onCleanupStalled?: () => void;
}

/** The active list over the live connection; where that doesn't get through, as the API answered last. */
export function ActiveSection({ isOnlySection, onCleanupStalled }: Props) {
  const { active: answered } = useFallback();
  const told = useLive((live) => live.runs);
  const runs = answered?.runs ?? told;
  const ended = useLive((live) => live.ended);
  const counts = useLive((live) => (answered === null ? live.counts : null));
  const isLoaded = useLive((live) => live.isLoaded);
  const { data: definitions } = useQuery(definitionsQuery());
  const { data: stalledAfterMs } = useQuery(stalledAfterQuery());
  const limits = useMemo(() => limitsOf(definitions, stalledAfterMs), [definitions, stalledAfterMs]);
  const { asked, cancel } = useCancelling();
  const { open } = useOpenedRun();
  const jobs = useMemo(() => runs.filter((run) => asked.get(run.id) !== 'gone'), [runs, asked]);
  const isCancelling = useCallback((jobRunId: string) => asked.has(jobRunId), [asked]);
  return (
    <>
      <ConnectionBanner />
      <ActiveJobsMonitor
        jobs={jobs}
        ended={ended}
        counts={counts}
        loading={!isLoaded && answered === null}
        isOnlySection={isOnlySection}
        limitsOf={limits}
        isCancelling={isCancelling}
        onCancel={cancel}
        onViewDetails={open}
        onCleanupStalled={onCleanupStalled}
      />
    </>
  );
}
