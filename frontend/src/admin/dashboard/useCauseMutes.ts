import { causeMuteKey, type FailureCause } from '@job-manager/shared/contract/failures';
import { issueCalls } from '@job-manager/shared/contract/issues';
import { useQueryClient } from '@tanstack/react-query';
import { createClient } from '../../api/client';
import { trackError } from '../../api/errorTracking';
import { toFailure } from '../../api/failure';
import { useAction } from '../../api/useAction';
import { failuresKey } from '../../components/metrics/metric-calls';
import { toastError, toastSuccess } from '../../ui/toast';

const { issues: calls } = createClient({ issues: { muteIssue: issueCalls.muteIssue } });

interface Change {
  cause: Pick<FailureCause, 'fingerprint' | 'cause'>;
  /** Null lists it again. */
  until: string | null;
}

/** Leaves causes of failures out of the list for a while, which the toast offers to undo. */
export function useCauseMutes(): (change: Change) => void {
  const queryClient = useQueryClient();
  const { mutate } = useAction({
    mutationFn: ({ cause, until }: Change) => calls.muteIssue({ key: causeMuteKey(cause.fingerprint), until }),
    onSuccess: (_issues, { cause, until }) => {
      const offer = until === null ? undefined : { label: 'Undo', act: () => mutate({ cause, until: null }) };
      const message = until === null ? 'The cause is listed again.' : 'Muted. The cause is not listed until then.';
      toastSuccess({ id: `mute of ${cause.fingerprint}`, message, offer });
    },
    onError: (failed) => {
      trackError(failed, { action: 'muteCause', component: 'RecentFailures' });
      toastError({ title: 'Nothing was changed', message: toFailure(failed).details });
    },
    onSettled: () => void queryClient.invalidateQueries({ queryKey: failuresKey }),
  });
  return mutate;
}
