import { useQuery } from '@tanstack/react-query';
import { toFailure } from '../../api/failure';
import { ScheduleLink } from '../../components/EntityLinks';
import { PausedNote } from '../../components/PausedNote';
import { RelativeTime } from '../../components/RelativeTime';
import { ErrorPanel } from '../../ui/ErrorPanel';
import { RowSkeletons } from '../../ui/RowSkeletons';
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
  const { data, error, refetch } = useQuery(schedulesOfQuery(jobName));
  if (data === undefined) {
    if (error === null) return <RowSkeletons rows={2} label="Loading schedules" isDense />;
    const { details } = toFailure(error);
    return <ErrorPanel title="Schedules could not be loaded" details={details} onRetry={() => void refetch()} />;
  }
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
