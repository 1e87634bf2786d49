import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { trackError } from '../../api/errorTracking';
import { toFailure } from '../../api/failure';
import { useAction } from '../../api/useAction';
import { type Pause, PauseDialog } from '../../components/PauseDialog';
import { DialogBoundary } from '../../ui/DialogBoundary';
import { toastError, toastSuccess } from '../../ui/toast';
import { useReturnFocus } from '../../ui/useReturnFocus';
import { jobSettings, jobsKey } from './calls';

export interface JobActs {
  pause: (jobName: string) => void;
  resume: (jobName: string) => void;
  dialogs: ReactNode;
}

/** Pausing and resuming jobs, with the dialog that asks first. */
export function useJobActs(): JobActs {
  const [pausing, setPausing] = useState<string | null>(null);
  const close = () => setPausing(null);
  useReturnFocus(pausing !== null);
  const queryClient = useQueryClient();
  const { mutate: resume } = useAction({
    mutationFn: (jobName: string) => jobSettings.resume({ jobName }),
    onSuccess: ({ jobName }) => void toastSuccess({ message: `Job ${jobName} goes on.` }),
    onError: (failed) => {
      trackError(failed, { action: 'resumeJob', component: 'DefinitionsPage' });
      toastError({ title: 'The job could not be resumed', message: toFailure(failed).details });
    },
    onSettled: () => void queryClient.invalidateQueries({ queryKey: jobsKey() }),
  });
  return {
    pause: setPausing,
    resume,
    dialogs: (
      <DialogBoundary opened={[pausing]} onClose={close}>
        {pausing !== null && <PauseJobDialog jobName={pausing} onClose={close} />}
      </DialogBoundary>
    ),
  };
}

function PauseJobDialog({ jobName, onClose }: { jobName: string; onClose: () => void }) {
  const queryClient = useQueryClient();
  const { mutate, isPending, error } = useAction({
    mutationFn: (pause: Pause) => jobSettings.pause({ jobName, ...pause }),
    onSuccess: () => {
      toastSuccess({ message: `Job ${jobName} is paused.` });
      onClose();
    },
    onError: (failed) => trackError(failed, { action: 'pauseJob', component: 'DefinitionsPage' }),
    onSettled: () => void queryClient.invalidateQueries({ queryKey: jobsKey() }),
  });
  return (
    <PauseDialog
      what={`job ${jobName}`}
      isPending={isPending}
      fault={error && toFailure(error).details}
      onPause={mutate}
      onClose={onClose}
    >
      No run of it starts, whatever channel it is in; what is running goes on, and new runs wait in the queue.
    </PauseDialog>
  );
}
