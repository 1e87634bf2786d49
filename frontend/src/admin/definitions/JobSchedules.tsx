import { useQuery } from '@tanstack/react-query';
import { ScheduleLink } from '../../components/EntityLinks';
import { PausedNote } from '../../components/PausedNote';
import { Pending } from '../../components/Pending';
import { RelativeTime } from '../../components/RelativeTime';
import { Section } from '../../ui/Section';
import { Cell, Table } from '../../ui/Table';
import { schedulesOfQuery } from './calls';

/** What runs a job by itself, and when next. */
export function JobSchedules({ jobName }: { jobName: string }) {
  return (
    <Section title="Schedules">
      <Schedules jobName={jobName} />
    </Section>
  );
}

function Schedules({ jobName }: { jobName: string }) {
  const query = useQuery(schedulesOfQuery(jobName));
  const { data } = query;
  if (data === undefined) return <Pending query={query} what="Schedules" isDense />;
  if (data.length === 0) return <p className="dimmed">No schedule runs this job.</p>;
  return (
    <Table
      caption="Schedules of the job"
      columns={[{ label: 'Schedule' }, { label: 'When' }, { label: 'Next' }, { label: 'State' }]}
    >
      {data.map(({ id, name, timing, nextRunAt, paused, problem }) => (
        <tr key={id}>
          <Cell isHeader>
            <ScheduleLink id={id} name={name} />
          </Cell>
          <Cell label="When">{timing}</Cell>
          <Cell label="Next" isEmpty={nextRunAt === null}>
            {nextRunAt === null ? '–' : <RelativeTime at={nextRunAt} />}
          </Cell>
          <Cell label="State" isWide>
            <span className="long-name">{paused ? <PausedNote paused={paused} /> : (problem ?? 'On')}</span>
          </Cell>
        </tr>
      ))}
    </Table>
  );
}
