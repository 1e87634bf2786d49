import type { BulkAction } from '@job-manager/shared/contract/bulk';
import { useAllowed } from '../../api/session';
import { bulkActs } from './acts';

/** Whether this person may do so to many runs. */
export function useMayDo(action: BulkAction): boolean {
  const can = useAllowed();
  return can('bulk') && bulkActs[action].needs.every((permission) => can(permission));
}
