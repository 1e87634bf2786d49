import type { JobRunBatch } from '@job-manager/shared/contract/batches';
import { IconStack2 } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { parseAsInteger, useQueryState } from 'nuqs';
import { Link } from 'react-router-dom';
import { BATCH_PAGE_SIZE, batchesQuery } from '../../api/batch-queries';
import { toFailure } from '../../api/failure';
import { paths } from '../../paths';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorPanel } from '../../ui/ErrorPanel';
import { Pager } from '../../ui/Pager';
import { RowSkeletons } from '../../ui/RowSkeletons';
import { Section } from '../../ui/Section';
import classes from './Batches.module.css';
import { BatchFacts, BatchProgress } from './BatchProgress';
import { RunsPage } from './RunsPage';
import { useBatchesFollow } from './useBatchesFollow';

/** Runs that were queued together, the newest first. */
export function BatchesPage() {
  return (
    <RunsPage tab="Batches">
      <Section title="Batches" isTitleHidden>
        <Batches />
      </Section>
    </RunsPage>
  );
}

function Batches() {
  const [given, setPage] = useQueryState('page', parseAsInteger.withDefault(1).withOptions({ history: 'push' }));
  const page = Math.min(Math.max(1, given), 1_000_000);
  const list = useQuery(batchesQuery(page));
  useBatchesFollow();
  if (list.isPending) return <RowSkeletons rows={5} label="Loading batches" />;
  if (list.data === undefined) {
    const { details } = toFailure(list.error);
    return <ErrorPanel title="Batches could not be loaded" details={details} onRetry={() => void list.refetch()} />;
  }
  const { batches, total } = list.data;
  if (total === 0) return <NoBatches />;
  return (
    <>
      <ul className={classes.list} aria-label="Batches" aria-busy={list.isPlaceholderData}>
        {batches.map((batch) => (
          <BatchRow key={batch.id} batch={batch} />
        ))}
      </ul>
      <Pager
        label="Pages of batches"
        noun="batches"
        page={page}
        pageSize={BATCH_PAGE_SIZE}
        total={total}
        shown={batches.length}
        onPageChange={(next) => void setPage(next === 1 ? null : next)}
      />
    </>
  );
}

function BatchRow({ batch }: { batch: JobRunBatch }) {
  return (
    <li className={classes.row}>
      <div className={classes.title}>
        <Link to={paths.batch(batch.id)} className={classes.name}>
          {batch.name}
        </Link>
        <span className={classes.id}>#{batch.id}</span>
      </div>
      <BatchProgress batch={batch} />
      <BatchFacts batch={batch} />
    </li>
  );
}

const SNIPPET = `await jobs.queue.enqueueBatch({
  name: 'Nightly mails',
  runs: users.map((userId) => ({ jobName: 'mail', parameters: { userId } })),
  callback: { jobName: 'report' },
});`;

function NoBatches() {
  return (
    <>
      <EmptyState
        icon={IconStack2}
        title="No batches yet"
        text="A batch queues many runs as one, with one progress and one cancel."
      />
      <pre className={classes.snippet}>
        <code>{SNIPPET}</code>
      </pre>
    </>
  );
}
