import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { limits } from '@job-manager/shared/limits';
import { Button } from '@mantine/core';
import { useState } from 'react';
import { useMayDo } from '../../components/bulk/useMayDo';
import { DialogBoundary } from '../../ui/DialogBoundary';
import { loadable } from '../../ui/loadable';
import { useReturnFocus } from '../../ui/useReturnFocus';

const PriorityDialog = loadable(() => import('./PriorityDialog').then((module) => module.PriorityDialog));

/** Takes a priority for ticked runs, all of them queued. */
export function PriorityTicked({ runs, onDone }: { runs: readonly JobRunSummary[]; onDone: () => void }) {
  const mayRun = useMayDo('reschedule');
  // As they were when the dialog opened: one that starts meanwhile is counted among those that were missed.
  const [chosen, setChosen] = useState<readonly JobRunSummary[] | null>(null);
  useReturnFocus(chosen !== null);
  if (!mayRun) return null;
  const close = () => setChosen(null);
  const refusal = runs.length > limits.bulkIds ? `At most ${limits.bulkIds.toLocaleString('en')} at once` : undefined;
  return (
    <>
      <Button
        variant="default"
        size="compact-sm"
        disabled={refusal !== undefined}
        title={refusal}
        onClick={() => setChosen(runs)}
      >
        Priority…
      </Button>
      <DialogBoundary opened={[chosen]} onClose={close}>
        {chosen && <PriorityDialog runs={chosen} onClose={close} onDone={onDone} />}
      </DialogBoundary>
    </>
  );
}
