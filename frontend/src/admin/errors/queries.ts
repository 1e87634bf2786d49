import type { ClientErrorGroup, ErrorPeriod } from '@job-manager/shared/contract/errors';
import { keepPreviousData } from '@tanstack/react-query';
import { api, type client } from '../../api/client';
import { downloadAddress } from '../../api/download-address';
import { contract } from '../../api/panel-contract';

export interface ErrorFilters {
  period: ErrorPeriod;
  level?: ClientErrorGroup['level'];
  search?: string;
}

/** The answer that the page is made of. */
export type ErrorGroups = Awaited<ReturnType<typeof client.errors.groups>>;

export const errorGroupsQuery = (filters: ErrorFilters) =>
  api.errors.groups.queryOptions({ input: filters, placeholderData: keepPreviousData });

export const errorGroupQuery = (fingerprint: string, period: ErrorPeriod) =>
  api.errors.group.queryOptions({ input: { fingerprint, period }, placeholderData: keepPreviousData });

export const errorsExport = (filters: ErrorFilters): string => downloadAddress(contract.errors.export, { ...filters });
