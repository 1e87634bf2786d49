import { system } from '@job-manager/shared/contract/system';
import { createTanstackQueryUtils } from '@orpc/tanstack-query';
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { createClient } from '../../api/client';
import { useLiveAlerts } from '../../api/live/LiveProvider';

/** The calls about the parts of the installation, loaded with the page that makes them. */
export const { system: calls } = createClient({ system });

export const api = createTanstackQueryUtils(calls, { path: ['system'] });

/** Reads the service matrix and the service log again. */
export const refreshSystem = (queryClient: QueryClient): void =>
  void queryClient.invalidateQueries({ queryKey: api.key() });

/** Reads the shown state of the system again when the socket reports that an incident opened or is over. */
export function useFreshSystem(): void {
  const queryClient = useQueryClient();
  useLiveAlerts(
    useCallback(
      (changes) => {
        if (changes.length === 0 || changes.some(({ event }) => event !== 'changed')) refreshSystem(queryClient);
      },
      [queryClient],
    ),
  );
}
