import { api } from './client';

/** Whether all is well. The part that shows it also shows when it could not be read again. */
export const healthQuery = () => api.health.get.queryOptions({ meta: { isQuiet: true } });

export const healthKey = () => api.health.get.key();
