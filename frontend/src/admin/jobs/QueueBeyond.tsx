import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { toFailure } from '../../api/failure';
import { type QueueFilter, queueQuery } from '../../api/run-list-queries';
import { serverNow } from '../../api/server-clock';
import { formatHidden } from '../../components/queued-count';
import { RelativeTime } from '../../components/RelativeTime';
import { RunPageLink } from '../../components/RunPageLink';
import { ErrorPanel } from '../../ui/ErrorPanel';
import { type ActiveFilters, capitalize, isInQueueFilter, isWanted, queueFilterOf } from './active-groups';
import { QueueFacts } from './QueueFacts';
import classes from './RunBoard.module.css';

interface Props {
  /** All runs of the live list. */
  runs: readonly JobRunSummary[];
  /** All that are queued. */
  queued: number;
  filters: ActiveFilters;
}

/** The queue beyond the live list: read once when it is wanted, and apart from what lives. */
export function QueueBeyond({ runs, queued, filters }: Props) {
  const [isWanted, setWanted] = useState(false);
  const live = useMemo(() => runs.filter(({ status }) => status === 'QUEUED'), [runs]);
  const hidden = queued - live.length;
  const filter = queueFilterOf(filters);
  if (filter === null || (hidden <= 0 && !isWanted)) return null;
  return (
    <div className={classes.beyond}>
      {isWanted ? (
        <Beyond key={JSON.stringify(filter)} filter={filter} live={live} filters={filters} />
      ) : (
        <p className={classes.more}>
          {capitalize(formatHidden(hidden, queued))} more wait{isNarrowed(filters) && ', and some of them may match'}
          <Button size="compact-sm" variant="default" onClick={() => setWanted(true)}>
            Show them
          </Button>
        </p>
      )}
    </div>
  );
}

const isNarrowed = ({ text, job, channel, state }: ActiveFilters): boolean =>
  text !== '' || job !== null || channel !== null || state !== null;

interface BeyondProps {
  filter: QueueFilter;
  live: readonly JobRunSummary[];
  filters: ActiveFilters;
}

function Beyond({ filter, live, filters }: BeyondProps) {
  // As many as the live list had at first: it is apart from this one and goes on changing.
  const [skip] = useState(() => live.filter((run) => isInQueueFilter(run, filter, serverNow())).length);
  const queue = useInfiniteQuery(queueQuery(filter, skip));
  if (queue.isPending) return <p className={classes.more}>Loading…</p>;
  if (queue.isError) {
    const failure = toFailure(queue.error);
    return <ErrorPanel title="The queue could not be loaded" details={failure} onRetry={() => void queue.refetch()} />;
  }
  const [first] = queue.data.pages;
  const read = queue.data.pages.flatMap((page) => page.runs);
  const runs = read.filter((run) => isWanted(run, filters, Date.parse(first?.asOf ?? run.queuedAt)));
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
      {runs.length === 0 && (
        <p className={classes.more}>
          {read.length === 0 ? 'No more runs wait.' : `None of these ${read.length} matches the filters.`}
        </p>
      )}
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
