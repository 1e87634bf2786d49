import { type RefObject, useEffect } from 'react';

const ROW = '[data-run], [data-row]';
const STOPS = 'a[href], button, input, select, textarea, summary, [tabindex]';

/** The rows of a list, in order. */
export const rowsOf = (list: Element): HTMLElement[] => [...list.querySelectorAll<HTMLElement>(ROW)];

/** The row of a list that an element belongs to; null outside of one. */
export const findRow = (element: Element): HTMLElement | null =>
  element.closest('[data-roving-rows]') === null ? null : element.closest<HTMLElement>(ROW);

/**
 * Makes a list of rows one place for the Tab key: only the marked row can be reached by it, first its link, then its
 * other controls. The marked row is the one that had the focus last, at first the first one; `j` and `k` mark another.
 * Rows carry `data-run` or `data-row`.
 */
export function useRovingRows(list: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const element = list.current;
    if (element === null) return;
    let marked: HTMLElement | null = null;
    let position = 0;
    const update = () => {
      const rows = rowsOf(element);
      // A row that is gone leaves its mark to the one in its place.
      if (marked === null || !rows.includes(marked)) marked = rows[Math.min(position, rows.length - 1)] ?? null;
      position = marked === null ? 0 : rows.indexOf(marked);
      for (const row of rows) setStops(row, row === marked);
    };
    const onFocus = ({ target }: FocusEvent) => {
      const row = target instanceof Element ? findRow(target) : null;
      if (row === null || row === marked) return;
      marked = row;
      update();
    };
    const observer = new MutationObserver(update);
    element.dataset.rovingRows = '';
    update();
    observer.observe(element, { childList: true, subtree: true });
    element.addEventListener('focusin', onFocus);
    return () => {
      observer.disconnect();
      element.removeEventListener('focusin', onFocus);
    };
  }, [list]);
}

function setStops(row: HTMLElement, isMarked: boolean): void {
  const tabIndex = isMarked ? 0 : -1;
  for (const stop of row.querySelectorAll<HTMLElement>(STOPS)) if (stop.tabIndex !== tabIndex) stop.tabIndex = tabIndex;
}
