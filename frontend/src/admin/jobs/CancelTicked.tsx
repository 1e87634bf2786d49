import { limits } from '@job-manager/shared/limits';
import { Button } from '@mantine/core';
import { useState } from 'react';
import { useCan } from '../../api/session';
import { DialogBoundary } from '../../ui/DialogBoundary';
import { loadable } from '../../ui/loadable';
import { useReturnFocus } from '../../ui/useReturnFocus';

const CancelActiveDialog = loadable(() => import('./CancelActiveDialog').then((module) => module.CancelActiveDialog));

/** Asks before ticked runs are cancelled. */
export function CancelTicked({ ids, onDone }: { ids: readonly string[]; onDone: () => void }) {
  const mayCancel = useCan('cancel');
  const [isAsking, setAsking] = useState(false);
  useReturnFocus(isAsking);
  if (!mayCancel) return null;
  const close = () => setAsking(false);
  const isTooMany = ids.length > limits.cancelledByIds;
  return (
    <>
      <Button
        variant="default"
        size="compact-sm"
        disabled={isTooMany}
        title={isTooMany ? `At most ${limits.cancelledByIds.toLocaleString('en')} at once` : undefined}
        onClick={() => setAsking(true)}
      >
        Cancel…
      </Button>
      <DialogBoundary opened={[isAsking]} onClose={close}>
        {isAsking && (
          <CancelActiveDialog
            title="Cancel the chosen runs"
            filter={{ jobRunIds: [...ids] }}
            onClose={close}
            onDone={onDone}
          />
        )}
      </DialogBoundary>
    </>
  );
}
