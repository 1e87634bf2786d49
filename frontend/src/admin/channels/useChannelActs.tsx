import type { JobChannel } from '@job-manager/shared/contract/channels';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { trackError } from '../../api/errorTracking';
import { toFailure } from '../../api/failure';
import { useAction } from '../../api/useAction';
import { type Pause, PauseDialog } from '../../components/PauseDialog';
import { DialogBoundary } from '../../ui/DialogBoundary';
import { loadable } from '../../ui/loadable';
import { toastError, toastSuccess } from '../../ui/toast';
import { useReturnFocus } from '../../ui/useReturnFocus';
import { calls, channelsKey } from './calls';

const ChannelSettingsDialog = loadable(() =>
  import('./ChannelSettingsDialog').then((module) => module.ChannelSettingsDialog),
);

export interface ChannelActs {
  pause: (channel: string) => void;
  resume: (channel: string) => void;
  /** Opens the limits of a channel, or of one that is yet to be named. */
  change: (channel: JobChannel | null) => void;
  dialogs: ReactNode;
}

type Opened = { act: 'pause'; name: string } | { act: 'change'; channel: JobChannel | null };

/** What a person may do to channels, with the dialogs that ask first. */
export function useChannelActs(): ChannelActs {
  const [opened, open] = useState<Opened | null>(null);
  const close = () => open(null);
  useReturnFocus(opened !== null);
  const resume = useResume();
  return {
    pause: (name) => open({ act: 'pause', name }),
    resume: (name) => resume(name),
    change: (channel) => open({ act: 'change', channel }),
    dialogs: (
      <DialogBoundary opened={[opened]} onClose={close}>
        {opened?.act === 'pause' && <PauseChannelDialog name={opened.name} onClose={close} />}
        {opened?.act === 'change' && <ChannelSettingsDialog channel={opened.channel} onClose={close} />}
      </DialogBoundary>
    ),
  };
}

function useResume() {
  const queryClient = useQueryClient();
  const { mutate } = useAction({
    mutationFn: (channel: string) => calls.resumeChannel({ channel }),
    onSuccess: ({ name }) => void toastSuccess({ message: `Channel ${name} goes on.` }),
    onError: (failed) => {
      trackError(failed, { action: 'resumeChannel', component: 'ChannelsPage' });
      toastError({ title: 'The channel could not be resumed', message: toFailure(failed).details });
    },
    onSettled: () => void queryClient.invalidateQueries({ queryKey: channelsKey() }),
  });
  return mutate;
}

function PauseChannelDialog({ name, onClose }: { name: string; onClose: () => void }) {
  const queryClient = useQueryClient();
  const { mutate, isPending, error } = useAction({
    mutationFn: (pause: Pause) => calls.pauseChannel({ channel: name, ...pause }),
    onSuccess: () => {
      toastSuccess({ message: `Channel ${name} is paused.` });
      onClose();
    },
    onError: (failed) => trackError(failed, { action: 'pauseChannel', component: 'ChannelsPage' }),
    onSettled: () => void queryClient.invalidateQueries({ queryKey: channelsKey() }),
  });
  return (
    <PauseDialog
      what={`channel ${name}`}
      isPending={isPending}
      fault={error && toFailure(error).details}
      onPause={mutate}
      onClose={onClose}
    >
      Nothing more starts in it; what is running goes on.
    </PauseDialog>
  );
}
