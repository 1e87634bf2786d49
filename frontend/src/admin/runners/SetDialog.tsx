import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { ChangeFields, ChangePreview, useChangeDraft } from './ChangeFields';
import type { RunnerOrder } from './calls';
import type { RunnerSubject } from './runner-subject';

interface Props {
  runners: readonly RunnerSubject[];
  isPending: boolean;
  errorText: string | null;
  onSend: (order: RunnerOrder) => void;
  onClose: () => void;
}

/** Changes settings of runners until they end, and lists the differences for each. */
export function SetDialog({ runners, isPending, errorText, onSend, onClose }: Props) {
  const draft = useChangeDraft();
  const { change } = draft;
  const [only] = runners.length === 1 ? runners : [];
  return (
    <ConfirmDialog
      title={only ? `Set ${only.name}` : `Set ${runners.length} runners`}
      confirm="Set"
      isPending={isPending}
      isChanged={change !== undefined}
      errorText={errorText}
      onConfirm={() => {
        if (change) onSend({ kind: 'SET', runnerIds: runners.map(({ id }) => id), change });
      }}
      onClose={onClose}
    >
      <p>It holds until the process ends; a new one begins with its own settings, or with the default of all.</p>
      <ChangeFields draft={draft} only={only} />
      {change && <ChangePreview runners={runners} change={change} />}
    </ConfirmDialog>
  );
}
