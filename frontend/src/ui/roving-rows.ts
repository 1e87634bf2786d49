import { type RefObject, useEffect, useRef } from 'react';

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

const ROW_KEY = 'rowkey';

/** Leaves a key to the list of a row; reports whether the list did anything. */
export const announceRowKey = (row: HTMLElement, key: string): boolean =>
  !row.dispatchEvent(new CustomEvent(ROW_KEY, { detail: key, bubbles: true, cancelable: true }));

/** What a list does for keys that no control of its rows stands for; `onKey` reports whether it did anything. */
export function useRowKeys(
  list: RefObject<HTMLElement | null>,
  onKey: (key: string, row: HTMLElement) => boolean,
): void {
  const latest = useRef(onKey);
  useEffect(() => {
    latest.current = onKey;
  });
  useEffect(() => {
    const element = list.current;
    if (element === null) return;
    const onRowKey = (event: Event) => {
      const { target, detail } = event as CustomEvent<string>;
      if (target instanceof HTMLElement && latest.current(detail, target)) event.preventDefault();
    };
    element.addEventListener(ROW_KEY, onRowKey);
    return () => element.removeEventListener(ROW_KEY, onRowKey);
  }, [list]);
}
