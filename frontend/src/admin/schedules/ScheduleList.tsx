import type { JobSchedule } from '@job-manager/shared/contract/schedules';
import { Button, Group } from '@mantine/core';
import { useListSort } from '../../components/list-sort';
import { type TickedRows, useTicks } from '../../components/ticks';
import { ShowMore } from '../../ui/ShowMore';
import { useScheduleRights } from './ScheduleButtons';
import { ScheduleTable } from './ScheduleTable';
import type { ScheduleActs } from './useScheduleActs';

/** What went wrong stands first. */
const ranks = ['FAILED', 'CANCELLED', 'RUNNING', 'QUEUED', 'SUCCESS'];

const orders = {
  name: ({ name }: JobSchedule) => name,
  job: ({ jobName }: JobSchedule) => jobName,
  next: ({ nextRunAt }: JobSchedule) => nextRunAt,
  last: ({ outcomes: [last] }: JobSchedule) => (last ? ranks.indexOf(last.status) : null),
};

interface Props {
  schedules: readonly JobSchedule[];
  acts: ScheduleActs;
}

/** The schedules, and what can be done to those that are ticked. */
export function ScheduleList({ schedules, acts }: Props) {
  const { canManage } = useScheduleRights();
  const ticks = useTicks('schedules');
  const { sort, sorted } = useListSort(orders);
  const chosen = schedules.filter(({ id }) => ticks.ids.has(id));
  return (
    <>
      {canManage && chosen.length > 0 && (
        <ChosenBar chosen={chosen} acts={acts} ticks={ticks} all={schedules.map(({ id }) => id)} />
      )}
      <ShowMore rows={sorted(schedules)} noun="schedules">
        {(shown) => <ScheduleTable schedules={shown} sort={sort} acts={acts} ticks={canManage ? ticks : null} />}
      </ShowMore>
    </>
  );
}

/** As many as one call takes. */
const MAX_AT_ONCE = 200;

interface ChosenProps {
  chosen: readonly JobSchedule[];
  acts: ScheduleActs;
  ticks: TickedRows;
  /** The ids of all that the filters leave. */
  all: readonly string[];
}

function ChosenBar({ chosen, acts, ticks, all }: ChosenProps) {
  const { canRun } = useScheduleRights();
  const isTooMany = chosen.length > MAX_AT_ONCE;
  const limit = { disabled: isTooMany, title: isTooMany ? `At most ${MAX_AT_ONCE} at once` : undefined };
  return (
    <Group gap="xs" mb="sm" role="toolbar" aria-label="What to do with the ticked schedules">
      <span className="tabular" aria-live="polite">
        {chosen.length.toLocaleString('en')} chosen
      </span>
      {chosen.length < all.length && (
        <Button variant="subtle" size="compact-sm" onClick={() => ticks.add(all)}>
          Select all {all.length.toLocaleString('en')}
        </Button>
      )}
      {chosen.some(({ paused }) => paused === null) && (
        <Button
          variant="default"
          size="compact-sm"
          {...limit}
          onClick={() => acts.open({ act: 'pause', schedules: chosen })}
        >
          Pause…
        </Button>
      )}
      {canRun && chosen.some(({ paused }) => paused !== null) && (
        <Button variant="default" size="compact-sm" {...limit} onClick={() => acts.resume(chosen)}>
          Resume
        </Button>
      )}
      <Button variant="subtle" size="compact-sm" data-key="Escape" onClick={ticks.clear}>
        Clear
      </Button>
    </Group>
  );
}
