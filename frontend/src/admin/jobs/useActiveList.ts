import { useQuery } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import { definitionsQuery, stalledAfterQuery } from '../../api/job-queries';
import { useFallback } from '../../api/live/HttpFallback';
import { useLive } from '../../api/live/LiveProvider';
import { useOpenedRun } from '../../components/url-state';
import { limitsOf } from './attention';
import { useCancelling } from './CancelProvider';

/** The active runs over the live connection; where that doesn't get through, as the API answered last. With what can be done to them. */
export function useActiveList() {
  const { active: answered } = useFallback();
  const received = useLive((live) => live.runs);
  const runs = answered?.runs ?? received;
  const ended = useLive((live) => live.ended);
  const counts = useLive((live) => (answered === null ? live.counts : null));
  const isLoaded = useLive((live) => live.isLoaded);
  const { data: definitions } = useQuery(definitionsQuery());
  const { data: stalledAfterMs } = useQuery(stalledAfterQuery());
  const limits = useMemo(() => limitsOf(definitions, stalledAfterMs), [definitions, stalledAfterMs]);
  const { requested, cancel } = useCancelling();
  const { open } = useOpenedRun();
  const jobs = useMemo(() => runs.filter((run) => requested.get(run.id) !== 'gone'), [runs, requested]);
  const isCancelling = useCallback((jobRunId: string) => requested.has(jobRunId), [requested]);
  const loading = !isLoaded && answered === null;
  return { jobs, ended, counts, loading, limitsOf: limits, isCancelling, onCancel: cancel, onViewDetails: open };
}
