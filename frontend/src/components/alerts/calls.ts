import { alerts } from '@job-manager/shared/contract/alerts';
import { createTanstackQueryUtils } from '@orpc/tanstack-query';
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect } from 'react';
import { createClient } from '../../api/client';
import { FALLBACK_EVERY_MS, useFallback } from '../../api/live/HttpFallback';
import { useLiveAlerts } from '../../api/live/LiveProvider';
import { refreshBadges } from '../useBadges';

/** The calls about alerts, loaded with the parts that make them. */
export const { alerts: calls } = createClient({ alerts });

export const api = createTanstackQueryUtils(calls, { path: ['alerts'] });

/** Reads all of alerts again, and the figure beside the navigation. */
export function refreshAlerts(queryClient: QueryClient): void {
  void queryClient.invalidateQueries({ queryKey: api.key() });
  refreshBadges(queryClient);
}

/**
 * Reads the shown alerts again when the socket reports a change, and now and then where the socket does not get
 * through.
 */
export function useFreshAlerts(): void {
  const queryClient = useQueryClient();
  const refresh = useCallback(() => void queryClient.invalidateQueries({ queryKey: api.key() }), [queryClient]);
  useLiveAlerts(refresh);
  const { isBlocked } = useFallback();
  useEffect(() => {
    if (!isBlocked) return;
    const timer = setInterval(refresh, FALLBACK_EVERY_MS);
    return () => clearInterval(timer);
  }, [isBlocked, refresh]);
}
