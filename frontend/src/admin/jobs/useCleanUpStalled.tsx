import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useCallback, useState } from 'react';
import { trackError } from '../../api/errorTracking';
import { toFailure } from '../../api/failure';
import { cleanUpStalledRuns, historyKey, statsKey } from '../../api/job-queries';
import { DialogBoundary } from '../../ui/DialogBoundary';
import { loadable } from '../../ui/loadable';
import { toastError, toastInfo, toastSuccess } from '../../ui/toast';
import { useReturnFocus } from '../../ui/useReturnFocus';

const CleanUpStalledModal = loadable(() =>
  import('./CleanUpStalledModal').then((module) => module.CleanUpStalledModal),
);

interface CleanUp {
  /** Asks first, saying what it does, then cleans up and tells which runs it was. */
  ask: () => void;
  /** The question; render it anywhere. */
  dialog: ReactNode;
}

export function useCleanUpStalled(): CleanUp {
  const [isOpen, setOpen] = useState(false);
  const [wasOpened, setWasOpened] = useState(false);
  const { mutate, isPending } = useCleanUpCall(() => setOpen(false));
  useReturnFocus(isOpen);
  const ask = useCallback(() => {
    setWasOpened(true);
    setOpen(true);
  }, []);
  const dialog = wasOpened && (
    <DialogBoundary opened={[isOpen]} onClose={() => setOpen(false)}>
      <CleanUpStalledModal open={isOpen} isPending={isPending} onClose={() => setOpen(false)} onConfirm={mutate} />
    </DialogBoundary>
  );
  return { ask, dialog };
}

function useCleanUpCall(onEnd: () => void) {
  const queryClient = useQueryClient();
  const call = useMutation({
    mutationFn: () => cleanUpStalledRuns(),
    onSettled: onEnd,
    onSuccess: ({ cleaned, runs }) => {
      void queryClient.invalidateQueries({ queryKey: statsKey() });
      void queryClient.invalidateQueries({ queryKey: historyKey() });
      if (cleaned === 0) return toastInfo({ message: 'No stalled jobs: every running job has a live heartbeat.' });
      const names = runs.map((run) => `${run.jobName} #${run.id}`).join(', ');
      toastSuccess({ title: `Cleaned ${cleaned} stalled ${cleaned === 1 ? 'job' : 'jobs'}`, message: names });
    },
    onError: (error) => {
      trackError(error, { action: 'cleanupStalled' });
      const failure = toFailure(error);
      if (failure.status === 401) return;
      toastError({
        title: 'Stalled jobs could not be cleaned up',
        message: failure.details,
        offer: { label: 'Retry', act: () => call.mutate() },
      });
    },
  });
  return call;
}
