import { useQuery } from '@tanstack/react-query';
import { toFailure } from '../../api/failure';
import { ScheduleLink } from '../../components/EntityLinks';
import { formatClock } from '../../lib/date-time';
import { ErrorPanel } from '../../ui/ErrorPanel';
import { RowSkeletons } from '../../ui/RowSkeletons';
import { Cell, Table } from '../../ui/Table';
import { calendarQuery } from './calls';
import classes from './schedules.module.css';

const HOURS = 24;
const HOUR_MS = 3_600_000;
/** So many due times in an hour are marked as many. */
const MANY = 10;
/** As many as the server lists. */
const MAX_SCHEDULES = 200;

/** What comes due in the next hours, a strip for each schedule, and the hour in which most does. */
export function Calendar() {
  const { data, error, refetch } = useQuery(calendarQuery(HOURS));
  if (error)
    return (
      <ErrorPanel
        title="The calendar could not be loaded"
        details={toFailure(error).details}
        onRetry={() => void refetch()}
      />
    );
  if (data === undefined) return <RowSkeletons rows={3} label="Loading the calendar" />;
  if (data.schedules.length === 0) return <p className="dimmed">Nothing comes due within a day.</p>;
  const sums = Array.from({ length: HOURS }, (_none, hour) =>
    data.schedules.reduce((sum, { perHour }) => sum + (perHour[hour] ?? 0), 0),
  );
  const most = Math.max(...sums);
  const at = (hour: number) => formatClock(new Date(Date.parse(data.from) + hour * HOUR_MS).toISOString()).slice(0, 5);
  return (
    <>
      <p>
        Most comes due from {at(sums.indexOf(most))} on: {most.toLocaleString('en')} within the hour.
      </p>
      <Table
        caption="Due times by hour"
        columns={[{ label: 'Schedule' }, { label: `${at(0)} to ${at(HOURS)}` }, { label: 'In all', align: 'right' }]}
      >
        {data.schedules.map(({ scheduleId, name, perHour, total }) => (
          <tr key={scheduleId}>
            <Cell isHeader>
              <ScheduleLink id={scheduleId} name={name} />
            </Cell>
            <Cell label="Hours" isWide>
              <span className={classes.hours} role="img" aria-label={describe(perHour, at)}>
                {perHour.map((due, hour) => (
                  <span
                    // biome-ignore lint/suspicious/noArrayIndexKey: the hour is what it stands for
                    key={hour}
                    data-due={due >= MANY ? 'many' : due > 0 ? 'some' : 'none'}
                    title={`${at(hour)}: ${due}`}
                  />
                ))}
              </span>
            </Cell>
            <Cell label="In all" align="right">
              {total.toLocaleString('en')}
            </Cell>
          </tr>
        ))}
      </Table>
      {data.schedules.length === MAX_SCHEDULES && (
        <p className="dimmed">The {MAX_SCHEDULES} that come due first are shown.</p>
      )}
    </>
  );
}

function describe(perHour: readonly number[], at: (hour: number) => string): string {
  const due = perHour.flatMap((count, hour) => (count > 0 ? [`${at(hour)}: ${count}`] : []));
  return due.length === perHour.length ? 'Comes due in every hour' : `Comes due ${due.join(', ')}`;
}
