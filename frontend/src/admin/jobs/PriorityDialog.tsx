import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { limits } from '@job-manager/shared/limits';
import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { trackError } from '../../api/errorTracking';
import { toFailure } from '../../api/failure';
import { rescheduleRun } from '../../api/job-queries';
import { useAction } from '../../api/useAction';
import { spellRuns } from '../../lib/spell-runs';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { toastSuccess } from '../../ui/toast';

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
    mutationFn: (wanted: number) => giveAll(runs, wanted),
    onSuccess: ({ given, missed }, wanted) => {
      const done = `${spellRuns(given)} ${given === 1 ? 'has' : 'have'} priority ${wanted}`;
      toastSuccess({ message: missed > 0 ? `${done}; ${spellRuns(missed)} had started or ended meanwhile` : done });
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
      fault={change.error && toFailure(change.error).details}
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

/** Null for what is no priority. */
function readPriority(text: string): number | null {
  const value = /^[-−]?\d+$/.test(text.trim()) ? Number(text.trim().replace('−', '-')) : Number.NaN;
  return Math.abs(value) <= limits.priority ? value : null;
}

/** Each by a call of its own; answers how many got it. */
async function giveAll(runs: readonly JobRunSummary[], priority: number): Promise<{ given: number; missed: number }> {
  let given = 0;
  for (const { id } of runs) {
    try {
      await rescheduleRun(id, { priority });
      given += 1;
    } catch (error) {
      const { status } = toFailure(error);
      if (status !== 404 && status !== 409) throw error;
    }
  }
  return { given, missed: runs.length - given };
}
