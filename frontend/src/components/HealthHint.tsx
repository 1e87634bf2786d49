import type { SystemHealth } from '@job-manager/shared/contract/health';
import { IconAlertTriangle, IconArrowRight, IconUrgent } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect } from 'react';
import { Link } from 'react-router-dom';
import { healthQuery } from '../api/health-queries';
import type { ActiveChange } from '../api/live/active-runs';
import { useFallback } from '../api/live/HttpFallback';
import { useLive, useLiveChanges } from '../api/live/LiveProvider';
import { useServerTime } from '../api/server-clock';
import { paths } from '../paths';
import { useSteady } from '../ui/hold-still';
import classes from './HealthHint.module.css';

/** One line when not all is well, leading to why; nothing otherwise, nor when health itself can't be read. */
export function HealthHint() {
  const health = useSteady(useHealthInPassing());
  const [worst] = health?.reasons ?? [];
  if (health === undefined || health.verdict === 'OK') return null;
  const Icon = health.verdict === 'CRITICAL' ? IconUrgent : IconAlertTriangle;
  return (
    <Link to={paths.systemStatus} className={classes.hint} data-verdict={health.verdict}>
      <Icon size={18} aria-hidden className={classes.icon} />
      <span className={classes.words}>
        <strong>{health.verdict === 'CRITICAL' ? 'Critical' : 'Warning'}</strong>
        {worst && `: ${worst.message}`}
        {health.reasons.length > 1 && ` (and ${health.reasons.length - 1} more)`}
      </span>
      <span className={classes.way}>
        System status <IconArrowRight size={14} aria-hidden />
      </span>
    </Link>
  );
}

const EVERY_MS = 30_000;
/** A due run starts within a moment where all is well. */
const LATE_AFTER_MS = 15_000;
/** What was read before a run was late doesn't explain why. */
const FRESH_MS = 5_000;

/**
 * Health for pages that are about something else: read once the page has what it came for, when runs come, start or
 * end, and when one that is due doesn't start; every half minute only while trouble is shown. A tab where nothing
 * happens makes no query.
 */
function useHealthInPassing(): SystemHealth | undefined {
  const queryClient = useQueryClient();
  const { isBlocked } = useFallback();
  const isLiveSettled = useLive((live) => live.isLoaded || live.status === 'reconnecting');
  const isSettled = isLiveSettled || isBlocked;
  const isLate = useIsWorkLate();
  const { data } = useQuery({
    ...healthQuery(),
    enabled: isSettled,
    staleTime: EVERY_MS,
    refetchOnWindowFocus: true,
    refetchInterval: ({ state }) => state.data !== undefined && state.data.verdict !== 'OK' && EVERY_MS,
  });
  const readIfOld = useCallback(
    (staleTime: number) => void queryClient.prefetchQuery({ ...healthQuery(), staleTime }),
    [queryClient],
  );
  useEffect(() => {
    if (isSettled && isLate) readIfOld(FRESH_MS);
  }, [isSettled, isLate, readIfOld]);
  useLiveChanges(
    useCallback(
      ({ added, started, completed, vanished }: ActiveChange) => {
        if (added.length + started.length + completed.length + vanished.length > 0) readIfOld(EVERY_MS);
      },
      [readIfOld],
    ),
  );
  return data;
}

/** Whether a run that is due has waited for longer than a healthy system lets it. */
function useIsWorkLate(): boolean {
  const runs = useLive((live) => live.runs);
  return useServerTime((now) =>
    runs.some((run) => run.status === 'QUEUED' && !run.isBlocked && Date.parse(run.runAt) + LATE_AFTER_MS < now),
  );
}
