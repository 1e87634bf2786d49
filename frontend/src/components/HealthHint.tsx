import type { SystemHealth } from '@job-manager/shared/contract/health';
import { IconAlertTriangle, IconArrowRight, IconUrgent } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { Link } from 'react-router-dom';
import { healthQuery } from '../api/health-queries';
import { useLive } from '../api/live/LiveProvider';
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

/**
 * Health for pages that are about something else: asked for once the page has what it came for, then while
 * there is work or trouble. A quiet system where all is well costs an idle tab no query.
 */
function useHealthInPassing(): SystemHealth | undefined {
  const queryClient = useQueryClient();
  const isSettled = useLive((live) => live.isLoaded || live.status === 'reconnecting');
  const hasWork = useLive((live) => live.counts !== null && live.counts.running + live.counts.queued > 0);
  const { data } = useQuery({
    ...healthQuery(),
    enabled: isSettled,
    staleTime: EVERY_MS,
    refetchOnWindowFocus: true,
    refetchInterval: ({ state }) => (hasWork || (state.data && state.data.verdict !== 'OK') ? EVERY_MS : false),
  });
  useEffect(() => {
    // Work has come after a quiet time: what was known may be old.
    if (hasWork) void queryClient.prefetchQuery({ ...healthQuery(), staleTime: EVERY_MS });
  }, [hasWork, queryClient]);
  return data;
}
