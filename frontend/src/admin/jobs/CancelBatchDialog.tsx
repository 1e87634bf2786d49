import type { JobRunBatch } from '@job-manager/shared/contract/batches';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { batchesKey, cancelBatch, cancelPreviewQuery } from '../../api/batch-queries';
import { toFailure } from '../../api/failure';
import { useAction } from '../../api/useAction';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import classes from './Batches.module.css';

/** Says what the cancel of a batch would do, and does it. */
export function CancelBatchDialog({ batch, onClose }: { batch: JobRunBatch; onClose: () => void }) {
  const queryClient = useQueryClient();
  const preview = useQuery(cancelPreviewQuery(batch.id));
  const cancel = useAction({
    mutationFn: () => cancelBatch(batch.id),
    onSuccess: onClose,
    onSettled: () => queryClient.invalidateQueries({ queryKey: batchesKey() }),
  });
  const { cancelled = 0, asked = 0, byJob = [] } = preview.data ?? {};
  const count = cancelled + asked;
  const failure = cancel.error ?? preview.error;
  return (
    <ConfirmDialog
      title="Cancel the batch"
      subject={`${batch.name} #${batch.id}`}
      confirm={preview.isPending ? 'Cancel runs' : `Cancel ${runsOf(count)}`}
      isDangerous
      isPending={cancel.isPending || preview.isPending}
      fault={failure && toFailure(failure).details}
      onConfirm={() => cancel.mutate()}
      onClose={onClose}
    >
      {preview.data && (
        <>
          <p className={classes.words}>
            {runsOf(cancelled)} that {cancelled === 1 ? 'waits' : 'wait'} would be cancelled at once, and{' '}
            {runsOf(asked)} that {asked === 1 ? 'runs' : 'run'} asked to stop. This can't be undone.
          </p>
          {byJob.length > 1 && (
            <ul className={classes.byJob}>
              {byJob.map(({ jobName, runs }) => (
                <li key={jobName}>
                  {jobName}: {runs.toLocaleString('en')}
                </li>
              ))}
            </ul>
          )}
        </>
      )}
    </ConfirmDialog>
  );
}

const runsOf = (count: number): string => `${count.toLocaleString('en')} ${count === 1 ? 'run' : 'runs'}`;
