import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { type QueueFilter, queueQuery } from '../api/run-list-queries';
import { Ellipsis } from '../ui/Ellipsis';
import { Cell, Table } from '../ui/Table';
import { Pending } from './Pending';
import classes from './QueuedRuns.module.css';
import { RelativeTime } from './RelativeTime';
import { RunPageLink } from './RunPageLink';

/** The queue of a channel or a job in the order in which it is claimed, as of one moment; the live list stands apart. */
export function QueuedRuns({ of }: { of: QueueFilter }) {
  const queue = useInfiniteQuery(queueQuery(of));
  if (queue.data === undefined) return <Pending query={queue} what="The queue" isDense />;
  const [first] = queue.data.pages;
  const runs = queue.data.pages.flatMap((page) => page.runs);
  return (
    <>
      {first && (
        <p className="dimmed">
          {runs.length === 0
            ? 'No run is queued'
            : queue.hasNextPage
              ? `The first ${runs.length}`
              : 'All that are queued'}
          , as of <RelativeTime at={first.asOf} isPast />
        </p>
      )}
      {runs.length > 0 && (
        <Table
          caption="Queued runs"
          columns={[{ label: 'Run' }, { label: 'Waits' }, { label: 'Queued' }, { label: 'Priority', align: 'right' }]}
          isRoving
        >
          {runs.map((run) => (
            <QueuedRun key={run.id} run={run} />
          ))}
        </Table>
      )}
      {queue.hasNextPage && (
        <Button variant="default" mt="sm" onClick={() => void queue.fetchNextPage()} loading={queue.isFetchingNextPage}>
          Show 50 more
        </Button>
      )}
    </>
  );
}

function QueuedRun({ run }: { run: JobRunSummary }) {
  return (
    <tr data-row={run.id}>
      <Cell isHeader>
        <RunPageLink jobRunId={run.id} className={`long-name ${classes.run}`}>
          {run.jobName} #{run.id}
        </RunPageLink>
      </Cell>
      <Cell label="Waits" isWide>
        <Ellipsis text={run.waitDetail ?? 'In line'} />
      </Cell>
      <Cell label="Queued">
        <RelativeTime at={run.queuedAt} />
      </Cell>
      <Cell label="Priority" align="right">
        {run.priority}
      </Cell>
    </tr>
  );
}
