import { useEffect, useRef } from 'react';

/**
 * Gives the focus back to whatever had it before a dialog opened, or to the page when that is gone.
 * Mantine's own does this only for dialogs that are already there when they open; ours are loaded on demand.
 */
export function useReturnFocus(isOpen: boolean): void {
  const opener = useRef<Element | null>(null);
  useEffect(() => {
    if (!isOpen) return;
    opener.current = document.activeElement;
    return () => giveBack(opener.current);
  }, [isOpen]);
}

function giveBack(opener: Element | null): void {
  // After the dialog's focus trap has let go. The window's own timer: it ends with the window.
  document.defaultView?.setTimeout(() => {
    const isThere = opener instanceof HTMLElement && opener.isConnected && opener !== document.body;
    const target = isThere ? opener : document.querySelector('main');
    target?.focus({ preventScroll: true });
  }, 20);
}
