import { limits } from '@job-manager/shared/limits';
import { isAllowed } from '@job-manager/shared/run';
import { ActionIcon, Menu } from '@mantine/core';
import { IconBellFilled, IconDots } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { useServerTime } from '../../api/server-clock';
import { useCan } from '../../api/session';
import { isScheduled } from '../../components/is-scheduled';
import { useWatchedRun } from '../../components/notices/watched-runs';
import { DialogBoundary } from '../../ui/DialogBoundary';
import { useHoldStill } from '../../ui/hold-still';
import { loadable } from '../../ui/loadable';
import { useReturnFocus } from '../../ui/useReturnFocus';
import type { RunMenuProps } from './active-row';
import classes from './RunMenu.module.css';
import { useReschedule } from './useReschedule';

const RunLaterModal = loadable(() => import('./RunLaterModal').then((module) => module.RunLaterModal));

/** What else can be done with an active run; its list keeps still while it is open. */
export function RunMenu(props: RunMenuProps) {
  const { run } = props;
  const button = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  const [isPuttingOff, setPuttingOff] = useState(false);
  useHoldStill(isOpen);
  useReturnFocus(isPuttingOff);
  const close = () => setPuttingOff(false);
  const closeMenu = () => {
    setOpen(false);
    button.current?.focus({ preventScroll: true });
  };
  const label = `More for ${run.jobName} #${run.id}`;
  return (
    <span className={classes.menu}>
      <ActionIcon
        ref={button}
        size={28}
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onClick={() => setOpen(true)}
      >
        <IconDots size={16} />
      </ActionIcon>
      {/* Rows that scroll by have none: a menu costs more than the rest of its row. */}
      {isOpen && (
        <Menu opened onChange={closeMenu} position="bottom-end" returnFocus={false}>
          <Menu.Target>
            <span className={classes.anchor} aria-hidden />
          </Menu.Target>
          <Menu.Dropdown aria-label={label} aria-labelledby={undefined}>
            <Items {...props} onRunLater={() => setPuttingOff(true)} />
          </Menu.Dropdown>
        </Menu>
      )}
      {isPuttingOff && (
        <DialogBoundary opened={[isPuttingOff]} onClose={close}>
          <RunLaterModal run={run} onClose={close} />
        </DialogBoundary>
      )}
    </span>
  );
}

function Items({ run, isStopping, onCancel, onViewDetails, onRunLater }: RunMenuProps & { onRunLater: () => void }) {
  const mayCancel = useCan('cancel', run.jobName);
  return (
    <>
      <Menu.Item onClick={() => onViewDetails(run.id)}>Details</Menu.Item>
      <TimeItems run={run} onRunLater={onRunLater} />
      <WatchItem run={run} />
      {mayCancel && !isStopping && (
        <>
          <Menu.Divider />
          <Menu.Item color="red" onClick={() => onCancel(run)}>
            Cancel
          </Menu.Item>
        </>
      )}
    </>
  );
}

/** When a queued run starts, and before which others. */
function TimeItems({ run, onRunLater }: Pick<RunMenuProps, 'run'> & { onRunLater: () => void }) {
  const mayRun = useCan('run', run.jobName);
  const { reschedule } = useReschedule(run);
  const isEarly = useServerTime((now) => isScheduled(run, now) && !run.isBlocked);
  if (!mayRun || !isAllowed('reschedule', run.status)) return null;
  const [up, down] = [run.priority - 1, run.priority + 1];
  return (
    <>
      {isEarly && <Menu.Item onClick={() => reschedule({})}>{run.claimNo === 0 ? 'Run now' : 'Retry now'}</Menu.Item>}
      <Menu.Item onClick={onRunLater}>Run later…</Menu.Item>
      <Menu.Item disabled={up < -limits.priority} onClick={() => reschedule({ priority: up })}>
        Priority up, to {up}
      </Menu.Item>
      <Menu.Item disabled={down > limits.priority} onClick={() => reschedule({ priority: down })}>
        Priority down, to {down}
      </Menu.Item>
    </>
  );
}

function WatchItem({ run }: Pick<RunMenuProps, 'run'>) {
  const { isWatched, setWatched } = useWatchedRun(run.id);
  return (
    <Menu.CheckboxItem
      checked={isWatched}
      checkIcon={<IconBellFilled size={14} />}
      closeMenuOnClick
      onChange={setWatched}
    >
      Notify me when it ends
    </Menu.CheckboxItem>
  );
}
