import type { JobSettings } from '@job-manager/shared/contract/job-overrides';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { trackError } from '../../api/errorTracking';
import { toFailure } from '../../api/failure';
import { useAction } from '../../api/useAction';
import { type Pause, PauseDialog } from '../../components/PauseDialog';
import { pauseAgain } from '../../components/undo-pause';
import { refreshBadges } from '../../components/useBadges';
import { DialogBoundary } from '../../ui/DialogBoundary';
import { toastError, toastSuccess } from '../../ui/toast';
import { useReturnFocus } from '../../ui/useReturnFocus';
import { jobSettings, jobsKey } from './calls';

export interface JobActs {
  pause: (jobName: string) => void;
  resume: (settings: JobSettings) => void;
  dialogs: ReactNode;
}

/** Pausing and resuming jobs, with the dialog that confirms first. */
export function useJobActs(): JobActs {
  const [opened, setOpened] = useState<string | null>(null);
  const close = () => setOpened(null);
  useReturnFocus(opened !== null);
  const { pausing, resuming } = usePause(close);
  return {
    pause: (jobName) => {
      pausing.reset();
      setOpened(jobName);
    },
    resume: resuming.mutate,
    dialogs: (
      <DialogBoundary opened={[opened]} onClose={close}>
        {opened !== null && (
          <PauseDialog
            what={`job ${opened}`}
            isPending={pausing.isPending}
            errorText={pausing.error && toFailure(pausing.error).details}
            onPause={(pause) => pausing.mutate({ jobName: opened, pause })}
            onClose={close}
          >
            No run of it starts, in any channel; running runs continue, and new runs wait in the queue.
          </PauseDialog>
        )}
      </DialogBoundary>
    ),
  };
}

/** One for both: what was done last is what can be undone. */
const toastOf = (jobName: string): string => `pause of job ${jobName}`;

/** Pausing and resuming, each of which the toast offers to undo. */
function usePause(onPaused: () => void) {
  const queryClient = useQueryClient();
  const onSettled = () => {
    void queryClient.invalidateQueries({ queryKey: jobsKey() });
    refreshBadges(queryClient);
  };
  const pausing = useAction({
    mutationFn: ({ jobName, pause }: { jobName: string; pause: Pause }) => jobSettings.pause({ jobName, ...pause }),
    onSuccess: ({ jobName }) => {
      const offer = { label: 'Undo', act: () => resuming.mutate({ jobName, paused: null }) };
      toastSuccess({ id: toastOf(jobName), message: `Job ${jobName} is paused.`, offer });
      onPaused();
    },
    onError: (failed) => trackError(failed, { action: 'pauseJob', component: 'DefinitionsPage' }),
    onSettled,
  });
  const resuming = useAction({
    mutationFn: ({ jobName }: Pick<JobSettings, 'jobName' | 'paused'>) => jobSettings.resume({ jobName }),
    onSuccess: ({ jobName }, { paused }) => {
      const again = paused && pauseAgain(paused);
      const offer = again ? { label: 'Undo', act: () => pausing.mutate({ jobName, pause: again }) } : undefined;
      toastSuccess({ id: toastOf(jobName), message: `Job ${jobName} goes on.`, offer });
    },
    onError: (failed) => {
      trackError(failed, { action: 'resumeJob', component: 'DefinitionsPage' });
      toastError({ title: 'The job could not be resumed', message: toFailure(failed).details });
    },
    onSettled,
  });
  return { pausing, resuming };
}
