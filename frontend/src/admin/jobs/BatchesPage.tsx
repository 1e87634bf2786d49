import type { JobRunBatch } from '@job-manager/shared/contract/batches';
import { IconStack2 } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { parseAsInteger, useQueryState } from 'nuqs';
import { useRef } from 'react';
import { Link, useNavigate } from 'react-router-dom';
import { BATCH_PAGE_SIZE, batchesQuery } from '../../api/batch-queries';
import { Pending } from '../../components/Pending';
import { paths } from '../../paths';
import { EmptyState } from '../../ui/EmptyState';
import { Pager } from '../../ui/Pager';
import { useRovingRows } from '../../ui/roving-rows';
import { openRowOnClick } from '../../ui/row-click';
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
  if (list.data === undefined) return <Pending query={list} what="Batches" rows={5} />;
  const { batches, total } = list.data;
  if (total === 0) return <NoBatches />;
  return (
    <>
      <BatchRows batches={batches} isBusy={list.isPlaceholderData} />
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

function BatchRows({ batches, isBusy }: { batches: readonly JobRunBatch[]; isBusy: boolean }) {
  const list = useRef<HTMLUListElement>(null);
  useRovingRows(list);
  return (
    <ul ref={list} className={classes.list} aria-label="Batches" aria-busy={isBusy}>
      {batches.map((batch) => (
        <BatchRow key={batch.id} batch={batch} />
      ))}
    </ul>
  );
}

function BatchRow({ batch }: { batch: JobRunBatch }) {
  const navigate = useNavigate();
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the link in it is what the keyboard opens
    <li
      className={classes.row}
      data-row={batch.id}
      onClick={(event) => openRowOnClick(event, () => void navigate(paths.batch(batch.id)))}
    >
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
