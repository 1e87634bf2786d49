import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { isSignedOut, toFailure } from './failure';

interface Listeners {
  /** The session ended under us. */
  onSignedOut(queryClient: QueryClient): void;
  /** Something could not be read; `call` names it: `jobs.history`. */
  onFailure(error: unknown, call: string): void;
  /** Data that is already on screen could not be read again; not reported for queries whose `meta` sets `isQuiet`. */
  onStale(error: unknown, retry: () => void): void;
}

/** Nothing is fetched without a request or an event: an idle tab causes no query. */
export function createQueryClient({ onSignedOut, onFailure, onStale }: Listeners): QueryClient {
  const queryClient: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError: (error, query) => {
        if (isSignedOut(error)) return onSignedOut(queryClient);
        onFailure(error, callOf(query.queryKey));
        if (query.state.data !== undefined && query.meta?.isQuiet !== true) onStale(error, () => void query.fetch());
      },
    }),
    mutationCache: new MutationCache({
      onError: (error) => {
        if (isSignedOut(error)) onSignedOut(queryClient);
      },
    }),
    defaultOptions: {
      queries: {
        networkMode: 'always',
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        retry: (count, error) => count < 1 && isWorthRetrying(error),
        retryDelay: 500,
      },
      mutations: { networkMode: 'always', retry: false },
    },
  });
  return queryClient;
}

/** The keys of calls begin with their place in the contract. */
function callOf([path]: readonly unknown[]): string {
  return Array.isArray(path) ? path.join('.') : String(path);
}

function isWorthRetrying(error: unknown): boolean {
  const { status } = toFailure(error);
  return status === null || status >= 500;
}
