import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { limits } from '@job-manager/shared/limits';
import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { changeAtOnce } from '../../api/bulk-queries';
import { trackError } from '../../api/errorTracking';
import { toFailure } from '../../api/failure';
import { useAction } from '../../api/useAction';
import { followOperation } from '../../components/bulk/follow-operation';
import { spellRuns } from '../../lib/spell-runs';
import { ConfirmDialog } from '../../ui/ConfirmDialog';

interface Props {
  /** Queued ones. */
  runs: readonly JobRunSummary[];
  onClose: () => void;
  onDone: () => void;
}

/** Gives queued runs one priority; those that have started meanwhile are left alone. */
export function PriorityDialog({ runs, onClose, onDone }: Props) {
  const [value, setValue] = useState(String(runs[0]?.priority ?? 0));
  const priority = readPriority(value);
  const [isRefused, setRefused] = useState(false);
  const change = useAction({
    mutationFn: (wanted: number) =>
      changeAtOnce({ action: 'reschedule', ids: runs.map(({ id }) => id), priority: wanted }),
    onSuccess: (operation) => {
      followOperation(operation);
      onClose();
      onDone();
    },
    onError: (error) => trackError(error, { action: 'prioritizeSeveral', component: 'PriorityDialog' }),
  });
  const name = `Set priority of ${spellRuns(runs.length)}`;
  return (
    <ConfirmDialog
      title={name}
      confirm={name}
      isPending={change.isPending}
      isChanged
      errorText={change.error && toFailure(change.error).details}
      onConfirm={() => (priority === null ? setRefused(true) : change.mutate(priority))}
      onClose={onClose}
    >
      <TextInput
        label="Priority"
        description="The lower, the sooner, within the channel"
        inputMode="numeric"
        autoComplete="off"
        value={value}
        error={
          isRefused && priority === null ? `Enter a whole number from ${-limits.priority} to ${limits.priority}` : null
        }
        onChange={(event) => setValue(event.currentTarget.value)}
        data-autofocus
      />
    </ConfirmDialog>
  );
}

/** Null for a text that is no priority. */
function readPriority(text: string): number | null {
  const value = /^[-−]?\d+$/.test(text.trim()) ? Number(text.trim().replace('−', '-')) : Number.NaN;
  return Math.abs(value) <= limits.priority ? value : null;
}
