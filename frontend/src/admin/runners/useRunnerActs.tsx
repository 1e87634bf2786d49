import type { RunnerCommandKind } from '@job-manager/shared/runner';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useMemo, useState } from 'react';
import { trackError } from '../../api/errorTracking';
import { toFailure } from '../../api/failure';
import { useAction } from '../../api/useAction';
import { DialogBoundary } from '../../ui/DialogBoundary';
import { loadable } from '../../ui/loadable';
import { toastError, toastSuccess } from '../../ui/toast';
import { useReturnFocus } from '../../ui/useReturnFocus';
import { calls, type RunnerOrder, runnersQuery } from './calls';
import { commandLabels } from './describe-command';
import type { RunnerSubject } from './runner-subject';

const CommandDialog = loadable(() => import('./CommandDialog').then((module) => module.CommandDialog));
const SetDialog = loadable(() => import('./SetDialog').then((module) => module.SetDialog));

/** Commands that are confirmed before they are sent. */
type ConfirmedKind = Extract<RunnerCommandKind, 'DRAIN' | 'STOP' | 'RESTART'>;

export interface RunnerActs {
  /** Shows what a command would touch, and sends it once that is confirmed. */
  confirm: (kind: ConfirmedKind, runners: readonly RunnerSubject[]) => void;
  change: (runners: readonly RunnerSubject[]) => void;
  /** Sends at once what takes nothing away. */
  send: (kind: 'RESUME' | 'PING', runners: readonly RunnerSubject[]) => void;
}

type Opened = { kind: ConfirmedKind | 'SET'; runners: readonly RunnerSubject[] };

/** The commands for runners, the same from render to render, with the dialogs that confirm first. */
export function useRunnerActs(): { acts: RunnerActs; dialogs: ReactNode } {
  const [opened, open] = useState<Opened | null>(null);
  const close = () => open(null);
  useReturnFocus(opened !== null);
  const sending = useSending(close);
  const { mutate, reset, isPending } = sending;
  const errorText = opened && sending.error ? toFailure(sending.error).details : null;
  const acts = useMemo(() => {
    const confirm = (kind: Opened['kind'], runners: readonly RunnerSubject[]) => {
      reset();
      open({ kind, runners });
    };
    return {
      confirm,
      change: (runners: readonly RunnerSubject[]) => confirm('SET', runners),
      send: (kind: 'RESUME' | 'PING', runners: readonly RunnerSubject[]) =>
        mutate({ kind, runnerIds: runners.map(({ id }) => id) }),
    };
  }, [mutate, reset]);
  const dialog = { isPending, errorText, onSend: mutate, onClose: close };
  return {
    acts,
    dialogs: (
      <DialogBoundary opened={[opened]} onClose={close}>
        {opened?.kind === 'SET' && <SetDialog runners={opened.runners} {...dialog} />}
        {opened && opened.kind !== 'SET' && <CommandDialog kind={opened.kind} runners={opened.runners} {...dialog} />}
      </DialogBoundary>
    ),
  };
}

function useSending(onSent: () => void) {
  const queryClient = useQueryClient();
  return useAction({
    mutationFn: (order: RunnerOrder) => calls.sendRunnerCommand(order),
    onSuccess: ({ sent, refused }, { kind }) => {
      const to = sent === 1 ? 'the runner' : `${sent} runners`;
      const left = refused.length === 0 ? '' : ` ${refused.length} left out: ${refused[0]?.reason ?? ''}`;
      toastSuccess({ id: 'runner command', message: `${commandLabels[kind]} was sent to ${to}.${left}` });
      onSent();
    },
    onError: (failed, { kind }) => {
      trackError(failed, { action: 'sendRunnerCommand', component: 'RunnersPage' });
      // The others have a dialog that explains why.
      if (kind !== 'RESUME' && kind !== 'PING') return;
      toastError({ title: `${commandLabels[kind]} could not be sent`, message: toFailure(failed).details });
    },
    onSettled: () => void queryClient.invalidateQueries({ queryKey: runnersQuery().queryKey }),
  });
}
