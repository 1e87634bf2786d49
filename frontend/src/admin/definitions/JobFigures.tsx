import { useQuery } from '@tanstack/react-query';
import { ChannelLink } from '../../components/EntityLinks';
import { StatusMark } from '../../components/JobStatusBadge';
import { PausedNote } from '../../components/PausedNote';
import { Pending } from '../../components/Pending';
import { RelativeTime } from '../../components/RelativeTime';
import { RunLink } from '../../components/RunLink';
import { formatSuccessRate } from '../../components/success-rate';
import { formatDuration } from '../../lib/duration';
import { Fact, Facts } from '../../ui/Facts';
import { activityQuery } from './calls';
import type { ListedJob } from './DefinitionTable';
import { TookTrend } from './TookTrend';

interface Props {
  jobName: string;
  job: ListedJob['job'];
}

/** How a job does: its last run, a day in figures, when it comes next. */
export function JobFigures({ jobName, job }: Props) {
  const query = useQuery(activityQuery());
  const { data } = query;
  if (data === undefined) return <Pending query={query} what="Its figures" rows={1} />;
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
      <Fact name="Completed 24h">{(activity?.success ?? 0).toLocaleString('en')}</Fact>
      <Fact name="Failed 24h">{(activity?.failed ?? 0).toLocaleString('en')}</Fact>
      <Fact name="Success rate 24h">{formatSuccessRate(activity?.success ?? 0, activity?.failed ?? 0)}</Fact>
      <Fact name="Took p95 ≈">
        {activity?.took ? (
          <span>
            {formatDuration(activity.took.p95)} <TookTrend activity={activity} />
          </span>
        ) : (
          '–'
        )}
      </Fact>
      <Fact name="Waited p95 ≈">{activity?.waitedP95 == null ? '–' : formatDuration(activity.waitedP95)}</Fact>
      {job && (
        <Fact name="Channel">
          <ChannelLink channel={job.channel} />
        </Fact>
      )}
      <Fact name="Next due">{activity?.nextDueAt ? <RelativeTime at={activity.nextDueAt} /> : 'No schedule'}</Fact>
    </Facts>
  );
}
