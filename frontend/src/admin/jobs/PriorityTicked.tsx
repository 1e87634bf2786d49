import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { Button } from '@mantine/core';
import { useState } from 'react';
import { useCan } from '../../api/session';
import { DialogBoundary } from '../../ui/DialogBoundary';
import { loadable } from '../../ui/loadable';
import { useReturnFocus } from '../../ui/useReturnFocus';

const PriorityDialog = loadable(() => import('./PriorityDialog').then((module) => module.PriorityDialog));

/** Each is changed by a call of its own. */
const MAX_AT_ONCE = 100;

/** Asks for a priority for ticked runs, all of them queued. */
export function PriorityTicked({ runs, onDone }: { runs: readonly JobRunSummary[]; onDone: () => void }) {
  const mayRun = useCan('run');
  // As they were when it was asked for: one that starts meanwhile is counted among those that were missed.
  const [asked, setAsked] = useState<readonly JobRunSummary[] | null>(null);
  useReturnFocus(asked !== null);
  if (!mayRun) return null;
  const close = () => setAsked(null);
  const refusal = runs.length > MAX_AT_ONCE ? `At most ${MAX_AT_ONCE} at once` : undefined;
  return (
    <>
      <Button
        variant="default"
        size="compact-sm"
        disabled={refusal !== undefined}
        title={refusal}
        onClick={() => setAsked(runs)}
      >
        Priority…
      </Button>
      <DialogBoundary opened={[asked]} onClose={close}>
        {asked && <PriorityDialog runs={asked} onClose={close} onDone={onDone} />}
      </DialogBoundary>
    </>
  );
}
