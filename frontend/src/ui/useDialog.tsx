import { type ComponentType, type ReactNode, useCallback, useState } from 'react';
import { DialogBoundary } from './DialogBoundary';
import { useReturnFocus } from './useReturnFocus';

export interface DialogProps {
  open: boolean;
  onClose: () => void;
}

/** A dialog that is drawn from its first opening on, shows its own errors and returns the focus. */
export function useDialog(Dialog: ComponentType<DialogProps>): { open: () => void; dialog: ReactNode } {
  const [isOpen, setOpen] = useState(false);
  const [wasOpened, setWasOpened] = useState(false);
  useReturnFocus(isOpen);
  const open = useCallback(() => {
    setWasOpened(true);
    setOpen(true);
  }, []);
  const close = () => setOpen(false);
  const dialog = wasOpened && (
    <DialogBoundary opened={[isOpen]} onClose={close}>
      <Dialog open={isOpen} onClose={close} />
    </DialogBoundary>
  );
  return { open, dialog };
}
