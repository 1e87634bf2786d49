import type { Issue } from '@job-manager/shared/contract/issues';
import { useQueryClient } from '@tanstack/react-query';
import { trackError } from '../../api/errorTracking';
import { toFailure } from '../../api/failure';
import { useAction } from '../../api/useAction';
import { toastError, toastSuccess } from '../../ui/toast';
import { muteIssue, overviewQuery } from './calls';

/** A time, as long as the issue lasts, or shown again. */
export type MuteUntil = Parameters<typeof muteIssue>[0]['until'];

interface Change {
  issue: Pick<Issue, 'key' | 'message'>;
  until: MuteUntil;
}

/** Leaves issues out of the list for a while, which the toast offers to undo. */
export function useIssueMutes(): (issue: Change['issue'], until: MuteUntil) => void {
  const queryClient = useQueryClient();
  const { queryKey } = overviewQuery();
  const { mutate } = useAction({
    mutationFn: ({ issue: { key }, until }: Change) => muteIssue({ key, until }),
    onSuccess: (issues, { issue, until }) => {
      queryClient.setQueryData(queryKey, (overview) => overview && { ...overview, issues });
      const offer = until === null ? undefined : { label: 'Undo', act: () => mutate({ issue, until: null }) };
      const message = until === null ? 'The issue is listed again.' : 'Muted. The issue is not listed until then.';
      toastSuccess({ id: `mute of ${issue.key}`, message, offer });
    },
    onError: (failed) => {
      trackError(failed, { action: 'muteIssue', component: 'HotIssues' });
      toastError({ title: 'Nothing was changed', message: toFailure(failed).details });
    },
  });
  return (issue, until) => mutate({ issue, until });
}
