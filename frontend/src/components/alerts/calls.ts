import { alerts } from '@job-manager/shared/contract/alerts';
import { createTanstackQueryUtils } from '@orpc/tanstack-query';
import type { QueryClient } from '@tanstack/react-query';
import { createClient } from '../../api/client';
import { refreshBadges } from '../useBadges';

/** The calls about alerts, loaded with the parts that make them. */
export const { alerts: calls } = createClient({ alerts });

export const api = createTanstackQueryUtils(calls, { path: ['alerts'] });

/** Reads all of alerts anew, and the figure beside the navigation. */
export function refreshAlerts(queryClient: QueryClient): void {
  void queryClient.invalidateQueries({ queryKey: api.key() });
  refreshBadges(queryClient);
}
