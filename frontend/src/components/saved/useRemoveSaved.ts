import { type QueryKey, useQueryClient } from '@tanstack/react-query';
import { toFailure } from '../../api/failure';
import { useAction } from '../../api/useAction';
import { toastError, toastSuccess } from '../../ui/toast';
import type { Saved } from './SavedMenu';

interface Options<One extends Saved> {
  /** What it is called: "view". */
  noun: string;
  remove: (id: string) => Promise<unknown>;
  /** Saves it again, after it was removed. */
  restore: (saved: One) => Promise<unknown>;
  /** Of the list that it is in. */
  queryKey: QueryKey;
}

/** Removes a saved entry, and offers to undo it. */
export function useRemoveSaved<One extends Saved>({ noun, remove, restore, queryKey }: Options<One>) {
  const queryClient = useQueryClient();
  const onSettled = () => void queryClient.invalidateQueries({ queryKey });
  const restoring = useAction({
    mutationFn: restore,
    onSuccess: (_answer, { name }: One) => void toastSuccess({ message: `The ${noun} “${name}” is back.` }),
    onError: (failed) => toastError({ title: `The ${noun} could not be restored`, message: toFailure(failed).details }),
    onSettled,
  });
  const { mutate } = useAction({
    mutationFn: ({ id }: One) => remove(id),
    onSuccess: (_answer, saved) =>
      void toastSuccess({
        message: `The ${noun} “${saved.name}” is removed.`,
        offer: { label: 'Undo', act: () => restoring.mutate(saved) },
      }),
    onError: (failed) => toastError({ title: `The ${noun} could not be removed`, message: toFailure(failed).details }),
    onSettled,
  });
  return mutate;
}
