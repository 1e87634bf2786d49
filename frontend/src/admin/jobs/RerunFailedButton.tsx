import type { JobRunBatch } from '@job-manager/shared/contract/batches';
import { useQueryClient } from '@tanstack/react-query';
import { batchesKey } from '../../api/batch-queries';
import { BulkButton } from '../../components/bulk/BulkButton';

/** Confirms before the failed runs of a batch are queued again, as a batch of their own: this one stays as it is. */
export function RerunFailedButton({ batch }: { batch: JobRunBatch }) {
  const queryClient = useQueryClient();
  return (
    <BulkButton
      action="rerun"
      size="sm"
      request={() => ({ action: 'rerun', filter: { batchId: batch.id, status: 'FAILED' } })}
      subject={`${batch.name} #${batch.id}`}
      onDone={() => void queryClient.invalidateQueries({ queryKey: batchesKey() })}
    >
      Re-run failed…
    </BulkButton>
  );
}
