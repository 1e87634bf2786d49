import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { ChannelLink } from '../../components/EntityLinks';
import { RelativeTime } from '../../components/RelativeTime';
import { RunWait } from '../../components/RunWait';
import classes from './JobRunCard.module.css';

/** What a queued run waits for. */
export function QueueFacts({ run }: { run: JobRunSummary }) {
  return (
    <>
      <span className={classes.queuedAt}>
        Queued: <RelativeTime at={run.queuedAt} />
      </span>
      <RunWait run={run} />
      {run.channel !== 'default' && (
        <span className={classes.channel} title={run.channel}>
          Channel: <ChannelLink channel={run.channel} />
        </span>
      )}
      {run.priority !== 0 && <span className="tabular">Priority: {run.priority}</span>}
    </>
  );
}
