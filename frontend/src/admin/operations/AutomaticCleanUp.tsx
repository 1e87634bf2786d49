import type { AutomaticCleanUp as Answer } from '@job-manager/shared/contract/run-lists';
import { useQuery } from '@tanstack/react-query';
import { Fragment } from 'react';
import { automaticCleanUpQuery } from '../../api/run-list-queries';
import { JobLink } from '../../components/EntityLinks';
import { Pending } from '../../components/Pending';
import { RelativeTime } from '../../components/RelativeTime';
import { RunPageLink } from '../../components/RunPageLink';
import { spellDuration } from '../../lib/duration';
import { spellRuns } from '../../lib/spell-runs';
import classes from './operations.module.css';

type Retention = Answer['retention'][number];

const names: Record<Retention['status'], string> = {
  SUCCESS: 'Successful runs',
  FAILED: 'Failed runs',
  CANCELLED: 'Cancelled runs',
};

/** The automatic clean-ups, and when the next is due. */
export function AutomaticCleanUp() {
  const query = useQuery(automaticCleanUpQuery());
  const { data } = query;
  if (!data) return <Pending query={query} what="Automatic clean-up" rows={4} isDense />;
  const { recovery, retention, forceFail } = data;
  return (
    <dl className={classes.outlook}>
      <dt>Silent runs</dt>
      <dd>Recovered after {spellDuration(recovery.stalledAfterMs)} without a heartbeat.</dd>
      <dt>Ignored cancels</dt>
      <dd>
        <ForceFailing jobs={forceFail.jobs} />
        <NextForceFails next={forceFail.next} />
      </dd>
      {retention.map((row) => (
        <Fragment key={row.status}>
          <dt>{names[row.status]}</dt>
          <dd>
            <Kept row={row} />
          </dd>
        </Fragment>
      ))}
    </dl>
  );
}

function ForceFailing({ jobs }: { jobs: Answer['forceFail']['jobs'] }) {
  if (jobs.length === 0) return 'Left running: no job has a time set after which they fail.';
  return (
    <>
      Failed by force:{' '}
      {jobs.map(({ jobName, afterMs }, place) => (
        <Fragment key={jobName}>
          {place > 0 && ', '}
          <JobLink jobName={jobName} /> after {spellDuration(afterMs)}
        </Fragment>
      ))}
      .
    </>
  );
}

function NextForceFails({ next }: { next: Answer['forceFail']['next'] }) {
  if (next.length === 0) return null;
  return (
    <>
      {' '}
      Next:{' '}
      {next.map(({ jobRunId, jobName, forceFailAt }, place) => (
        <Fragment key={jobRunId}>
          {place > 0 && ', '}
          <RunPageLink jobRunId={jobRunId}>
            {jobName} #{jobRunId}
          </RunPageLink>{' '}
          <RelativeTime at={forceFailAt} />
        </Fragment>
      ))}
      .
    </>
  );
}

function Kept({ row: { keepDays, keepRuns, due, lastAt, lastResult, nextAt } }: { row: Retention }) {
  const limits = [
    keepDays !== null && `for ${keepDays.toLocaleString('en')} ${keepDays === 1 ? 'day' : 'days'}`,
    keepRuns !== null && `the newest ${keepRuns.toLocaleString('en')} of each job`,
  ].filter((limit) => limit !== false);
  return (
    <>
      Kept {limits.length === 0 ? 'for ever' : limits.join(', ')}.
      {nextAt !== null && (
        <>
          {' '}
          Next removal <RelativeTime at={nextAt} />: {due === 0 ? 'nothing to remove' : `about ${spellRuns(due)}`}.
        </>
      )}
      {lastAt !== null && lastResult !== null && (
        <>
          {' '}
          Last <RelativeTime at={lastAt} isPast />: {lastResult}.
        </>
      )}
    </>
  );
}
