import type { JobRunBatch } from '@job-manager/shared/contract/batches';
import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { BATCH_PAGE_SIZE, batchesKey, batchRunsQuery } from '../../api/batch-queries';
import { useCan } from '../../api/session';
import { DialogBoundary } from '../../ui/DialogBoundary';
import { loadable } from '../../ui/loadable';
import { useReturnFocus } from '../../ui/useReturnFocus';

const RerunDialog = loadable(() => import('./RerunDialog').then((module) => module.RerunDialog));

/** Asks before the failed runs of a batch are queued again, each as a run of its own: one page of them at a time. */
export function RerunFailedButton({ batch }: { batch: JobRunBatch }) {
  const mayRetry = useCan('retry');
  const queryClient = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  const { data } = useQuery({ ...batchRunsQuery(batch.id, 1, true), enabled: isOpen });
  useReturnFocus(isOpen);
  if (!mayRetry) return null;
  const close = () => setOpen(false);
  const isPart = batch.counts.failed > BATCH_PAGE_SIZE;
  return (
    <>
      <Button variant="default" loading={isOpen && data === undefined} onClick={() => setOpen(true)}>
        Re-run failed…
      </Button>
      <DialogBoundary opened={[isOpen]} onClose={close}>
        {isOpen && data !== undefined && (
          <RerunDialog
            ids={data.runs.map(({ id }) => id)}
            text={`${isPart ? `The first ${BATCH_PAGE_SIZE} failed runs` : 'The failed runs'} of the batch are queued again with their parameters, as runs of their own: the batch stays as it is.`}
            onClose={close}
            onDone={() => void queryClient.invalidateQueries({ queryKey: batchesKey() })}
          />
        )}
      </DialogBoundary>
    </>
  );
}
