import { useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { trackError } from '../../api/errorTracking';
import { toFailure } from '../../api/failure';
import { useAction } from '../../api/useAction';
import { refreshAlerts } from '../../components/alerts/calls';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { toastSuccess } from '../../ui/toast';

interface Props {
  /** What is removed: `rule`. */
  noun: 'rule' | 'destination';
  name: string;
  remove: () => Promise<unknown>;
  /** What becomes of what depends on it. */
  children: ReactNode;
  onClose: () => void;
}

/** Asks before a rule or a destination is removed. */
export function RemovalDialog({ noun, name, remove, children, onClose }: Props) {
  const queryClient = useQueryClient();
  const { mutate, isPending, error } = useAction({
    mutationFn: remove,
    onSuccess: () => {
      toastSuccess({ message: `The ${noun} “${name}” is removed.` });
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
      fault={error && toFailure(error).details}
      onConfirm={() => mutate()}
      onClose={onClose}
    >
      <p>{children}</p>
    </ConfirmDialog>
  );
}
