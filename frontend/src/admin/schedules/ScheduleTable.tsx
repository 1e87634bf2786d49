import type { JobSchedule } from '@job-manager/shared/contract/schedules';
import { ActionIcon, Button, Checkbox, Menu } from '@mantine/core';
import { IconDots, IconLock } from '@tabler/icons-react';
import { memo } from 'react';
import { useCan } from '../../api/session';
import { copyChoice } from '../../components/CopyMenu';
import { JobLink, ScheduleLink } from '../../components/EntityLinks';
import { PausedNote } from '../../components/PausedNote';
import { RelativeTime } from '../../components/RelativeTime';
import { Cell, Table } from '../../ui/Table';
import { definitionChoice } from './copy-schedule';
import { Outcomes } from './Outcomes';
import classes from './schedules.module.css';
import { inZone } from './TimingFields';
import type { ScheduleActs } from './useScheduleActs';

const columns = [
  { label: 'Schedule' },
  { label: 'Job' },
  { label: 'When' },
  { label: 'Next' },
  { label: 'Last 20 runs' },
  { label: 'Actions', isHidden: true },
] as const;

interface Props {
  schedules: readonly JobSchedule[];
  acts: ScheduleActs;
  /** The ids of those that are ticked; null where nothing can be done to several. */
  ticked: ReadonlySet<string> | null;
  onTick: (id: string) => void;
}

/** Schedules with when they come due next, and how their runs ended. */
export function ScheduleTable({ schedules, acts, ticked, onTick }: Props) {
  return (
    <Table caption="Schedules" columns={columns} stackOn="tablet" isRoving>
      {schedules.map((schedule) => (
        <ScheduleRow
          key={schedule.id}
          schedule={schedule}
          acts={acts}
          isTicked={ticked?.has(schedule.id) ?? null}
          onTick={onTick}
        />
      ))}
    </Table>
  );
}

interface RowProps {
  schedule: JobSchedule;
  acts: ScheduleActs;
  isTicked: boolean | null;
  onTick: (id: string) => void;
}

const ScheduleRow = memo(function ScheduleRow({ schedule, acts, isTicked, onTick }: RowProps) {
  const { id, name, jobName, timing, timeZone, nextRunAt, paused, problem, source, outcomes } = schedule;
  return (
    <tr data-row={id}>
      <Cell isHeader isWide>
        <span className={classes.head}>
          {isTicked !== null && (
            <Checkbox size="xs" aria-label={`Tick ${name}`} checked={isTicked} onChange={() => onTick(id)} />
          )}
          <ScheduleLink id={id} name={name} />
          {source === 'code' && <IconLock size={13} aria-label="Kept in code" className="dimmed" />}
        </span>
        {paused && (
          <span className={classes.note}>
            <PausedNote paused={paused} />
          </span>
        )}
        {problem && <span className={`${classes.note} ${classes.problem}`}>{problem}</span>}
      </Cell>
      <Cell label="Job">
        <JobLink jobName={jobName} />
      </Cell>
      <Cell label="When">{timing}</Cell>
      <Cell label="Next" isEmpty={nextRunAt === null}>
        {nextRunAt === null ? (
          '–'
        ) : (
          <span title={inZone(nextRunAt, timeZone)}>
            <RelativeTime at={nextRunAt} />
          </span>
        )}
      </Cell>
      <Cell label="Last 20 runs">
        <Outcomes outcomes={outcomes} />
      </Cell>
      <Cell isCorner align="right">
        <ScheduleButtons schedule={schedule} acts={acts} />
      </Cell>
    </tr>
  );
});

/** What may be done to a schedule; what is kept in code is changed there. */
export function ScheduleButtons({ schedule, acts }: { schedule: JobSchedule; acts: ScheduleActs }) {
  const canManage = useCan('manageSchedules');
  const canRun = useCan('run');
  const { name, paused, source } = schedule;
  const isOurs = source === 'api';
  return (
    <span className={classes.acts}>
      {canRun && (
        <Button
          variant="default"
          size="compact-sm"
          aria-label={`Run ${name} now`}
          data-key="R"
          onClick={() => acts.run(schedule)}
        >
          Run now
        </Button>
      )}
      {canManage && (
        <Menu position="bottom-end" withinPortal>
          <Menu.Target>
            <ActionIcon variant="default" size={26} aria-label={`More about ${name}`}>
              <IconDots size={16} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {paused === null ? (
              <Menu.Item onClick={() => acts.open({ act: 'pause', schedules: [schedule] })}>Pause…</Menu.Item>
            ) : (
              canRun && <Menu.Item onClick={() => acts.resume([schedule])}>Resume</Menu.Item>
            )}
            {isOurs && canRun && <Menu.Item onClick={() => acts.open({ act: 'edit', schedule })}>Edit…</Menu.Item>}
            {canRun && <Menu.Item onClick={() => acts.open({ act: 'copy', schedule })}>Duplicate…</Menu.Item>}
            <Menu.Item onClick={() => void copyChoice(definitionChoice(schedule))}>Copy as definition</Menu.Item>
            {canRun && <Menu.Item onClick={() => acts.open({ act: 'backfill', schedule })}>Backfill…</Menu.Item>}
            {isOurs && (
              <Menu.Item color="red" onClick={() => acts.open({ act: 'remove', schedule })}>
                Remove…
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
      )}
    </span>
  );
}
