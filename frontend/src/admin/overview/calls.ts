import { issueCalls } from '@job-manager/shared/contract/issues';
import { queryOptions } from '@tanstack/react-query';
import { createClient } from '../../api/client';

const { issues: calls } = createClient({ issues: issueCalls });

/** Issues, small figures of today and heartbeats: one call for what the Overview alone shows. */
export const overviewQuery = () =>
  queryOptions({ queryKey: ['overview'], queryFn: ({ signal }) => calls.overview(undefined, { signal }) });

export const { muteIssue } = calls;
