import { issueCalls } from '@job-manager/shared/contract/issues';
import { runLists } from '@job-manager/shared/contract/run-lists';
import { queryOptions } from '@tanstack/react-query';
import { createClient } from '../../api/client';

const calls = createClient({ runLists: { snapshots: runLists.snapshots }, issues: issueCalls });

/** Small figures of today. */
export const snapshotsQuery = () =>
  queryOptions({
    queryKey: ['snapshots'],
    queryFn: ({ signal }) => calls.runLists.snapshots(undefined, { signal }),
  });

/** What needs an operator. */
export const issuesQuery = () =>
  queryOptions({ queryKey: ['issues'], queryFn: ({ signal }) => calls.issues.issues(undefined, { signal }) });
