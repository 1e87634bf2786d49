import { api } from '../../api/client';

export const tokensQuery = () => api.tokens.list.queryOptions({ select: ({ tokens }) => tokens });

export const tokensKey = () => api.tokens.list.key();
