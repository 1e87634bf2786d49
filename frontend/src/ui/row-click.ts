import type { MouseEvent } from 'react';

/** Opens a row that is clicked beside its links and buttons; selecting text in it opens nothing. */
export function openRowOnClick(event: MouseEvent<HTMLElement>, open: () => void): void {
  const { target } = event;
  if (event.defaultPrevented || !(target instanceof Element)) return;
  if (target.closest('a, button, input, label') !== null) return;
  if (window.getSelection()?.isCollapsed === false) return;
  open();
}
