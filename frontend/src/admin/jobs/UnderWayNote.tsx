import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { IconAlertTriangle } from '@tabler/icons-react';
import { Link } from 'react-router-dom';
import type { UnderWay } from '../../components/parameters/calls';
import { Elapsed } from '../../components/RelativeTime';
import { paths } from '../../paths';
import { Banner } from '../../ui/Banner';
import classes from './RunJobForm.module.css';

interface Props {
  jobName: string;
  activeJobs: readonly JobRunSummary[];
  /** As the server lists them; those with the same parameters first. */
  underWay: readonly UnderWay[] | null;
}

/** Runs of the job that are running already, and one that is queued with the very same parameters. A warning, no ban. */
export function UnderWayNote({ jobName, activeJobs, underWay }: Props) {
  const ofJob = activeJobs.filter((run) => run.jobName === jobName);
  const running = ofJob.filter(({ status }) => status === 'RUNNING');
  const [first] = running;
  // The live list shows when a run has ended since; runs beyond it are as the server answered.
  const same = underWay?.find(({ isSame, status }) => isSame && status === 'QUEUED');
  if (first !== undefined)
    return (
      <Banner icon={IconAlertTriangle} actions={<OpenRun jobRunId={first.id} />}>
        <span>Another instance of this job is currently running.</span> <span className="tabular">#{first.id}</span>
        {first.progressPercent !== null && `, ${Math.round(first.progressPercent)} %`}, since{' '}
        <Elapsed since={first.startedAt ?? first.queuedAt} />
        {running.length > 1 && `, and ${running.length - 1} more`}
      </Banner>
    );
  if (same === undefined) return null;
  return (
    <Banner icon={IconAlertTriangle} actions={<OpenRun jobRunId={same.jobRunId} />}>
      A run of this job with the same parameters is queued already. <span className="tabular">#{same.jobRunId}</span>,
      since <Elapsed since={same.queuedAt} />
    </Banner>
  );
}

/** In another tab: text typed here stays. */
function OpenRun({ jobRunId }: { jobRunId: string }) {
  return (
    <Link
      to={paths.run(jobRunId)}
      target="_blank"
      className={classes.open}
      aria-label={`Open run #${jobRunId} in a new tab`}
    >
      Open
    </Link>
  );
}
