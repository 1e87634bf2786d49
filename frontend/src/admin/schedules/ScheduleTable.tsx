import type { JobSchedule } from '@job-manager/shared/contract/schedules';
import { Checkbox } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { memo } from 'react';
import { JobLink, ScheduleLink } from '../../components/EntityLinks';
import { PausedNote } from '../../components/PausedNote';
import { pressTickKey, type TickedRows } from '../../components/ticks';
import { Cell, Table } from '../../ui/Table';
import type { ListSort } from '../../ui/TableSort';
import { NextDue } from './NextDue';
import { Outcomes } from './Outcomes';
import { ScheduleButtons, useScheduleRights } from './ScheduleButtons';
import classes from './schedules.module.css';
import type { ScheduleActs } from './useScheduleActs';

const columns = [
  { label: 'Schedule', sortBy: 'name' },
  { label: 'Job', sortBy: 'job' },
  { label: 'When' },
  { label: 'Next', sortBy: 'next' },
  { label: 'Last 20 runs', sortBy: 'last' },
  { label: 'Actions', isHidden: true },
] as const;

interface Props {
  schedules: readonly JobSchedule[];
  sort: ListSort;
  acts: ScheduleActs;
  /** Null where nothing can be done to several. */
  ticks: TickedRows | null;
}

/** Schedules with when they come due next, and how their runs ended. */
export function ScheduleTable({ schedules, sort, acts, ticks }: Props) {
  const { canEdit, canSwitch } = useScheduleRights();
  const pressKey = (key: string, id: string): boolean => {
    const schedule = schedules.find((each) => each.id === id);
    if (schedule === undefined) return false;
    if (key === 'P' && canSwitch(schedule)) acts.switch(schedule);
    else if (key === 'e' && canEdit(schedule)) acts.open({ act: 'edit', schedule });
    else return ticks !== null && pressTickKey(ticks, key, id, () => schedules.map((each) => each.id));
    return true;
  };
  return (
    <Table caption="Schedules" columns={columns} stackOn="tablet" isRoving opensRows onRowKey={pressKey} sort={sort}>
      {schedules.map((schedule) => (
        <ScheduleRow
          key={schedule.id}
          schedule={schedule}
          acts={acts}
          isTicked={ticks?.ids.has(schedule.id) ?? null}
          onTick={ticks?.toggle}
        />
      ))}
    </Table>
  );
}

interface RowProps {
  schedule: JobSchedule;
  acts: ScheduleActs;
  isTicked: boolean | null;
  onTick: ((id: string) => void) | undefined;
}

const ScheduleRow = memo(function ScheduleRow({ schedule, acts, isTicked, onTick }: RowProps) {
  const { id, name, jobName, timing, nextRunAt, paused, problem, source } = schedule;
  return (
    <tr data-row={id}>
      <Cell isHeader isWide>
        <span className={classes.head}>
          {isTicked !== null && (
            <Checkbox
              size="xs"
              data-key="x"
              aria-label={`Tick ${name}`}
              checked={isTicked}
              onChange={() => onTick?.(id)}
            />
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
        <NextDue schedule={schedule} />
      </Cell>
      <Cell label="Last 20 runs">
        <Outcomes schedule={schedule} />
      </Cell>
      <Cell isCorner align="right">
        <ScheduleButtons schedule={schedule} acts={acts} />
      </Cell>
    </tr>
  );
});
