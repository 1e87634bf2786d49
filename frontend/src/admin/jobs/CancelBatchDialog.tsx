import type { JobRunBatch } from '@job-manager/shared/contract/batches';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { batchesKey, cancelBatch, cancelPreviewQuery } from '../../api/batch-queries';
import { toFailure } from '../../api/failure';
import { useAction } from '../../api/useAction';
import { CancelManyDialog } from './CancelManyDialog';

/** Shows what the cancel of a batch would do, and does it. */
export function CancelBatchDialog({ batch, onClose }: { batch: JobRunBatch; onClose: () => void }) {
  const queryClient = useQueryClient();
  const preview = useQuery(cancelPreviewQuery(batch.id));
  const cancel = useAction({
    mutationFn: () => cancelBatch(batch.id),
    onSuccess: onClose,
    onSettled: () => queryClient.invalidateQueries({ queryKey: batchesKey() }),
  });
  const failure = cancel.error ?? preview.error;
  return (
    <CancelManyDialog
      title="Cancel the batch"
      subject={`${batch.name} #${batch.id}`}
      preview={preview.data}
      isPending={cancel.isPending}
      errorText={failure && toFailure(failure).details}
      onConfirm={() => cancel.mutate()}
      onClose={onClose}
    />
  );
}
