import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { limits } from '@job-manager/shared/limits';
import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { toFailure } from '../../api/failure';
import { queueQuery } from '../../api/run-list-queries';
import { formatQueued } from '../../components/queued-count';
import { RelativeTime } from '../../components/RelativeTime';
import { RunPageLink } from '../../components/RunPageLink';
import { ErrorPanel } from '../../ui/ErrorPanel';
import { QueueFacts } from './QueueFacts';
import classes from './RunBoard.module.css';

interface Props {
  /** Queued runs that the live list does not have. */
  hidden: number;
  /** All that are queued. */
  queued: number;
}

/** The queue beyond the live list: read once when it is wanted, and apart from what lives. */
export function QueueBeyond({ hidden, queued }: Props) {
  const [isWanted, setWanted] = useState(false);
  if (hidden <= 0 && !isWanted) return null;
  return (
    <div className={classes.beyond}>
      {isWanted ? (
        <Beyond />
      ) : (
        <p className={classes.more}>
          {queued > limits.queuedInSnapshot ? `${formatQueued(hidden)} more wait` : 'More wait'}
          <Button size="compact-sm" variant="default" onClick={() => setWanted(true)}>
            Show them
          </Button>
        </p>
      )}
    </div>
  );
}

function Beyond() {
  const queue = useInfiniteQuery(queueQuery());
  if (queue.isPending) return <p className={classes.more}>Loading…</p>;
  if (queue.isError) {
    const { details } = toFailure(queue.error);
    return <ErrorPanel title="The queue could not be loaded" details={details} onRetry={() => void queue.refetch()} />;
  }
  const [first] = queue.data.pages;
  const runs = queue.data.pages.flatMap((page) => page.runs);
  return (
    <>
      <p className={classes.more}>
        {first && (
          <span>
            The queue after these, as of <RelativeTime at={first.asOf} />
          </span>
        )}
        <Button size="compact-sm" variant="default" onClick={() => void queue.refetch()} loading={queue.isRefetching}>
          Refresh
        </Button>
      </p>
      <ul className={classes.queued} aria-label="Queued runs beyond the live list">
        {runs.map((run) => (
          <QueuedRun key={run.id} run={run} />
        ))}
      </ul>
      {runs.length === 0 && <p className={classes.more}>No more runs wait.</p>}
      {queue.hasNextPage && (
        <Button variant="default" onClick={() => void queue.fetchNextPage()} loading={queue.isFetchingNextPage}>
          Show 50 more
        </Button>
      )}
    </>
  );
}

function QueuedRun({ run }: { run: JobRunSummary }) {
  return (
    <li className={classes.queuedRun}>
      <RunPageLink jobRunId={run.id} className={classes.name}>
        {run.jobName} #{run.id}
      </RunPageLink>
      <QueueFacts run={run} />
    </li>
  );
}
