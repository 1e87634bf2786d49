import type { BulkOperation } from '@job-manager/shared/contract/bulk';
import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { abortBulk, bulkKey } from '../../api/bulk-queries';
import { toFailure } from '../../api/failure';
import { useAction } from '../../api/useAction';
import { useMayDo } from '../../components/bulk/useMayDo';
import { toastError } from '../../ui/toast';

/** Stops an operation after its current step; nothing for those who may not. */
export function AbortButton({ operation: { id, action } }: { operation: BulkOperation }) {
  const queryClient = useQueryClient();
  const may = useMayDo(action);
  const { mutate, isPending } = useAction({
    mutationFn: () => abortBulk(id),
    onError: (failed) => toastError({ title: 'The operation goes on', message: toFailure(failed).details }),
    onSettled: () => void queryClient.invalidateQueries({ queryKey: bulkKey() }),
  });
  if (!may) return null;
  return (
    <Button variant="default" size="compact-sm" loading={isPending} onClick={() => mutate()}>
      Abort
    </Button>
  );
}
