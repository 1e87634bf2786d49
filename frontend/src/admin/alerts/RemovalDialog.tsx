import { useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { trackError } from '../../api/errorTracking';
import { toFailure } from '../../api/failure';
import { useAction } from '../../api/useAction';
import { refreshAlerts } from '../../components/alerts/calls';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { toastError, toastSuccess } from '../../ui/toast';

interface Props {
  /** The noun of the removed object: `rule`. */
  noun: 'rule' | 'destination';
  name: string;
  remove: () => Promise<unknown>;
  /** Creates it again, where that can be undone. */
  restore?: () => Promise<unknown>;
  /** What becomes of what depends on it. */
  children: ReactNode;
  onClose: () => void;
}

/** Confirms before a rule or a destination is removed. */
export function RemovalDialog({ noun, name, remove, restore, children, onClose }: Props) {
  const queryClient = useQueryClient();
  const restoring = useAction({
    mutationFn: async () => restore?.(),
    onSuccess: () => void toastSuccess({ message: `The ${noun} “${name}” is back.` }),
    onError: (failed) => toastError({ title: `The ${noun} could not be restored`, message: toFailure(failed).details }),
    onSettled: () => refreshAlerts(queryClient),
  });
  const { mutate, isPending, error } = useAction({
    mutationFn: remove,
    onSuccess: () => {
      const offer = restore && { label: 'Undo', act: () => restoring.mutate() };
      toastSuccess({ message: `The ${noun} “${name}” is removed.`, offer });
      onClose();
    },
    onError: (failed) => trackError(failed, { action: `remove ${noun}`, component: 'AlertsPage' }),
    onSettled: () => refreshAlerts(queryClient),
  });
  return (
    <ConfirmDialog
      title={`Remove ${noun}?`}
      subject={name}
      confirm="Remove"
      isDangerous
      isPending={isPending}
      errorText={error && toFailure(error).details}
      onConfirm={() => mutate()}
      onClose={onClose}
    >
      <p>{children}</p>
    </ConfirmDialog>
  );
}
