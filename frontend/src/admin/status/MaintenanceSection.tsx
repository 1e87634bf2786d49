import type { SystemHealth } from '@job-manager/shared/contract/health';
import { Button } from '@mantine/core';
import { IconChevronDown, IconChevronUp, IconClockOff } from '@tabler/icons-react';
import { useState } from 'react';
import { useServerTime } from '../../api/server-clock';
import { RelativeTime } from '../../components/RelativeTime';
import { EmptyState } from '../../ui/EmptyState';
import { Section } from '../../ui/Section';
import { Cell, Table } from '../../ui/Table';
import type { Column } from '../../ui/TableSort';
import classes from './SystemStatusPage.module.css';

type Task = SystemHealth['maintenance'][number];

const columns: Column[] = [{ label: 'Task' }, { label: 'Last done' }, { label: 'Result' }, { label: 'Next' }];
/** So long may a task be due before it is late: processes don't all check at the same moment. */
const LATE_MS = 60_000;

const isLate = ({ nextAt }: Task, now: number): boolean => now - Date.parse(nextAt) > LATE_MS;

/**
 * What the product does about itself: one line, with the tasks that are overdue below it, and all of them on demand.
 */
export function MaintenanceSection({ tasks }: { tasks: SystemHealth['maintenance'] }) {
  const [isOpen, setOpen] = useState(false);
  const lateNames = useServerTime((now) =>
    tasks
      .filter((task) => isLate(task, now))
      .map(({ task }) => task)
      .join('\n'),
  );
  if (tasks.length === 0)
    return (
      <Section title="Maintenance">
        <EmptyState
          icon={IconClockOff}
          title="No maintenance has run yet"
          text="The first pass comes shortly after a server or a runner has started."
        />
      </Section>
    );
  const late = tasks.filter(({ task }) => lateNames.split('\n').includes(task));
  const onTime = tasks.filter((task) => !late.includes(task));
  const shown = isOpen ? [...late, ...onTime] : late;
  return (
    <Section
      title="Maintenance"
      aside={<Summary tasks={tasks} late={late.length} />}
      actions={
        <Button
          variant="subtle"
          color="gray"
          size="compact-sm"
          aria-expanded={isOpen}
          rightSection={isOpen ? <IconChevronUp size={14} /> : <IconChevronDown size={14} />}
          onClick={() => setOpen(!isOpen)}
        >
          {isOpen ? 'Hide the tasks' : 'Show the tasks'}
        </Button>
      }
    >
      {shown.length > 0 && (
        <Table caption="Maintenance tasks" columns={columns}>
          {shown.map((task) => (
            <TaskRow key={task.task} {...task} />
          ))}
        </Table>
      )}
    </Section>
  );
}

function Summary({ tasks, late }: { tasks: readonly Task[]; late: number }) {
  const lastAt = tasks
    .map(({ lastFinishedAt }) => lastFinishedAt ?? '')
    .sort()
    .at(-1);
  return (
    <span className={classes.summary}>
      {late > 0 && <strong>{late} overdue, </strong>}
      {tasks.length - late} {tasks.length - late === 1 ? 'task' : 'tasks'} on time
      {lastAt && (
        <>
          {' · last '}
          <RelativeTime at={lastAt} isPast />
        </>
      )}
    </span>
  );
}

function TaskRow({ task, lastFinishedAt, lastResult, nextAt }: Task) {
  return (
    <tr>
      <Cell isHeader>{nameOf(task)}</Cell>
      <Cell label="Last done">{lastFinishedAt ? <RelativeTime at={lastFinishedAt} /> : 'not yet'}</Cell>
      <Cell label="Result">
        <span className={classes.wrapping}>{lastResult ?? 'none yet'}</span>
      </Cell>
      <Cell label="Next">
        <NextTime at={nextAt} />
      </Cell>
    </tr>
  );
}

/** The server's name of a task, `remove old FAILED runs`, as the panel writes names. */
function nameOf(task: string): string {
  return task.charAt(0).toUpperCase() + task.slice(1).toLowerCase();
}

/** A time to come, or since when a task should have been done. */
function NextTime({ at }: { at: string }) {
  const state = useServerTime((now) => {
    const sinceMs = now - Date.parse(at);
    return sinceMs <= 0 ? 'later' : sinceMs <= LATE_MS ? 'due' : 'late';
  });
  if (state === 'due') return 'due now';
  return (
    <>
      {state === 'late' && 'overdue, was due '}
      <RelativeTime at={at} />
    </>
  );
}
