import { type RefObject, useEffect } from 'react';

const MARGIN = 16;

/** Scrolls a row of tabs sideways until the current one is in sight, on screens too narrow for all of them. */
export function useTabInSight(tabs: RefObject<HTMLElement | null>, current: string): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the tab that is current now is found in the page.
  useEffect(() => {
    const tab = tabs.current?.querySelector('[aria-selected="true"], [aria-current]');
    if (!tabs.current || !tab) return;
    const [row, own] = [tabs.current.getBoundingClientRect(), tab.getBoundingClientRect()];
    if (own.right > row.right) tabs.current.scrollLeft += own.right - row.right + MARGIN;
    else if (own.left < row.left) tabs.current.scrollLeft -= row.left - own.left + MARGIN;
  }, [tabs, current]);
}
