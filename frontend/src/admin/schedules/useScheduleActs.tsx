import type { JobSchedule } from '@job-manager/shared/contract/schedules';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { trackError } from '../../api/errorTracking';
import { toFailure } from '../../api/failure';
import { useCan } from '../../api/session';
import { useAction } from '../../api/useAction';
import { type Pause, PauseDialog } from '../../components/PauseDialog';
import { pauseAgain } from '../../components/undo-pause';
import { refreshBadges } from '../../components/useBadges';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { DialogBoundary } from '../../ui/DialogBoundary';
import { loadable } from '../../ui/loadable';
import { toastError, toastSuccess } from '../../ui/toast';
import { useReturnFocus } from '../../ui/useReturnFocus';
import { calls, schedulesKey } from './calls';
import type { NewSchedule } from './ScheduleDialog';

const ScheduleDialog = loadable(() => import('./ScheduleDialog').then((module) => module.ScheduleDialog));
const BackfillDialog = loadable(() => import('./BackfillDialog').then((module) => module.BackfillDialog));

type Opened =
  | { act: 'create'; start?: NewSchedule }
  | { act: 'edit' | 'copy' | 'remove' | 'backfill'; schedule: JobSchedule }
  | { act: 'pause'; schedules: readonly JobSchedule[] };

export interface ScheduleActs {
  open: (opened: Opened) => void;
  run: (schedule: JobSchedule) => void;
  /** Pauses it, after a question for the reason, or resumes it. */
  switch: (schedule: JobSchedule) => void;
  resume: (schedules: readonly JobSchedule[]) => void;
  dialogs: ReactNode;
}

/** What a person may do to schedules, with the dialogs that confirm first. */
export function useScheduleActs(onRemoved: () => void = () => {}): ScheduleActs {
  const [opened, open] = useState<Opened | null>(null);
  const close = () => open(null);
  useReturnFocus(opened !== null);
  const queryClient = useQueryClient();
  const canRun = useCan('run');
  const settle = () => {
    void queryClient.invalidateQueries({ queryKey: schedulesKey() });
    refreshBadges(queryClient);
  };
  const refuse = (title: string, action: string) => (failed: Error) => {
    trackError(failed, { action, component: 'SchedulesPage' });
    toastError({ title, message: toFailure(failed).details });
  };
  const { mutate: run } = useAction({
    mutationFn: ({ id }: JobSchedule) => calls.runSchedule({ scheduleId: id }),
    onSuccess: ({ jobRunId }, { name }) => void toastSuccess({ message: `Queued #${jobRunId} of ${name}.` }),
    onError: refuse('The run could not be queued', 'runSchedule'),
    onSettled: settle,
  });
  const { mutate: resume } = useAction({
    mutationFn: (schedules: readonly JobSchedule[]) =>
      calls.resumeSchedules({ scheduleIds: schedules.map(({ id }) => id) }),
    onSuccess: ({ changed }, schedules) => {
      const [only] = schedules.length === 1 ? schedules : [];
      const again = only?.paused ? pauseAgain(only.paused) : undefined;
      const offer = again ? { label: 'Undo', act: () => pause({ scheduleIds: changed, ...again }) } : undefined;
      toastSuccess({ id: toastOf(changed), message: countOf(changed.length, 'resumed'), offer });
    },
    onError: refuse('They could not be resumed', 'resumeSchedules'),
    onSettled: settle,
  });
  const { mutate: pause } = useAction({
    mutationFn: (given: Parameters<typeof calls.pauseSchedules>[0]) => calls.pauseSchedules(given),
    onSuccess: ({ changed }) => void toastSuccess({ id: toastOf(changed), message: countOf(changed.length, 'paused') }),
    onError: refuse('It could not be paused again', 'pauseSchedules'),
    onSettled: settle,
  });
  return {
    open,
    run,
    switch: (schedule) =>
      schedule.paused === null ? open({ act: 'pause', schedules: [schedule] }) : resume([schedule]),
    resume,
    dialogs: (
      <DialogBoundary opened={[opened]} onClose={close}>
        {opened?.act === 'create' && (
          <ScheduleDialog schedule={null} isCopy={false} start={opened.start} onClose={close} />
        )}
        {(opened?.act === 'edit' || opened?.act === 'copy') && (
          <ScheduleDialog schedule={opened.schedule} isCopy={opened.act === 'copy'} onClose={close} />
        )}
        {opened?.act === 'backfill' && <BackfillDialog schedule={opened.schedule} onClose={close} />}
        {opened?.act === 'pause' && (
          <PauseSchedulesDialog
            schedules={opened.schedules}
            onPaused={(ids) => {
              settle();
              const paused = opened.schedules.filter(({ id }) => ids.includes(id));
              // Who may not resume has nothing to undo it with.
              const offer = canRun && paused.length > 0 ? { label: 'Undo', act: () => resume(paused) } : undefined;
              toastSuccess({ id: toastOf(ids), message: countOf(ids.length, 'paused'), offer });
              close();
            }}
            onClose={close}
          />
        )}
        {opened?.act === 'remove' && <RemoveDialog schedule={opened.schedule} onClose={close} onRemoved={onRemoved} />}
      </DialogBoundary>
    ),
  };
}

/** One for both: what was done last is what can be undone. */
const toastOf = (ids: readonly string[]): string => `pause of schedules ${[...ids].sort().join()}`;

const countOf = (count: number, done: string): string =>
  count === 1 ? `One schedule is ${done}.` : `${count} schedules are ${done}.`;

interface PauseProps {
  schedules: readonly JobSchedule[];
  onPaused: (ids: readonly string[]) => void;
  onClose: () => void;
}

function PauseSchedulesDialog({ schedules, onPaused, onClose }: PauseProps) {
  const { mutate, isPending, error } = useAction({
    mutationFn: (pause: Pause) => calls.pauseSchedules({ scheduleIds: schedules.map(({ id }) => id), ...pause }),
    onSuccess: ({ changed }) => onPaused(changed),
    onError: (failed) => trackError(failed, { action: 'pauseSchedules', component: 'SchedulesPage' }),
  });
  const [first] = schedules;
  return (
    <PauseDialog
      what={schedules.length === 1 && first ? `schedule ${first.name}` : `${schedules.length} schedules`}
      isPending={isPending}
      errorText={error && toFailure(error).details}
      onPause={mutate}
      onClose={onClose}
    >
      Nothing comes due until it is resumed; runs that are queued or running go on.
    </PauseDialog>
  );
}

interface RemoveProps {
  schedule: JobSchedule;
  onClose: () => void;
  onRemoved: () => void;
}

function RemoveDialog({ schedule, onClose, onRemoved }: RemoveProps) {
  const queryClient = useQueryClient();
  const { mutate, isPending, error } = useAction({
    mutationFn: () => calls.removeSchedule({ scheduleId: schedule.id }),
    onSuccess: () => {
      toastSuccess({ message: `Schedule ${schedule.name} is removed.` });
      onClose();
      onRemoved();
    },
    onError: (failed) => trackError(failed, { action: 'removeSchedule', component: 'SchedulesPage' }),
    onSettled: () => void queryClient.invalidateQueries({ queryKey: schedulesKey() }),
  });
  return (
    <ConfirmDialog
      title="Remove schedule?"
      subject={schedule.name}
      confirm="Remove"
      isDangerous
      isPending={isPending}
      errorText={error && toFailure(error).details}
      onConfirm={() => mutate()}
      onClose={onClose}
    >
      <p>It comes due no more. Its runs stay in the history. This can’t be undone.</p>
    </ConfirmDialog>
  );
}
