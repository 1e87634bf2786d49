import { byKey } from '../../ui/key-controls';
import { announceRowKey, findRow, rowsOf } from '../../ui/roving-rows';

const steps: Record<string, number> = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

/** The row that has the focus. */
function markedRow(): HTMLElement | null {
  const { activeElement } = document;
  return activeElement === null ? null : findRow(activeElement);
}

/** Presses the control of the marked row, or else of the page, that names a key in `data-key`; reports whether there is one. */
export function pressControl(key: string): boolean {
  const control = markedRow()?.querySelector<HTMLElement>(byKey(key)) ?? findPageControl(key);
  control?.click();
  return control != null;
}

/**
 * What a key that no control names does in the lists of a page: `j` and `k` move from row to row, `o` opens the row's
 * link in a new tab; others are left to the list. Reports whether anything was done.
 */
export function pressInList(key: string): boolean {
  const row = markedRow();
  const step = steps[key];
  if (step !== undefined) return moveRow(row, step, key.startsWith('Arrow'));
  if (key === 'o') return openInNewTab(row);
  return row !== null && announceRowKey(row, key);
}

/** Controls of rows answer to their row alone. */
const findPageControl = (key: string): HTMLElement | undefined =>
  [...document.querySelectorAll<HTMLElement>(`main ${byKey(key)}`)].find((control) => findRow(control) === null);

function moveRow(row: HTMLElement | null, step: number, isArrow: boolean): boolean {
  // Outside of a list an arrow scrolls the page.
  if (row === null && isArrow) return false;
  const list = row?.closest('[data-roving-rows]') ?? document.querySelector('main [data-roving-rows]');
  if (!list) return false;
  const rows = rowsOf(list);
  const next = row === null ? rows[0] : rows[rows.indexOf(row) + step];
  next?.querySelector<HTMLElement>('a[href], button')?.focus();
  next?.scrollIntoView({ block: 'nearest' });
  return next !== undefined;
}

function openInNewTab(row: HTMLElement | null): boolean {
  const link = row?.querySelector<HTMLAnchorElement>('a[href]');
  if (!link) return false;
  window.open(link.href, '_blank', 'noopener');
  return true;
}
