import type { JobRun } from '@job-manager/shared/contract/run';
import { BatchLink, ChannelLink, JobLink } from '../../components/EntityLinks';
import classes from './RunVerdict.module.css';

/** What a run belongs to, as ways to get there. */
export function RunNouns({ run }: { run: JobRun }) {
  return (
    <p className={classes.nouns}>
      <span>
        Job <JobLink jobName={run.jobName} />
      </span>
      <span>
        Channel <ChannelLink channel={run.channel} />
      </span>
      {run.batch && (
        <span>
          Batch <BatchLink id={run.batch.id} name={run.batch.name} />
        </span>
      )}
    </p>
  );
}
