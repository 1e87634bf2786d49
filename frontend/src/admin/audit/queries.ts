import type { AuditAction, AuditSubject } from '@job-manager/shared/audit';
import { keepPreviousData } from '@tanstack/react-query';
import { api, contract } from '../../api/administration-client';
import { downloadAddress } from '../../api/download-address';
import { endOfDay, startOfDay } from '../../lib/read-time';

export interface AuditFilters {
  actor?: string;
  action?: AuditAction;
  jobRunId?: string;
  about?: 'maintenance' | AuditSubject;
  /** The whole name of what was acted on. */
  target?: string;
  /** Days in the zone that the panel shows, both included: `2026-11-22`. */
  from?: string;
  to?: string;
  /** Who signed in and out is left out. */
  hide?: 'sign-ins';
}

/** A page of the log: the entries older than `before`, or the newest. */
export const auditQuery = (filters: AuditFilters, before: string | undefined) =>
  api.audit.list.queryOptions({ input: { ...inTimes(filters), before }, placeholderData: keepPreviousData });

export const auditExport = (filters: AuditFilters): string => downloadAddress(contract.audit.export, inTimes(filters));

/** Days become the moments at which they begin and end in the zone that the panel shows. */
const inTimes = ({ from, to, about, ...rest }: AuditFilters) => ({
  ...rest,
  ...(about === 'maintenance' ? { about } : { subject: about }),
  from: from && startOfDay(from),
  to: to && endOfDay(to),
});
