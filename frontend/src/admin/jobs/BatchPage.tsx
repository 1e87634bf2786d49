import type { JobRunBatch } from '@job-manager/shared/contract/batches';
import { isRunId } from '@job-manager/shared/contract/run-id';
import { Button, Checkbox, Tabs } from '@mantine/core';
import { IconStack2 } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { parseAsBoolean, parseAsInteger, parseAsStringLiteral, useQueryState, useQueryStates } from 'nuqs';
import { Suspense, useState } from 'react';
import { useParams } from 'react-router-dom';
import { BATCH_PAGE_SIZE, batchGraphQuery, batchQuery, batchRunsQuery } from '../../api/batch-queries';
import { useCan } from '../../api/session';
import { HistoryTable } from '../../components/HistoryTable';
import { NotFoundPage } from '../../components/NotFoundPage';
import { Pending } from '../../components/Pending';
import { useTicks } from '../../components/ticks';
import { useOpenedRun } from '../../components/url-state';
import { paths } from '../../paths';
import { DialogBoundary } from '../../ui/DialogBoundary';
import { EmptyState } from '../../ui/EmptyState';
import { loadable } from '../../ui/loadable';
import { Page } from '../../ui/Page';
import { Pager } from '../../ui/Pager';
import { RowSkeletons } from '../../ui/RowSkeletons';
import { Section } from '../../ui/Section';
import { useReturnFocus } from '../../ui/useReturnFocus';
import { BatchFacts, BatchProgress } from './BatchProgress';
import { RerunFailedButton } from './RerunFailedButton';
import { useBatchesFollow } from './useBatchesFollow';

const ReadChain = loadable(() => import('./RunChain').then((module) => module.ReadChain));
const ListSelection = loadable(() => import('./ListSelection').then((module) => module.ListSelection));
const CancelBatchDialog = loadable(() => import('./CancelBatchDialog').then((module) => module.CancelBatchDialog));

/** One batch: how far it is, its runs, and its cancel. */
export function BatchPage() {
  const { batchId = '' } = useParams();
  return isRunId(batchId) ? <Batch batchId={batchId} /> : <NotFoundPage />;
}

function Batch({ batchId }: { batchId: string }) {
  const query = useQuery(batchQuery(batchId));
  const { data: batch } = query;
  const [isCancelling, setCancelling] = useState(false);
  const mayCancel = useCan('cancel');
  useBatchesFollow(batchId);
  useReturnFocus(isCancelling);
  const title = batch?.name ?? `Batch #${batchId}`;
  const close = () => setCancelling(false);
  return (
    <Page
      title={title}
      trail={[{ label: 'Runs', to: paths.jobs }, { label: 'Batches', to: paths.batches }, { label: `#${batchId}` }]}
      actions={
        batch !== undefined && (
          <>
            {batch.counts.failed > 0 && <RerunFailedButton batch={batch} />}
            {mayCancel && batch.finishedAt === null && (
              <Button variant="default" onClick={() => setCancelling(true)}>
                Cancel…
              </Button>
            )}
          </>
        )
      }
    >
      {batch === undefined && (
        <Section title="Batch" isTitleHidden>
          <Pending query={query} what="The batch" rows={4} />
        </Section>
      )}
      {batch !== undefined && <Overview batch={batch} />}
      {batch !== undefined && <Parts batchId={batchId} />}
      <DialogBoundary opened={[isCancelling]} onClose={close}>
        {isCancelling && batch !== undefined && <CancelBatchDialog batch={batch} onClose={close} />}
      </DialogBoundary>
    </Page>
  );
}

function Overview({ batch }: { batch: JobRunBatch }) {
  return (
    <Section title="Progress">
      <BatchProgress batch={batch} />
      <BatchFacts batch={batch} />
    </Section>
  );
}

const place = { page: parseAsInteger.withDefault(1), failed: parseAsBoolean.withDefault(false) };

/** The runs as a table; where some wait for others, also as a chain. */
function Parts({ batchId }: { batchId: string }) {
  const chain = useQuery(batchGraphQuery(batchId));
  const [tab, setTab] = useQueryState('part', parseAsStringLiteral(['runs', 'chain']).withDefault('runs'));
  if (chain.data === undefined || chain.data.nodes.length === 0) return <Runs batchId={batchId} />;
  return (
    <Tabs value={tab} onChange={(next) => void setTab(next === 'chain' ? 'chain' : null)} keepMounted={false}>
      <Tabs.List>
        <Tabs.Tab value="runs">Runs</Tabs.Tab>
        <Tabs.Tab value="chain">Chain</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="runs" pt="md">
        <Runs batchId={batchId} />
      </Tabs.Panel>
      <Tabs.Panel value="chain" pt="md">
        <Section title="Runs that wait for others">
          <Suspense fallback={<RowSkeletons rows={5} label="Loading the chain" />}>
            <ReadChain query={chain} />
          </Suspense>
        </Section>
      </Tabs.Panel>
    </Tabs>
  );
}

function Runs({ batchId }: { batchId: string }) {
  const [{ page: given, failed }, set] = useQueryStates(place, { history: 'push' });
  const page = Math.min(Math.max(1, given), 1_000_000);
  const list = useQuery(batchRunsQuery(batchId, page, failed));
  const { open } = useOpenedRun();
  const ticks = useTicks(`batch ${batchId} ${failed}`);
  const { runs = [], total = 0 } = list.data ?? {};
  return (
    <Section
      title="Runs"
      actions={
        <Checkbox
          label="Failed only"
          checked={failed}
          onChange={({ currentTarget }) => void set({ failed: currentTarget.checked || null, page: null })}
        />
      }
    >
      {list.data === undefined ? (
        <Pending query={list} what="The runs" rows={6} isDense />
      ) : runs.length === 0 ? (
        <EmptyState
          icon={IconStack2}
          title={failed ? 'No run has failed' : 'No runs here'}
          text={failed ? 'Runs of this batch that fail are listed here.' : 'Runs that retention removed are not shown.'}
        />
      ) : (
        <HistoryTable
          caption="Runs of the batch"
          runs={runs}
          isBusy={list.isPlaceholderData}
          onViewDetails={open}
          ticks={ticks}
        />
      )}
      {total > 0 && (
        <Pager
          label="Pages of runs"
          noun="runs"
          page={page}
          pageSize={BATCH_PAGE_SIZE}
          total={total}
          shown={runs.length}
          onPageChange={(next) => void set({ page: next === 1 ? null : next })}
        />
      )}
      {ticks.ids.size > 0 && (
        <Suspense>
          <ListSelection ticks={ticks} hasActive />
        </Suspense>
      )}
    </Section>
  );
}
