import type { JobSchedule } from '@job-manager/shared/contract/schedules';
import { ActionIcon, Button, Menu } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { Link } from 'react-router-dom';
import { useCan } from '../../api/session';
import { copyChoice } from '../../components/CopyMenu';
import { PauseButton } from '../../components/PauseButton';
import { paths } from '../../paths';
import { definitionChoice } from './copy-schedule';
import classes from './schedules.module.css';
import type { ScheduleActs } from './useScheduleActs';

interface Props {
  schedule: JobSchedule;
  acts: ScheduleActs;
  /** On the page of the schedule there is room for the acts that a list keeps in its menu. */
  isOnPage?: boolean;
}

/** What a person may do to schedules, of a job where one is named; one that is kept in code is changed there. */
export function useScheduleRights(jobName?: string) {
  const canManage = useCan('manageSchedules', jobName);
  const canRun = useCan('run', jobName);
  return {
    canManage,
    canRun,
    canEdit: (schedule: JobSchedule) => canManage && canRun && schedule.source === 'api',
    canSwitch: ({ paused }: JobSchedule) => canManage && (paused === null || canRun),
  };
}

export function ScheduleButtons({ schedule, acts, isOnPage = false }: Props) {
  const { canManage, canRun, canEdit, canSwitch } = useScheduleRights(schedule.jobName);
  const { name, paused } = schedule;
  const size = isOnPage ? 'sm' : 'compact-sm';
  return (
    <span className={classes.acts} data-page={isOnPage || undefined}>
      {canRun && (
        <Button
          variant="default"
          size={size}
          aria-label={`Run ${name} now`}
          data-key="R"
          onClick={() => acts.run(schedule)}
        >
          Run now
        </Button>
      )}
      {isOnPage && canSwitch(schedule) && (
        <PauseButton
          name={name}
          size={size}
          isPaused={paused !== null}
          onPause={() => acts.switch(schedule)}
          onResume={() => acts.switch(schedule)}
        />
      )}
      {isOnPage && canEdit(schedule) && (
        <Button variant="default" size={size} data-key="e" onClick={() => acts.open({ act: 'edit', schedule })}>
          Edit…
        </Button>
      )}
      {canManage && <More schedule={schedule} acts={acts} isOnPage={isOnPage} />}
    </span>
  );
}

function More({ schedule, acts, isOnPage }: Props) {
  const { canRun, canEdit, canSwitch } = useScheduleRights(schedule.jobName);
  const canAlert = useCan('manageAlerts');
  const { name, paused, source } = schedule;
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant="default" size={isOnPage ? 36 : 26} aria-label={`More about ${name}`}>
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {!isOnPage && canSwitch(schedule) && (
          <Menu.Item onClick={() => acts.switch(schedule)}>{paused === null ? 'Pause…' : 'Resume'}</Menu.Item>
        )}
        {!isOnPage && canEdit(schedule) && (
          <Menu.Item onClick={() => acts.open({ act: 'edit', schedule })}>Edit…</Menu.Item>
        )}
        {canRun && <Menu.Item onClick={() => acts.open({ act: 'copy', schedule })}>Duplicate…</Menu.Item>}
        <Menu.Item onClick={() => void copyChoice(definitionChoice(schedule))}>Copy as definition</Menu.Item>
        {canRun && <Menu.Item onClick={() => acts.open({ act: 'backfill', schedule })}>Backfill…</Menu.Item>}
        {canAlert && (
          <Menu.Item component={Link} to={paths.newRule('scheduleSkipped', { jobName: schedule.jobName })}>
            Alert me when it misses…
          </Menu.Item>
        )}
        {source === 'api' && (
          <Menu.Item color="red" onClick={() => acts.open({ act: 'remove', schedule })}>
            Remove…
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
