import { useQuery } from '@tanstack/react-query';
import { ScheduleLink } from '../../components/EntityLinks';
import { Pending } from '../../components/Pending';
import { formatDateTime } from '../../lib/date-time';
import { Cell, Table } from '../../ui/Table';
import { calendarQuery } from './calls';
import classes from './schedules.module.css';

const DAY_HOURS = 24;
const HOUR_MS = 3_600_000;
/** So many due times in an hour are marked as many. */
const MANY = 10;
/** As many as the server reads. */
const MAX_SCHEDULES = 200;

/** What comes due in the next hours, a strip for each schedule, and the hour in which most does. */
export function Calendar({ hours }: { hours: number }) {
  const query = useQuery(calendarQuery(hours));
  const { data } = query;
  if (data === undefined) return <Pending query={query} what="The calendar" rows={3} />;
  if (data.schedules.length === 0) return <p className="dimmed">Nothing comes due in this time.</p>;
  const sums = Array.from({ length: hours }, (_none, hour) =>
    data.schedules.reduce((sum, { perHour }) => sum + (perHour[hour] ?? 0), 0),
  );
  const most = Math.max(...sums);
  const at = (hour: number) => {
    const time = formatDateTime(new Date(Date.parse(data.from) + hour * HOUR_MS).toISOString());
    return hours > DAY_HOURS
      ? time.slice('2026-'.length, -':00'.length)
      : time.slice('2026-11-30 '.length, -':00'.length);
  };
  return (
    <>
      <p>
        Busiest hour: from {at(sums.indexOf(most))}, {most.toLocaleString('en')} due.
      </p>
      <Table
        caption="Due times by hour"
        columns={[{ label: 'Schedule' }, { label: `${at(0)} to ${at(hours)}` }, { label: 'In all', align: 'right' }]}
        isRoving
      >
        {data.schedules.map(({ scheduleId, name, perHour, total }) => (
          <tr key={scheduleId} data-row={scheduleId}>
            <Cell isHeader>
              <ScheduleLink id={scheduleId} name={name} />
            </Cell>
            <Cell label="Hours" isWide>
              <span
                className={classes.hours}
                data-long={hours > DAY_HOURS || undefined}
                role="img"
                aria-label={describe(perHour, at)}
              >
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
      {data.isCut && <p className="dimmed">The {MAX_SCHEDULES} that come due first are looked at; there are more.</p>}
    </>
  );
}

function describe(perHour: readonly number[], at: (hour: number) => string): string {
  const due = perHour.flatMap((count, hour) => (count > 0 ? [`${at(hour)}: ${count}`] : []));
  return due.length === perHour.length ? 'Comes due in every hour' : `Comes due ${due.join(', ')}`;
}
