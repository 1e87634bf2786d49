import { useQuery } from '@tanstack/react-query';
import { ChannelLink } from '../../components/EntityLinks';
import { StatusMark } from '../../components/JobStatusBadge';
import { PausedNote } from '../../components/PausedNote';
import { RelativeTime } from '../../components/RelativeTime';
import { RunLink } from '../../components/RunLink';
import { formatDuration } from '../../lib/duration';
import { Fact, Facts } from '../../ui/Facts';
import { RowSkeletons } from '../../ui/RowSkeletons';
import { activityQuery } from './calls';
import type { ListedJob } from './DefinitionTable';

interface Props {
  jobName: string;
  job: ListedJob['job'];
}

/** How a job does: its last run, a day in figures, when it comes next. */
export function JobFigures({ jobName, job }: Props) {
  const { data } = useQuery(activityQuery());
  if (data === undefined) return <RowSkeletons rows={1} label="Loading figures" />;
  const activity = data.find((each) => each.jobName === jobName);
  const paused = job?.settings.paused;
  return (
    <Facts>
      {paused && (
        <Fact name="State">
          <PausedNote paused={paused} />
        </Fact>
      )}
      <Fact name="Last run">
        {activity?.lastRun ? (
          <span>
            <StatusMark status={activity.lastRun.status} /> <RunLink jobRunId={activity.lastRun.id} />{' '}
            <RelativeTime at={activity.lastRun.finishedAt} isPast />
          </span>
        ) : (
          'Never'
        )}
      </Fact>
      <Fact name="Succeeded in 24 hours">{(activity?.success ?? 0).toLocaleString('en')}</Fact>
      <Fact name="Failed in 24 hours">{(activity?.failed ?? 0).toLocaleString('en')}</Fact>
      <Fact name="Took on average">{activity?.meanMs == null ? '–' : formatDuration(activity.meanMs)}</Fact>
      {job && (
        <Fact name="Channel">
          <ChannelLink channel={job.channel} />
        </Fact>
      )}
      <Fact name="Next due">{activity?.nextDueAt ? <RelativeTime at={activity.nextDueAt} /> : 'No schedule'}</Fact>
    </Facts>
  );
}
