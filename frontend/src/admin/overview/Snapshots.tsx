import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'react-router-dom';
import { useLive } from '../../api/live/LiveProvider';
import { Elapsed } from '../../components/RelativeTime';
import { RunPageLink } from '../../components/RunPageLink';
import { paths } from '../../paths';
import { Meter } from '../../ui/Meter';
import { overviewQuery } from './calls';
import { longestRunning } from './longest-running';
import classes from './overview.module.css';

/** Small figures of today. */
export function Snapshots() {
  const { data, error } = useQuery({ ...overviewQuery(), select: ({ snapshots }) => snapshots });
  const of = (text: (answer: NonNullable<typeof data>) => ReactNode) =>
    data ? text(data) : error ? 'could not be read' : <Skeleton width={80} height={16} />;
  return (
    <section aria-label="Snapshots">
      <ul className={classes.snapshots}>
        <Snapshot label="Scheduled today">
          {of(({ scheduledToday: { left, total } }) => (
            <>
              <Link to={paths.schedules}>{left.toLocaleString('en')}</Link> left of {total.toLocaleString('en')}
            </>
          ))}
        </Snapshot>
        <Snapshot label="Longest running">
          <Longest />
        </Snapshot>
        <Snapshot label="Retries, last hour">
          {of(({ retriesLastHour: { attempts, jobs } }) =>
            attempts === 0
              ? 'none'
              : `${atMost(attempts)}, of ${jobs.toLocaleString('en')} ${jobs === 1 ? 'job' : 'jobs'}`,
          )}
        </Snapshot>
        {data && data.regions.length > 1 && (
          <Snapshot label="By region, runs of 24 hours">
            <Regions regions={data.regions} />
          </Snapshot>
        )}
      </ul>
    </section>
  );
}

/** One region shows nothing that the other figures don't. */
function Regions({ regions }: { regions: { region: string; runners: number; endedRuns: number }[] }) {
  const most = Math.max(1, ...regions.map(({ endedRuns }) => endedRuns));
  return (
    <ul className={classes.regions}>
      {regions.map(({ region, runners, endedRuns }) => (
        <li key={region} title={`${runners} ${runners === 1 ? 'runner lives' : 'runners live'} there`}>
          <span className="long-name">{region}</span>
          <Meter value={endedRuns} max={most} />
          <span className="tabular">{endedRuns.toLocaleString('en')}</span>
        </li>
      ))}
    </ul>
  );
}

const COUNTED = 10_000;
const atMost = (count: number): string => (count > COUNTED ? '10,000+' : count.toLocaleString('en'));

function Snapshot({ label, children }: { label: string; children: ReactNode }) {
  return (
    <li className={classes.snapshot}>
      <span className={classes.label}>{label}</span>
      <span className={classes.figure}>{children}</span>
    </li>
  );
}

function Longest() {
  const run = useLive((live) => longestRunning(live.runs));
  if (run?.startedAt == null) return 'nothing runs';
  return (
    <>
      <RunPageLink jobRunId={run.id}>
        {run.jobName} #{run.id}
      </RunPageLink>{' '}
      <Elapsed since={run.startedAt} />
    </>
  );
}
