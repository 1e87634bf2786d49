import type { ApiToken } from '@job-manager/shared/contract/tokens';
import type { QueryClient } from '@tanstack/react-query';
import { api } from '../../api/administration-client';

export const tokensQuery = () => api.tokens.list.queryOptions({ select: ({ tokens }) => tokens });

export const tokensKey = () => api.tokens.list.key();

/** Shows a token as it is now, without waiting for the list to be read again. */
export function showToken(queryClient: QueryClient, changed: ApiToken): void {
  queryClient.setQueryData(
    api.tokens.list.queryKey(),
    (list) => list && { tokens: list.tokens.map((token) => (token.id === changed.id ? changed : token)) },
  );
}
