import type { JobChannel } from '@job-manager/shared/contract/channels';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { trackError } from '../../api/errorTracking';
import { toFailure } from '../../api/failure';
import { useAction } from '../../api/useAction';
import { DialogBoundary } from '../../ui/DialogBoundary';
import { loadable } from '../../ui/loadable';
import { toastError, toastSuccess } from '../../ui/toast';
import { useReturnFocus } from '../../ui/useReturnFocus';
import { type Pause, PauseDialog } from '../PauseDialog';
import { pauseAgain } from '../undo-pause';
import { refreshBadges } from '../useBadges';
import { calls, channelsKey } from './calls';

const ChannelSettingsDialog = loadable(() =>
  import('./ChannelSettingsDialog').then((module) => module.ChannelSettingsDialog),
);

export interface ChannelActs {
  pause: (channel: string) => void;
  resume: (channel: JobChannel) => void;
  /** Opens the limits of a channel, or of one that is yet to be named. */
  change: (channel: JobChannel | null) => void;
  dialogs: ReactNode;
}

type Opened = { act: 'pause'; name: string } | { act: 'change'; channel: JobChannel | null };

/** What a person may do to channels, with the dialogs that confirm first. */
export function useChannelActs(): ChannelActs {
  const [opened, open] = useState<Opened | null>(null);
  const close = () => open(null);
  useReturnFocus(opened !== null);
  const { pause, resume, pausing } = usePause(close);
  return {
    pause: (name) => {
      pausing.reset();
      open({ act: 'pause', name });
    },
    resume,
    change: (channel) => open({ act: 'change', channel }),
    dialogs: (
      <DialogBoundary opened={[opened]} onClose={close}>
        {opened?.act === 'pause' && (
          <PauseDialog
            what={`channel ${opened.name}`}
            isPending={pausing.isPending}
            errorText={pausing.error && toFailure(pausing.error).details}
            onPause={(request) => pause({ name: opened.name, pause: request })}
            onClose={close}
          >
            Nothing more starts in it; running runs continue.
          </PauseDialog>
        )}
        {opened?.act === 'change' && <ChannelSettingsDialog channel={opened.channel} onClose={close} />}
      </DialogBoundary>
    ),
  };
}

/** One for both: what was done last is what can be undone. */
const toastOf = (channel: string): string => `pause of channel ${channel}`;

/** Pausing and resuming, each of which the toast offers to undo. */
function usePause(onPaused: () => void) {
  const queryClient = useQueryClient();
  const onSettled = () => {
    void queryClient.invalidateQueries({ queryKey: channelsKey() });
    refreshBadges(queryClient);
  };
  const pausing = useAction({
    mutationFn: ({ name, pause }: { name: string; pause: Pause }) => calls.pauseChannel({ channel: name, ...pause }),
    onSuccess: ({ name }) => {
      const offer = { label: 'Undo', act: () => resuming.mutate({ name, paused: null }) };
      toastSuccess({ id: toastOf(name), message: `Channel ${name} is paused.`, offer });
      onPaused();
    },
    onError: (failed) => trackError(failed, { action: 'pauseChannel', component: 'ChannelsPage' }),
    onSettled,
  });
  const resuming = useAction({
    mutationFn: ({ name }: Pick<JobChannel, 'name' | 'paused'>) => calls.resumeChannel({ channel: name }),
    onSuccess: ({ name }, { paused }) => {
      const again = paused && pauseAgain(paused);
      const offer = again ? { label: 'Undo', act: () => pausing.mutate({ name, pause: again }) } : undefined;
      toastSuccess({ id: toastOf(name), message: `Channel ${name} goes on.`, offer });
    },
    onError: (failed) => {
      trackError(failed, { action: 'resumeChannel', component: 'ChannelsPage' });
      toastError({ title: 'The channel could not be resumed', message: toFailure(failed).details });
    },
    onSettled,
  });
  return { pause: pausing.mutate, resume: resuming.mutate, pausing };
}
