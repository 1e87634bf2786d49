import { useQuery } from '@tanstack/react-query';
import { type ActiveFilter, cancelMany, cancelManyPreviewQuery } from '../../api/active-queries';
import { toFailure } from '../../api/failure';
import { useAction } from '../../api/useAction';
import { toastSuccess } from '../../ui/toast';
import { CancelManyDialog, spellRuns } from './CancelManyDialog';

interface Props {
  /** What the group is called. */
  label: string;
  filter: ActiveFilter;
  onClose: () => void;
}

/** Says which runs of a group a cancel would touch, and cancels them; those that were queued since are left alone. */
export function CancelGroupDialog({ label, filter, onClose }: Props) {
  const { data: preview, error } = useQuery(cancelManyPreviewQuery(filter));
  const cancel = useAction({
    mutationFn: (upTo: string) => cancelMany({ ...filter, upTo }),
    onSuccess: ({ cancelled, asked }) => {
      const { cancelled: waiting = 0, asked: running = 0 } = preview ?? {};
      const missed = waiting + running - cancelled - asked;
      const done = `${spellRuns(cancelled)} cancelled, ${spellRuns(asked)} asked to stop`;
      toastSuccess({ message: missed > 0 ? `${done}; ${spellRuns(missed)} had gone on or ended meanwhile` : done });
      onClose();
    },
  });
  const failure = cancel.error ?? error;
  return (
    <CancelManyDialog
      title="Cancel all in group"
      subject={label}
      preview={preview}
      isPending={cancel.isPending}
      fault={failure && toFailure(failure).details}
      onConfirm={() => preview?.upTo != null && cancel.mutate(preview.upTo)}
      onClose={onClose}
    />
  );
}
