import type { Incident } from '@job-manager/shared/contract/alerts/incidents';
import { useQueryClient } from '@tanstack/react-query';
import { trackError } from '../../api/errorTracking';
import { toFailure } from '../../api/failure';
import { useAction } from '../../api/useAction';
import { calls, refreshAlerts } from '../../components/alerts/calls';
import { toastError, toastSuccess } from '../../ui/toast';

/** What a person can do about an incident. */
export function useIncidentActs() {
  return {
    acknowledge: useAct(
      'acknowledgeIncident',
      calls.acknowledge,
      () => 'Acknowledged: no reminders are sent any more.',
    ),
    mute: useAct<Parameters<typeof calls.mute>[0]>(
      'muteIncident',
      calls.mute,
      ({ mutedUntil }) =>
        mutedUntil === null ? 'Messages are sent again.' : 'Muted: no messages are sent until then.',
      ({ id, mutedUntil }) => (mutedUntil === null ? null : { incidentId: id, until: null }),
    ),
    resolve: useAct('resolveIncident', calls.resolve, () => 'Resolved. It opens again when the cause returns.'),
  };
}

function useAct<Input>(
  action: string,
  act: (input: Input) => Promise<{ incident: Incident }>,
  describe: (incident: Incident) => string,
  /** What takes it back; null where it need not be. */
  undo: (incident: Incident) => Input | null = () => null,
) {
  const queryClient = useQueryClient();
  const mutation = useAction({
    mutationFn: act,
    onSuccess: ({ incident }) => {
      const back = undo(incident);
      const offer = back === null ? undefined : { label: 'Undo', act: () => mutation.mutate(back) };
      toastSuccess({ message: describe(incident), offer });
    },
    onError: (failed) => {
      trackError(failed, { action, component: 'AlertsPage' });
      toastError({ title: 'Nothing was changed', message: toFailure(failed).details });
    },
    onSettled: () => refreshAlerts(queryClient),
  });
  return mutation;
}
