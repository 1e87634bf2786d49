import { useEffect, useRef } from 'react';

let isReturning = false;

/** Whether the focus that is being set is returned by a closed dialog rather than moved by the reader. */
export const isReturningFocus = (): boolean => isReturning;

/**
 * Returns the focus to the element that had it before a dialog opened, or to the page when that is gone.
 * Mantine's own does this only for dialogs that are already there when they open; ours are loaded on demand.
 */
export function useReturnFocus(isOpen: boolean): void {
  const opener = useRef<Element | null>(null);
  useEffect(() => {
    if (!isOpen) return;
    opener.current = document.activeElement;
    return () => release(opener.current);
  }, [isOpen]);
}

function release(opener: Element | null): void {
  // Everything by way of the page that it was in: in a test, another may have taken its place by then.
  const page = document;
  const view = page.defaultView;
  const element = view !== null && opener instanceof view.HTMLElement && opener !== page.body ? opener : null;
  // After the dialog has released its focus trap.
  view?.setTimeout(() => {
    const target = element?.isConnected ? element : page.querySelector('main');
    isReturning = true;
    target?.focus({ preventScroll: true });
    isReturning = false;
  }, 20);
}
