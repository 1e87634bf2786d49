import type { ClientErrorGroup, ClientErrorState, ErrorPeriod } from '@job-manager/shared/contract/errors';
import { createTanstackQueryUtils } from '@orpc/tanstack-query';
import { keepPreviousData } from '@tanstack/react-query';
import { downloadAddress } from '../../api/download-address';
import { contract, errorCalls } from '../../api/error-calls';

const api = createTanstackQueryUtils(errorCalls, { path: ['errors'] });

export interface ErrorFilters {
  period: ErrorPeriod;
  level?: ClientErrorGroup['level'];
  search?: string;
  state?: ClientErrorState;
}

/** The answer that the page is made of. */
export type ErrorGroups = Awaited<ReturnType<typeof errorCalls.groups>>;

export const errorGroupsQuery = (filters: ErrorFilters) =>
  api.groups.queryOptions({ input: filters, placeholderData: keepPreviousData });

export const errorGroupQuery = (fingerprint: string, period: ErrorPeriod) =>
  api.group.queryOptions({ input: { fingerprint, period }, placeholderData: keepPreviousData });

export const setErrorState = (fingerprint: string, state: ClientErrorState) =>
  errorCalls.setState({ fingerprint, state });
/** Of everything about errors. */
export const errorsKey = api.key();

export const errorsExport = (filters: ErrorFilters): string => downloadAddress(contract.errors.export, { ...filters });
