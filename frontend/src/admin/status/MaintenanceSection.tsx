import type { SystemHealth } from '@job-manager/shared/contract/health';
import { IconClockOff } from '@tabler/icons-react';
import { useServerTime } from '../../api/server-clock';
import { RelativeTime } from '../../components/RelativeTime';
import { EmptyState } from '../../ui/EmptyState';
import { Section } from '../../ui/Section';
import { Cell, type Column, Table } from '../../ui/Table';
import classes from './SystemStatusPage.module.css';

const columns: Column[] = [{ label: 'Task' }, { label: 'Last done' }, { label: 'Result' }, { label: 'Next' }];

/** What the product does about itself, once across all processes: when it last did, with what result, and when next. */
export function MaintenanceSection({ tasks }: { tasks: SystemHealth['maintenance'] }) {
  return (
    <Section title="Maintenance">
      {tasks.length === 0 ? (
        <EmptyState
          icon={IconClockOff}
          title="No maintenance has run yet"
          text="The first pass comes shortly after a server or a runner has started."
        />
      ) : (
        <Table caption="Maintenance tasks" columns={columns}>
          {tasks.map(({ task, lastFinishedAt, lastResult, nextAt }) => (
            <tr key={task}>
              <Cell isHeader>{nameOf(task)}</Cell>
              <Cell label="Last done">{lastFinishedAt ? <RelativeTime at={lastFinishedAt} /> : 'not yet'}</Cell>
              <Cell label="Result">
                <span className={classes.wrapping}>{lastResult ?? 'none yet'}</span>
              </Cell>
              <Cell label="Next">
                <NextTime at={nextAt} />
              </Cell>
            </tr>
          ))}
        </Table>
      )}
    </Section>
  );
}

/** The server's name of a task, `remove old FAILED runs`, as the panel writes names. */
function nameOf(task: string): string {
  return task.charAt(0).toUpperCase() + task.slice(1).toLowerCase();
}

/** So long may a task be due before it is late: processes don't all look at the same moment. */
const LATE_MS = 60_000;

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
