import { useQuery } from '@tanstack/react-query';
import { type ActiveFilter, cancelMany, cancelManyPreviewQuery } from '../../api/active-queries';
import { toFailure } from '../../api/failure';
import { useAction } from '../../api/useAction';
import { spellRuns } from '../../lib/spell-runs';
import { toastSuccess } from '../../ui/toast';
import { CancelManyDialog } from './CancelManyDialog';

interface Props {
  title: string;
  /** Which runs they are, in words. */
  subject?: string;
  filter: ActiveFilter;
  onClose: () => void;
  onDone?: () => void;
}

/** Says which of some active runs a cancel would touch, and cancels them; those that were queued since are left alone. */
export function CancelActiveDialog({ title, subject, filter, onClose, onDone }: Props) {
  const { data: preview, error } = useQuery(cancelManyPreviewQuery(filter));
  const { cancelled: waiting = 0, asked: running = 0 } = preview ?? {};
  const cancel = useAction({
    mutationFn: (upTo: string) => cancelMany({ ...filter, upTo }),
    onSuccess: ({ cancelled, asked }) => {
      const missed = waiting + running - cancelled - asked;
      const done = `${spellRuns(cancelled)} cancelled, ${spellRuns(asked)} asked to stop`;
      toastSuccess({ message: missed > 0 ? `${done}; ${spellRuns(missed)} had gone on or ended meanwhile` : done });
      onClose();
      onDone?.();
    },
  });
  const failure = cancel.error ?? error;
  return (
    <CancelManyDialog
      title={title}
      subject={subject}
      named={filter.jobRunIds?.length}
      preview={preview}
      isPending={cancel.isPending}
      fault={failure && toFailure(failure).details}
      onConfirm={() => preview?.upTo != null && cancel.mutate(preview.upTo)}
      onClose={onClose}
    />
  );
}
