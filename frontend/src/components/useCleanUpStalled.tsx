import type { ReactNode } from 'react';
import { useCan } from '../api/session';
import { loadable } from '../ui/loadable';
import { useDialog } from '../ui/useDialog';

const CleanUpStalledModal = loadable(() =>
  import('./CleanUpStalledModal').then((module) => module.CleanUpStalledModal),
);

interface CleanUp {
  /** Shows what it would touch, confirms, cleans up and shows what it did; absent for those who may not. */
  open?: () => void;
  /** The question; render it anywhere. */
  dialog: ReactNode;
}

export function useCleanUpStalled(): CleanUp {
  const isAllowed = useCan('cleanup');
  const { open, dialog } = useDialog(CleanUpStalledModal);
  return { open: isAllowed ? open : undefined, dialog };
}
